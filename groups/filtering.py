"""What a group's filter may say, and the clients it stands for."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from clients.catalogue import fields, where
from clients.enums import ClientState
from clients.filters.expressions import Expression, fields_used
from clients.filters.parsing import parse
from clients.filters.refusals import FilterError, FilterInvalid
from clients.models import Client
from clients.wording import refusal
from groups.enums import GroupKind
from groups.models import Group, SavedSearch


def parse_group_filter(document: object, *, drives: bool) -> Expression:
    """The filter of a dynamic group (REL-09, REL-14); ``drives`` when it has, or is to have, a number of meetings.

    Raises FilterInvalid; a group that drives meetings may not look at what follows from groups (the plan): the same
    night twice must give the same (architecture.md section 4).
    """
    expression = parse(document, fields())
    if not drives:
        return expression
    circular = sorted(name for name in fields_used(expression) if fields()[name].follows_from_groups)
    if circular:
        raise FilterInvalid(tuple(FilterError("", "follows_from_groups", {"field": name}) for name in circular))
    return expression


def stored_filter(group: Group) -> Expression:
    """The filter of a dynamic group as it is stored. Raises FilterInvalid when it can no longer be used."""
    return parse_group_filter(group.filter, drives=group.yearly_meetings is not None)


def refused_filter(problem: FilterInvalid) -> ValidationError:
    """The faults of a filter as a form or serializer reports them, each with its path inside the filter."""
    return ValidationError({"filter": [ValidationError(_located(error), code=error.code) for error in problem.errors]})


def client_condition(group: Group, *, today: date) -> Q:
    """Which clients are in the group at this moment (REL-07); archived and deceased ones are in none.

    Raises FilterInvalid when the stored filter can no longer be used (REL-14).
    """
    served = Q(state=ClientState.ACTIVE)
    if group.kind == GroupKind.FIXED:
        return served & Q(pk__in=group.members.values("client_id"))
    return served & where(stored_filter(group), today=today)


def clients_matching(expression: Expression, *, today: date) -> QuerySet[Client]:
    """The active clients that a parsed filter stands for."""
    return Client.objects.filter(where(expression, today=today), state=ClientState.ACTIVE)


def search_condition(search: SavedSearch, *, today: date) -> Q:
    """The active clients that a saved search finds. Raises FilterInvalid when its filter can no longer be used."""
    return Q(state=ClientState.ACTIVE) & where(parse_group_filter(search.filter, drives=False), today=today)


def problem_of_search(search: SavedSearch) -> str:
    """Why the stored filter can no longer be used, in words; empty when it can."""
    try:
        parse_group_filter(search.filter, drives=False)
    except FilterInvalid as invalid:
        return problem_text(invalid)
    return ""


def problem_text(invalid: FilterInvalid) -> str:
    """The faults of a filter in one line."""
    return " ".join(_located(error) for error in invalid.errors)


def problem_of(group: Group) -> str:
    """Why the stored filter can no longer be used, in words; empty when it can."""
    if group.kind == GroupKind.FIXED:
        return ""
    try:
        stored_filter(group)
    except FilterInvalid as invalid:
        return problem_text(invalid)
    return ""


def _located(error: FilterError) -> str:
    return f"{error.path}: {refusal(error)}" if error.path else refusal(error)
