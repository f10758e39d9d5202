"""What a page says to the eye and to a screen reader."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "svg", "template", "noscript", "code"}
# Elements without an end tag.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SAID = {"aria-label", "title", "placeholder", "alt", "data-confirm"}
WORD = re.compile(r"[^\W\d_]{3,}")


def texts_of(html: str) -> set[str]:
    """Every text and accessible name of the page that has a word in it.

    Not what the page itself declares to be a datum, by ``translate="no"`` (HTML, section 3.2.6.2).
    """
    reader = _Reader()
    reader.feed(html)
    return {text for text in reader.found if WORD.search(text)}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and (self.silent or tag in SILENT or ("translate", "no") in attrs):
            self.silent.append(tag)
        for name, value in attrs:
            if name in SAID and value:
                self.found.add(" ".join(value.split()))

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self.silent:
            self.found.add(text)
