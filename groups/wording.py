"""A group's filter in words, as an outline of sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from clients.catalogue import fields
from clients.filters.evaluation import Verdict
from clients.filters.expressions import All, Any, Condition, Expression, Not
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.wording import sentence
from groups.enums import GroupKind
from groups.filtering import parse_group_filter, stored_filter
from groups.models import Group, MarketingList, SavedSearch, View

EVERYBODY: dict[str, object] = {"all": []}


@dataclass(frozen=True)
class Line:
    """A sentence, with those that it joins; ``holds`` where it was looked at for one client."""

    text: str
    inside: list[Line] = field(default_factory=list)
    holds: bool | None = None


def outline(group: Group) -> Line | None:
    """The filter in words; None for a fixed group and for a filter that can no longer be used."""
    if group.kind == GroupKind.FIXED:
        return None
    try:
        return _line(stored_filter(group))
    except FilterInvalid:
        return None


def outline_of_search(search: SavedSearch) -> Line | None:
    """A saved search in words; None when its filter can no longer be used."""
    try:
        return _line(parse_group_filter(search.filter, drives=False))
    except FilterInvalid:
        return None


def outline_of_filter(document: object) -> Line | None:
    """Any filter in words; None when it can no longer be used."""
    try:
        return _line(parse_group_filter(document, drives=False))
    except FilterInvalid:
        return None


def outline_of_view(view: View | MarketingList) -> Line | None:
    """Whom it shows, in words; None for everybody, and when the filter can no longer be used."""
    try:
        return _line(parse(view.filter, fields())) if view.filter and view.filter != EVERYBODY else None
    except FilterInvalid:
        return None


def outline_of_verdict(verdict: Verdict) -> Line:
    """The filter in words, each part with whether it holds for the client."""
    if isinstance(verdict.part, Condition):
        return Line(sentence(verdict.part), holds=verdict.holds)
    return Line(_head(verdict.part), [outline_of_verdict(part) for part in verdict.inside], verdict.holds)


def _line(expression: Expression) -> Line:
    match expression:
        case Condition():
            return Line(sentence(expression))
        case Not(part):
            return Line(_head(expression), [_line(part)])
        case All(parts) | Any(parts):
            return _line(parts[0]) if len(parts) == 1 else Line(_head(expression), [_line(part) for part in parts])


def _head(expression: Expression) -> str:
    if isinstance(expression, All):
        return _("All of these:")
    return _("Not so:") if isinstance(expression, Not) else _("At least one of these:")
