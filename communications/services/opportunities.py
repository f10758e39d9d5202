"""Services proposed to clients: opened on association, closed by hand, open again (O-46)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.company_links import company_of
from clients.enums import ClientState
from clients.models import Client
from communications.enums import ENDED, OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.services.endings import Ending
from communications.services.opportunity_batches import NewOpportunity, announce, enter_opportunities, open_pairs
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

# Of what ``enter_opportunities`` refuses: the field, and why.
_FAULTS = {
    "other_client": ("client", gettext_lazy("This key belongs to another client or service.")),
    "closing_date": ("closed_at", gettext_lazy("What is closed has a day on which it ended, what is open has none.")),
    "closed_before_opened": ("closed_at", gettext_lazy("It cannot end before it began.")),
    "already_open": ("opportunity", gettext_lazy("This service is open for the client already.")),
}


@transaction.atomic
def open_opportunity(
    client: Client, opportunity: ServiceOpportunity, *, by: Membership, at: datetime, notes: str = ""
) -> ClientOpportunity:
    """Propose a service to a client; what is open already is not opened twice (O-46)."""
    locked = Client.objects.select_for_update().get(pk=client.pk)
    if locked.state != ClientState.ACTIVE:
        raise _refusal("client", _("An archived client is offered nothing new."), "client_not_active")
    if not opportunity.active:
        raise _refusal("opportunity", _("This is no longer offered."), "not_active")
    _refuse_second(client.pk, opportunity.pk)
    row = ClientOpportunity(client=client, opportunity=opportunity, notes=notes.strip(), opened_at=at, opened_by=by)
    row.company_id = company_of(client.pk)
    _clean(row)
    row.save(force_insert=True)
    audit.record("clientopportunity.opened", row, by=by, after=_facts(row))
    announce([client.pk])
    return row


@transaction.atomic
def enter_opportunity(entry: NewOpportunity, *, by: Membership) -> ClientOpportunity:
    """As another system knows it, by its key: entered, or brought up to date (api.md)."""
    refused = enter_opportunities([entry], by=by)
    if refused:
        field, words = _FAULTS.get(refused[0].code, ("external_id", _("This cannot be entered.")))
        raise _refusal(field, str(words), refused[0].code)
    keys = {"external_source": entry.external_source, "external_id": entry.external_id}
    row: ClientOpportunity = ClientOpportunity.objects.select_related("client", "opportunity").get(**keys)
    audit.record("clientopportunity.entered", row, by=by, after=_facts(row))
    return row


@transaction.atomic
def annotate_opportunity(
    row: ClientOpportunity, *, notes: str, by: Membership, version: int | None = None
) -> ClientOpportunity:
    """The annotations (SIS-39), open or closed."""
    locked = _lock(row, version=version)
    before = _facts(locked)
    locked.notes = notes.strip()
    return _save(locked, "clientopportunity.annotated", before, by=by)


@transaction.atomic
def close_opportunity(
    row: ClientOpportunity, ending: Ending, *, by: Membership, at: datetime, version: int | None = None
) -> ClientOpportunity:
    """By hand, with how it ended and when (O-46)."""
    locked = _lock(row, version=version)
    if not locked.is_open:
        raise ValidationError(_("This is closed already."), code="closed")
    if ending.state not in ENDED:
        raise _refusal("state", _("Say how it ended."), "not_an_ending")
    before = _facts(locked)
    locked.state, locked.outcome_note, locked.closed_by = ending.state, ending.note.strip(), by
    locked.closed_at = _moment(ending.on, opened=locked.opened_at, at=at)
    return _save(locked, "clientopportunity.closed", before, by=by)


@transaction.atomic
def reopen_opportunity(row: ClientOpportunity, *, by: Membership) -> ClientOpportunity:
    """Open again, unless the same service was proposed anew meanwhile."""
    Client.objects.select_for_update().get(pk=row.client_id)
    locked = _lock(row)
    if locked.is_open:
        return locked
    _refuse_second(locked.client_id, locked.opportunity_id)
    before = _facts(locked)
    locked.state, locked.closed_at, locked.closed_by, locked.outcome_note = OpportunityState.OPEN, None, None, ""
    return _save(locked, "clientopportunity.reopened", before, by=by)


@transaction.atomic
def delete_opportunity(row: ClientOpportunity, *, by: Membership) -> None:
    """It was proposed by mistake: nothing of it stays but the trail."""
    locked = _lock(row)
    audit.record("clientopportunity.deleted", locked, by=by, before=_facts(locked))
    locked.delete()
    announce([row.client_id])


def _lock(row: ClientOpportunity, *, version: int | None = None) -> ClientOpportunity:
    rows = ClientOpportunity.objects.select_for_update(of=("self",)).select_related("client", "opportunity")
    locked: ClientOpportunity | None = rows.filter(pk=row.pk).first()
    if locked is None:
        raise ValidationError(_("This proposal no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this in the meantime: look at it again."), code="stale")
    return locked


def _refuse_second(client_id: int, opportunity_id: int) -> None:
    if (client_id, opportunity_id) in open_pairs([client_id]):
        raise _refusal("opportunity", _("This service is open for the client already."), "already_open")


def _moment(on: date | None, *, opened: datetime, at: datetime) -> datetime:
    """Now, or noon of an earlier day; not before it was opened, and not to come."""
    today, zone = local_today(bound_firm(), at=at), ZoneInfo(bound_firm().time_zone)
    if on is None or on == today:
        return max(at, opened)
    if on > today or on < opened.astimezone(zone).date():
        raise _refusal("on", _("Between the day it was opened and today."), "out_of_range")
    return max(datetime.combine(on, time(12), tzinfo=zone), opened)


def _clean(row: ClientOpportunity) -> None:
    row.clean_fields(exclude=["firm", "client", "company", "opportunity", "opened_by", "closed_by"])


def _save(row: ClientOpportunity, action: str, before: dict[str, Any], *, by: Membership) -> ClientOpportunity:
    after = _facts(row)
    if after != before:
        _clean(row)
        row.version += 1
        row.save()
        audit.record(action, row, by=by, before=before, after=after)
        announce([row.client_id])
    return row


def _facts(row: ClientOpportunity) -> dict[str, Any]:
    return {
        "client": row.client.name,
        "opportunity": row.opportunity.name,
        "state": row.state,
        "notes": row.notes,
        "outcome_note": row.outcome_note,
        "closed_at": row.closed_at.isoformat() if row.closed_at else "",
    }


def _refusal(field: str, words: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(words, code=code)})
