"""Whom a generation is for, as one code: what groups knows (vista, group, list, filter), everybody, one client, or
who is selected in the client list."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import groups.queries
from clients.bulk import queries as bulk
from clients.models import BulkJob, Client
from clients.queries import visible_clients
from tenants.models import Membership

ONE, SELECTION, ALL = "client:", "selection:", "all"
MOST_DIGITS = 19


def clients_of(code: str, *, by: Membership, today: date) -> QuerySet[Client]:
    """As far as the member sees them. Raises ValidationError for a code that names nothing."""
    if code == ALL:
        return visible_clients(by).filter(Q(state="active"))
    if code.startswith(ONE):
        return visible_clients(by).filter(pk=_client(code, by).pk)
    if code.startswith(SELECTION):
        return bulk.selected(_selection(code, by), by)
    return groups.queries.audience(code, by=by, today=today)


def name_of(code: str, *, by: Membership) -> str:
    if code == ALL:
        return _("All active clients")
    if code.startswith(SELECTION):
        number = _selection(code, by).total
        return ngettext("%(number)s selected client", "%(number)s selected clients", number) % {"number": number}
    return _client(code, by).name if code.startswith(ONE) else groups.queries.audience_label(code, by=by)


def choices_for(by: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a picker offers, under headings."""
    return [(_("Everybody"), [(ALL, _("All active clients"))]), *groups.queries.audience_choices(by)]


def _client(code: str, by: Membership) -> Client:
    client = visible_clients(by).filter(pk=_number(code)).first()
    if client is None:
        raise _refusal(_("There is no such client."))
    return client


def _selection(code: str, by: Membership) -> BulkJob:
    """The last one that he froze; another selection, or a day, and it is gone."""
    job = bulk.selection(_number(code), by)
    if job is None:
        raise _refusal(_("This selection is gone: choose the clients again."))
    return job


def _number(code: str) -> int:
    """The id that a code names; 0, which nobody has, where it names none."""
    named = code.partition(":")[2]
    return int(named) if named.isascii() and named.isdigit() and len(named) < MOST_DIGITS else 0


def _refusal(words: str) -> ValidationError:
    return ValidationError({"audience": ValidationError(words, code="unknown")})
