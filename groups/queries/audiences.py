"""Whom a mailing is for: a vista, a group, a marketing list, a saved search or a plain filter, named by one string.

``view:7``, ``group:3``, ``list:2``, ``search:4``, ``filter:{…}``. It fits a form, an address and the row of a job.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clients.catalogue import fields, where
from clients.enums import ClientState
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.queries import visible_clients
from groups.filtering import client_condition, problem_text, search_condition
from groups.queries.groups import active_groups, saved_searches
from groups.queries.lists import list_condition, marketing_lists
from groups.queries.views import condition_of_view, views_of
from tenants.models import Membership
from tenants.permissions import Permission
from web.documents import read_json

FILTER = "filter"
MOST_OFFERED = 200

# Of each kind: its rows as a member has them, and which clients one of them names.
Rows = Callable[[Membership], QuerySet[Any]]
Condition = Callable[..., Q]
KINDS: dict[str, tuple[Rows, Condition]] = {
    "view": (views_of, condition_of_view),
    "list": (lambda member: marketing_lists(), list_condition),
    "group": (lambda member: active_groups(), client_condition),
    "search": (lambda member: saved_searches(), search_condition),
}


def audience(code: str, *, by: Membership, today: date) -> QuerySet[Client]:
    """The active clients whom ``code`` names and whom the member sees.

    Raises ValidationError: ``unknown`` for what he does not have, ``unusable`` for a filter that can no longer be used.
    """
    kind, _colon, named = code.partition(":")
    try:
        condition = _of_filter(named, today) if kind == FILTER else _of_row(kind, named, by, today)
    except FilterInvalid as invalid:
        raise _refusal("unusable", problem_text(invalid)) from None
    return visible_clients(by).filter(condition, state=ClientState.ACTIVE)


def audience_label(code: str, *, by: Membership) -> str:
    """How it is called: the name of the row; of a filter that it is one. Raises ValidationError (``unknown``)."""
    kind, _colon, named = code.partition(":")
    return _("Clients of a filter") if kind == FILTER else str(_row(kind, named, by))


def audience_choices(by: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a picker offers, under headings."""
    headings = {"view": _("Viste"), "list": _("Marketing lists"), "group": _("Groups"), "search": _("Saved searches")}
    kinds = headings if by.can(Permission.VIEW_GROUPS) else {"view": headings["view"]}
    found = {kind: list(KINDS[kind][0](by)[:MOST_OFFERED]) for kind in kinds}
    return [(kinds[kind], [(f"{kind}:{row.pk}", row.name) for row in rows]) for kind, rows in found.items() if rows]


def _of_filter(text: str, today: date) -> Q:
    try:
        document = read_json(text)
    except ValueError:
        raise _refusal("unusable", _("The filter is not readable.")) from None
    return where(parse(document, fields()), today=today)


def _of_row(kind: str, named: str, by: Membership, today: date) -> Q:
    row = _row(kind, named, by)
    return KINDS[kind][1](row, today=today)


def _row(kind: str, named: str, by: Membership) -> Any:
    known = KINDS.get(kind)
    is_number = named.isascii() and named.isdigit() and len(named) < 19
    row = known[0](by).filter(pk=int(named)).first() if known and is_number else None
    if row is None:
        raise _refusal("unknown", _("This does not exist (any more)."))
    return row


def _refusal(code: str, words: str) -> ValidationError:
    return ValidationError({"audience": ValidationError(words, code=code)})
