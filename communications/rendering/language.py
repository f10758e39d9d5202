"""The language of templates: ``{{ client.first_name | default: "cliente" }}`` and ``{% if client.pac_amount %}``.

Everything between braces has to be one of the few forms below; only then is it given to python-liquid. So there is no
loop to be endless, no filter to be surprised by, and every name that occurs is known before anything is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain, islice

from liquid import BoundTemplate, Environment, StrictUndefined, soft_str
from liquid.exceptions import LiquidError

LONGEST_SOURCE = 20_000
MOST_MARKS = 200
# Whoever has mended so many looks again.
MOST_PROBLEMS = 100
DEEPEST = 5
# What one template may write: far more than any letter, far less than would hurt.
LONGEST_OUTPUT = 1_000_000

# A mark that is not closed ends where the next one begins: a text of nothing but openings is read once, not squared.
_INSIDE = r"(?:(?!\{[{%]).)*?"
MARK = re.compile(rf"\{{\{{{_INSIDE}\}}\}}|\{{%{_INSIDE}%\}}", re.DOTALL)
_NAME = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"
_STRING = r'"[^"{}\n]*"|\'[^\'{}\n]*\''
_FILTER = rf"(?:\|\s*(?:default\s*:\s*(?:{_STRING}|{_NAME})|upcase|downcase|capitalize)\s*)"
_OUTPUT = re.compile(rf"\{{\{{-?\s*{_NAME}\s*{_FILTER}*-?\}}\}}")
_TERM = rf"{_NAME}(?:\s*(?:==|!=|\scontains\s)\s*(?:{_STRING}))?"
_CONDITION = re.compile(rf"\{{%-?\s*(if|elsif|unless)\s+{_TERM}(?:\s+(?:and|or)\s+{_TERM})*\s*-?%\}}")
_BARE = re.compile(r"\{%-?\s*(else|endif|endunless)\s*-?%\}")
_TAG_WORD = re.compile(r"\{%-?\s*([^\s%-]*)")
_FILTER_WORD = re.compile(r"\|\s*([A-Za-z_]\w*)")
_ANY_NAME = re.compile(_NAME)
_STRINGS = re.compile(_STRING)
TAGS = ("if", "unless")
FILTERS = ("default", "upcase", "downcase", "capitalize")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a template, and where. ``name`` is the placeholder, tag or filter that it is about."""

    field: str
    code: str
    line: int = 1
    column: int = 1
    name: str = ""
    suggestion: str = ""


class TemplateRefusedError(ValueError):
    """The template cannot be used; nothing of it was run."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__("; ".join(f"{each.field}:{each.line} {each.code} {each.name}".strip() for each in problems))
        self.problems = tuple(problems)


def names_in(source: str) -> frozenset[str]:
    """The placeholders that a template reads, conditions and fallback values included."""
    return frozenset(name for name, _place in _named(source))


def problems_in(source: str, *, field: str, known: Collection[str] | None = None) -> list[Problem]:
    """Why it is refused; nothing if it is not. Without ``known`` any name will do."""
    if len(source) > LONGEST_SOURCE:
        return [Problem(field=field, code="too_long", name=str(LONGEST_SOURCE))]
    if sum(1 for _mark in MARK.finditer(source)) > MOST_MARKS:
        return [Problem(field=field, code="too_many_placeholders", name=str(MOST_MARKS))]
    found = [*islice(chain(_malformed(source, field), _unclosed(source, field)), MOST_PROBLEMS)]
    if known is not None:
        found += [_unknown(name, source, place, field, known) for name, place in _named(source) if name not in known]
    found = sorted(found, key=lambda each: (each.line, each.column))
    return found or _unbalanced(source, field)


def is_tag(mark: str) -> bool:
    return mark.startswith("{%")


def depth_change(mark: str) -> int:
    """1 where a passage begins, -1 where one ends."""
    word = _word(mark)
    if word in TAGS:
        return 1
    return -1 if word.startswith("end") else 0


def quoted(mark: str, escape: Callable[[str], str]) -> str:
    """The mark with its fallback values escaped: what an author wrote there is text as well."""
    return mark if is_tag(mark) else _STRINGS.sub(lambda found: f'"{escape(found[0][1:-1])}"', mark)


@lru_cache(maxsize=1)
def _plain() -> Environment:
    return _environment(autoescape=False)


@lru_cache(maxsize=1)
def _escaping() -> Environment:
    return _environment(autoescape=True)


def runnable(source: str, *, escaping: bool) -> BoundTemplate:
    """What python-liquid runs. Raises LiquidError for what it cannot read."""
    return (_escaping() if escaping else _plain()).from_string(source)


def values_tree(values: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """``{"client.name": "Rossi"}`` as python-liquid reads it: ``{"client": {"name": "Rossi"}}``; nothing is none."""
    tree: dict[str, dict[str, str | None]] = {}
    for name, value in values.items():
        owner, _dot, key = name.partition(".")
        tree.setdefault(owner, {})[key] = value or None
    return tree


class _Limited(Environment):
    output_stream_limit = LONGEST_OUTPUT
    loop_iteration_limit = 1
    local_namespace_limit = 1
    block_nesting_limit = DEEPEST
    context_depth_limit = DEEPEST + 5


def _environment(*, autoescape: bool) -> Environment:
    made = _Limited(undefined=StrictUndefined, autoescape=autoescape)
    kept = {"content", "output", "illegal", *TAGS}
    made.tags = {name: tag for name, tag in made.tags.items() if name in kept}
    made.filters = {
        "default": lambda value, other: value or other,
        "upcase": lambda value: soft_str(value or "").upper(),
        "downcase": lambda value: soft_str(value or "").lower(),
        "capitalize": lambda value: soft_str(value or "")[:1].upper() + soft_str(value or "")[1:],
    }
    return made


def _malformed(source: str, field: str) -> Iterator[Problem]:
    for found in MARK.finditer(source):
        mark = found[0]
        if _OUTPUT.fullmatch(mark) or _CONDITION.fullmatch(mark) or _BARE.fullmatch(mark):
            continue
        line, column = _place(source, found.start())
        code, name = _why(mark)
        yield Problem(field=field, code=code, line=line, column=column, name=name)


def _why(mark: str) -> tuple[str, str]:
    if is_tag(mark):
        word = _word(mark)
        return ("syntax", mark[:60]) if word in (*TAGS, "elsif", "else") else ("unknown_tag", word[:40])
    words = _FILTER_WORD.findall(_STRINGS.sub("", mark))
    unknown = next((word for word in words if word not in FILTERS), None)
    return ("unknown_filter", unknown[:40]) if unknown else ("syntax", mark[:60])


def _unclosed(source: str, field: str) -> Iterator[Problem]:
    # Blanks of the same length keep the places of what is left.
    rest = MARK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    for found in re.finditer(r"\{\{|\{%", rest):
        line, column = _place(source, found.start())
        yield Problem(field=field, code="unclosed", line=line, column=column, name=found[0])


def _unbalanced(source: str, field: str) -> list[Problem]:
    """An ``if`` without its ``endif``, an ``endif`` too many, or one inside the other too often."""
    try:
        runnable(source, escaping=False)
    except LiquidError as refusal:
        index = refusal.token.start_index if refusal.token else -1
        line, column = _place(source, index if index >= 0 else len(source))
        code = "too_deep" if "nesting" in str(refusal) else "unbalanced"
        return [Problem(field=field, code=code, line=line, column=column)]
    return []


def _named(source: str) -> Iterator[tuple[str, int]]:
    for mark in MARK.finditer(source):
        blanked = _STRINGS.sub(lambda found: " " * len(found[0]), mark[0])
        for found in _ANY_NAME.finditer(blanked):
            yield found[0], mark.start() + found.start()


def _unknown(name: str, source: str, place: int, field: str, known: Collection[str]) -> Problem:
    line, column = _place(source, place)
    near = get_close_matches(name, known, n=1)
    return Problem(
        field=field, code="unknown_placeholder", line=line, column=column, name=name, suggestion=near[0] if near else ""
    )


def _word(mark: str) -> str:
    found = _TAG_WORD.match(mark)
    return found[1] if found else ""


def _place(source: str, index: int) -> tuple[int, int]:
    before = source[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1
