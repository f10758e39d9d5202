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
from groups.enums import GroupKind
from groups.models import Group


def parse_group_filter(document: object) -> Expression:
    """The filter of a dynamic group (REL-09, REL-14).

    Raises FilterInvalid, also for a condition on what follows from groups (the plan, membership): the same night
    twice must give the same (architecture.md section 4).
    """
    expression = parse(document, fields())
    circular = sorted(name for name in fields_used(expression) if fields()[name].follows_from_groups)
    if circular:
        raise FilterInvalid(tuple(FilterError("", "follows_from_groups", {"field": name}) for name in circular))
    return expression


def refused_filter(problem: FilterInvalid) -> ValidationError:
    """The faults of a filter as a form or serializer reports them, each with its path inside the filter."""
    return ValidationError(
        {
            "filter": [
                ValidationError(f"{error.path}: {error.message}" if error.path else error.message, code=error.code)
                for error in problem.errors
            ]
        }
    )


def client_condition(group: Group, *, today: date) -> Q:
    """Which clients are in the group at this moment (REL-07); archived and deceased ones are in none.

    Raises FilterInvalid when the stored filter can no longer be used (REL-14).
    """
    served = Q(state=ClientState.ACTIVE)
    if group.kind == GroupKind.FIXED:
        return served & Q(pk__in=group.members.values("client_id"))
    return served & where(parse_group_filter(group.filter), today=today)


def clients_matching(expression: Expression, *, today: date) -> QuerySet[Client]:
    """The active clients that a parsed filter stands for."""
    return Client.objects.filter(where(expression, today=today), state=ClientState.ACTIVE)


def problem_of(group: Group) -> str:
    """Why the stored filter can no longer be used, in words; empty when it can."""
    if group.kind == GroupKind.FIXED:
        return ""
    try:
        parse_group_filter(group.filter)
    except FilterInvalid as invalid:
        return str(invalid)
    return ""
