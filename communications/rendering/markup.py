"""What is written between the placeholders: paragraphs, lists, bold and links in Markdown; never HTML."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from communications.rendering.language import MARK, Problem, depth_change, is_tag, quoted

# Letters that no language in use has stand for the marks while Markdown and MJML are read: for Markdown they are part
# of a word, and nobody can have typed them (see tidied).
_OPEN, _CLOSE = "\ua66e", "\ua66d"
_STAND_IN = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_ONLY_STAND_INS = re.compile(rf"\s*(?:{_OPEN}[0-9]+{_CLOSE}\s*)+")
_LINE_OF_STAND_INS = re.compile(rf"^[ \t]*((?:{_OPEN}[0-9]+{_CLOSE}[ \t]*)+)$", re.MULTILINE)
_PARAGRAPH_OF_STAND_INS = re.compile(rf"<p>((?:{_OPEN}[0-9]+{_CLOSE}|<br />|\s)+)</p>")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True, "breaks": True}).disable(["image"])
_LEAVES = {"text", "text_special", "code_inline"}
_CODE = {"fence", "code_block"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with stand-ins for its marks: for the HTML part, and for the text part."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of all texts of one letter, taken out while its HTML is made."""

    taken: list[str] = field(default_factory=list)

    def hide(self, source: str) -> str:
        """The source with a stand-in for each mark; a tag alone on its line is a block of its own."""

        def take(found: re.Match[str]) -> str:
            self.taken.append(found[0])
            return f"{_OPEN}{len(self.taken) - 1}{_CLOSE}"

        return MARK.sub(take, source)

    def passage(self, source: str) -> Passage:
        """Of a source in which neither ``problems_in`` nor ``problems_between`` finds anything."""
        tokens = self.parse(source)
        page = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
        return Passage(_PARAGRAPH_OF_STAND_INS.sub(self._unwrapped, page), _as_text(tokens))

    def heading(self, source: str) -> str:
        """One line for the HTML part."""
        return html.escape(self.hide(source))

    def parse(self, source: str) -> list[Token]:
        """Without titles of links and languages of code: mrml does not keep quotes within an attribute apart."""
        tokens = _MARKDOWN.parse(_LINE_OF_STAND_INS.sub(self._apart, self.hide(source)))
        for token in tokens:
            token.info = "" if token.type == "fence" else token.info
            for child in token.children or []:
                child.attrs.pop("title", None)
        return tokens

    def in_html(self, hidden: str) -> str:
        return _STAND_IN.sub(lambda found: quoted(self.taken[int(found[1])], html.escape), hidden)

    def in_text(self, hidden: str) -> str:
        return _STAND_IN.sub(lambda found: self.taken[int(found[1])], hidden)

    def within(self, hidden: str) -> list[str]:
        return [self.taken[int(place)] for place in _STAND_IN.findall(hidden)]

    def are_tags(self, hidden: str) -> bool:
        return all(is_tag(mark) for mark in self.within(hidden))

    def _apart(self, found: re.Match[str]) -> str:
        return f"\n{found[1]}\n" if self.are_tags(found[1]) else found[0]

    def _unwrapped(self, found: re.Match[str]) -> str:
        """A paragraph that consists of tags alone would be an empty one in the mail."""
        return found[1].replace("<br />", "") if self.are_tags(found[1]) else found[0]


def tidied(source: str) -> str:
    """Without control and private characters, and without those that stand for marks; lines end in one way."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in lines if char in "\n\t" or not _is_unseen(char))


def _is_unseen(char: str) -> bool:
    return char in (_OPEN, _CLOSE) or unicodedata.category(char) in ("Cc", "Co", "Cs", "Cn")


def problems_between(source: str, *, field: str) -> list[Problem]:
    """A placeholder in the address of a link; a passage with an ``if`` that ends in another paragraph."""
    marks = Marks()
    tokens = marks.parse(source)
    shown = {int(place) for place in _STAND_IN.findall(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))}
    lines = [source.count("\n", 0, found.start()) + 1 for found in MARK.finditer(source)]
    found = [
        Problem(field=field, code="in_an_address", line=lines[place], name=mark)
        for place, mark in enumerate(marks.taken)
        if place not in shown
    ]
    for token in tokens:
        if token.type in {"inline", *_CODE} and not _stands_alone(token, marks):
            first = _STAND_IN.search(token.content)
            found.append(Problem(field=field, code="across_paragraphs", line=lines[int(first[1])] if first else 1))
    return found


def _stands_alone(token: Token, marks: Marks) -> bool:
    """Its tags begin and end within it; or it is nothing but tags, and no part of a list."""
    is_block = token.type == "inline" and token.level == 1 and _ONLY_STAND_INS.fullmatch(token.content)
    if is_block and marks.are_tags(token.content):
        return True
    depth = 0
    for mark in marks.within(token.content):
        # An ``else`` belongs to a passage that is open.
        if is_tag(mark) and not depth and depth_change(mark) <= 0:
            return False
        depth += depth_change(mark)
    return depth == 0


def _as_text(tokens: Sequence[Token]) -> str:
    """The same for who reads plain text: addresses of links in brackets, lists with dashes or numbers."""
    parts: list[str] = []
    lists: list[int | None] = []
    for token in tokens:
        parts.append(_turn(token, lists) or _block(token, within_list=bool(lists)))
    return "".join(parts).strip()


def _turn(token: Token, lists: list[int | None]) -> str:
    """What the beginning or end of a list, or of an item, writes; ``lists`` are the open ones with their numbers."""
    if token.type == "ordered_list_open":
        lists.append(int(token.attrGet("start") or 1))
    elif token.type == "bullet_list_open":
        lists.append(None)
    elif token.type in ("ordered_list_close", "bullet_list_close"):
        lists.pop()
        return "" if lists else "\n"
    elif token.type == "list_item_open":
        number = lists[-1]
        lists[-1] = number + 1 if number is not None else None
        return "  " * (len(lists) - 1) + ("- " if number is None else f"{number}. ")
    return ""


def _block(token: Token, *, within_list: bool) -> str:
    if token.type == "inline":
        return _words(token.children or []) + ("\n" if within_list else "\n\n")
    if token.type in _CODE:
        return token.content + "\n"
    return "---\n\n" if token.type == "hr" else ""


def _words(children: Sequence[Token]) -> str:
    parts: list[str] = []
    addresses: list[tuple[str, int]] = []
    for token in children:
        if token.type in _LEAVES:
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "link_open":
            addresses.append((str(token.attrGet("href") or ""), len(parts)))
        elif token.type == "link_close":
            address, start = addresses.pop()
            parts.append("" if address in ("".join(parts[start:]), "") else f" ({address})")
    return "".join(parts)
