"""A letter: a template and its frame, made ready once, then written for one client after the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate
from liquid.exceptions import LiquidError

from communications.rendering import frames, markup
from communications.rendering.frames import Frame
from communications.rendering.language import (
    Problem,
    TemplateRefusedError,
    names_in,
    problems_in,
    runnable,
    values_tree,
)
from communications.rendering.markup import Marks, Passage

LONGEST_SUBJECT = 300
LONGEST_VALUE = 1_000
# Ours: where the foot says how to stop the mails (RFC 8058); a template cannot name it.
UNSUBSCRIBE = "letter.unsubscribe_url"
_UNSUBSCRIBE_WORDS = {
    "it": ("Non vuole più ricevere queste proposte?", "Si cancelli qui"),
    "en": ("No longer wish to receive these offers?", "Unsubscribe here"),
}
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str


class Letter:
    """A template that was found to be in order. ``names`` are the placeholders whose values it needs."""

    def __init__(self, subject: str, text: str, page: str, names: frozenset[str]) -> None:
        self.names = names
        self._subject: BoundTemplate = runnable(subject, escaping=False)
        self._text: BoundTemplate = runnable(text, escaping=False)
        self._page: BoundTemplate = runnable(page, escaping=True)

    def render(self, values: Mapping[str, str], *, unsubscribe_url: str = "") -> Rendered:
        """For one recipient; what is not among the values is taken as empty. Raises TemplateRefusedError."""
        known = {name: _harmless(values.get(name, "")) for name in self.names}
        tree: dict[str, Any] = values_tree({**known, UNSUBSCRIBE: unsubscribe_url})
        try:
            subject, text, page = (each.render(tree) for each in (self._subject, self._text, self._page))
        except LiquidError as refusal:
            raise TemplateRefusedError([Problem(field="body", code="too_long")]) from refusal
        return Rendered(one_line(subject), _BLANK_LINES.sub("\n\n", text).strip() + "\n", page)


def problems_of(subject: str, body: str, frame: Frame, *, known: Collection[str] | None = None) -> list[Problem]:
    """Everything that is wrong with the parts, each with its field and line."""
    lines = {"subject": subject, "header": frame.header}
    texts = {"body": body, "opening": frame.opening, "closing": frame.closing, "footer": frame.footer}
    found: list[Problem] = []
    for field, given in {**lines, **texts}.items():
        source = markup.tidied(given)
        own = problems_in(source, field=field, known=known)
        found += own or (markup.problems_between(source, field=field) if field in texts else [])
    return found


@lru_cache(maxsize=256)
def compile_letter(subject: str, body: str, *, frame: Frame, language: str = "it") -> Letter:
    """Make a template ready; it is kept, since the same one is written for many. Raises TemplateRefusedError."""
    problems = problems_of(subject, body, frame)
    if problems:
        raise TemplateRefusedError(problems)
    title, content = markup.tidied(subject), markup.tidied(body)
    parts = {each.name: markup.tidied(str(getattr(frame, each.name))) for each in fields(Frame)}
    marks = Marks()
    head = flat(parts["header"])
    opening, words, closing, footer = (
        marks.passage(each) for each in (parts["opening"], content, parts["closing"], parts["footer"])
    )
    asked = _unsubscribing(language)
    page = frames.page(
        title=marks.heading(flat(title)),
        head=marks.heading(head),
        words=[opening.html, words.html, closing.html],
        foot=footer.html + marks.hide(asked.html),
        colour=frame.colour,
        language=language,
    )
    text = "\n\n".join([marks.hide(head), opening.text, words.text, closing.text, f"{footer.text}\n\n{asked.text}"])
    names = names_in("\n".join([title, content, *parts.values()]))
    return Letter(title, marks.in_text(text), marks.in_html(page), names)


def _unsubscribing(language: str) -> Passage:
    """Ours, hence not in Markdown: here a placeholder may be the address of a link."""
    asked, here = _UNSUBSCRIBE_WORDS.get(language, _UNSUBSCRIBE_WORDS["en"])
    start, address, end = f"{{% if {UNSUBSCRIBE} %}}", f"{{{{ {UNSUBSCRIBE} }}}}", "{% endif %}"
    link = f'<a href="{address}">{here}</a>'
    return Passage(f"{start}<p>{asked} {link}</p>{end}", f"{start}{asked} {address}{end}")


def filled_in(source: str, values: Mapping[str, str]) -> str:
    """The source with its placeholders replaced, for a person to go on writing; braces of a value mean nothing."""
    known = {name: _harmless(values.get(name, "")).replace("{", "(").replace("}", ")") for name in names_in(source)}
    made = runnable(markup.tidied(source), escaping=False).render(values_tree(known))
    return _BLANK_LINES.sub("\n\n", str(made)).strip()


def one_line(text: str) -> str:
    """A header can be no other header's beginning: one line, without controls, not too long (security.md T17)."""
    line = flat(text)
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def flat(text: str) -> str:
    """Whatever is no letter, mark, digit or sign is a space, and never two of them; what joins emoji stays."""
    seen = "".join(" " if unicodedata.category(char)[0] in "CZ" and char != "\u200d" else char for char in text)
    return " ".join(seen.split())


def _harmless(value: str) -> str:
    """A value is words: no controls but line ends, and no book."""
    return markup.tidied(value)[:LONGEST_VALUE]
