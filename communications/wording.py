"""What is wrong with a template, in words that name the place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communications.rendering import Problem

_WORDS: dict[str, str | Promise] = {
    "unknown_placeholder": _("Line %(line)s: there is no placeholder “%(name)s”."),
    "unknown_tag": _("Line %(line)s: “%(name)s” is not possible in a template."),
    "unknown_filter": _("Line %(line)s: “%(name)s” is not possible in a placeholder."),
    "syntax": _("Line %(line)s: “%(name)s” cannot be read."),
    "unclosed": _("Line %(line)s: “%(name)s” is not closed."),
    "unbalanced": _("Line %(line)s: an “if” has no “endif”, or an “endif” no “if”."),
    "too_deep": _("Line %(line)s: too many “if” inside one another."),
    "too_many_placeholders": _("At most %(name)s placeholders."),
    "too_long": _("The text is too long: at most %(name)s characters."),
    "in_an_address": _("Line %(line)s: “%(name)s” cannot be the address of a link."),
    "across_paragraphs": _(
        "Line %(line)s: an “if” ends in the paragraph in which it begins, or stands alone on its line, as does its end."
    ),
}
_SUGGESTION = _("Line %(line)s: there is no placeholder “%(name)s”. Did you mean “%(suggestion)s”?")


def refusal_of(problems: Sequence[Problem]) -> ValidationError:
    """Each problem at the field in which it is."""
    by_field: defaultdict[str, list[ValidationError]] = defaultdict(list)
    for problem in problems:
        by_field[problem.field].append(told(problem))
    return ValidationError(dict(by_field))


def told(problem: Problem) -> ValidationError:
    words: Any = _SUGGESTION if problem.suggestion else _WORDS[problem.code]
    params = {"line": problem.line, "column": problem.column, "name": problem.name, "suggestion": problem.suggestion}
    return ValidationError(words, code=problem.code, params=params)
