"""Whom a generation is for, as one code: what groups knows (vista, group, list, filter), everybody, or one client."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

import groups.queries
from clients.models import Client
from clients.queries import visible_clients
from tenants.models import Membership

ONE, ALL = "client:", "all"
LARGEST_ID = 2**63 - 1


def clients_of(code: str, *, by: Membership, today: date) -> QuerySet[Client]:
    """As far as the member sees them. Raises ValidationError for a code that names nothing."""
    if code == ALL:
        return visible_clients(by).filter(Q(state="active"))
    if code.startswith(ONE):
        return visible_clients(by).filter(pk=_client(code, by).pk)
    return groups.queries.audience(code, by=by, today=today)


def name_of(code: str, *, by: Membership) -> str:
    if code == ALL:
        return _("All active clients")
    return _client(code, by).name if code.startswith(ONE) else groups.queries.audience_label(code, by=by)


def choices_for(by: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a picker offers, under headings."""
    return [(_("Everybody"), [(ALL, _("All active clients"))]), *groups.queries.audience_choices(by)]


def _client(code: str, by: Membership) -> Client:
    named = code.removeprefix(ONE)
    is_number = named.isascii() and named.isdigit() and int(named) <= LARGEST_ID
    client = visible_clients(by).filter(pk=int(named)).first() if is_number else None
    if client is None:
        problem = ValidationError(_("There is no such client."), code="unknown")
        raise ValidationError({"audience": problem})
    return client
