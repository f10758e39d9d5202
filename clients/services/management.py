"""Receiving what management systems tell (O-54). Set-based: one or thousands, and the same again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clients.company_links import companies_of
from clients.enums import ManagementKind
from clients.models import ManagementEvent
from clients.queries import visible_clients
from tenants import audit
from tenants.binding import bound_firm
from tenants.models import Membership

BATCH = 2_000
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
Key = tuple[str, str]
WRITTEN = ("client", "company", "kind", "on", "at", "number", "amount", "description", "updated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewManagementEvent:
    """One of many; known by the key of the system that sends it, else by its kind and number."""

    client_id: int
    kind: ManagementKind
    on: date
    number: str = ""
    amount: Decimal | None = None
    description: str = ""
    external_source: str = ""
    external_id: str = ""

    @property
    def key(self) -> Key:
        own = f"{self.kind.value}:{self.number}" if self.number else ""
        return self.external_source, self.external_id or own


@dataclass(frozen=True, slots=True)
class Entered:
    row: ManagementEvent
    is_new: bool


@transaction.atomic
def enter_management_events(entries: Sequence[NewManagementEvent], *, by: Membership | None) -> list[Entered]:
    """All or nothing, in the order given; one that is known by its key is brought up to date.

    A refusal names each refused entry by its place: ``{"3": ["…"]}``; see ``refusals_of``.
    """
    refused = refusals_of(entries, by=by)
    if refused:
        raise ValidationError({str(place): [refusal] for place, refusal in refused.items()})
    known = _known([entry.key for entry in entries])
    companies = companies_of(entry.client_id for entry in entries)
    zone = ZoneInfo(bound_firm().time_zone)
    rows = [_row(entry, known.get(entry.key), companies, zone) for entry in entries]
    ManagementEvent.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["firm", "external_source", "external_id"],
        update_fields=WRITTEN,
    )
    entered = [Entered(row, entry.key not in known) for row, entry in zip(rows, entries, strict=True)]
    new = sum(each.is_new for each in entered)
    if rows:
        audit.record("management_event.entered", None, by=by, after={"created": new, "updated": len(rows) - new})
    return entered


@transaction.atomic
def delete_management_event(event: ManagementEvent, *, by: Membership | None) -> None:
    """What the system that sent it has withdrawn."""
    before = {"kind": event.kind, "number": event.number, "on": event.on.isoformat()}
    audit.record("management_event.deleted", event, by=by, before=before)
    event.delete()


def refusals_of(entries: Sequence[NewManagementEvent], *, by: Membership | None = None) -> dict[int, ValidationError]:
    """What is wrong with which of them, by its place; a key of somebody else's client is not ``by``'s to use."""
    seen: set[Key] = set()
    others = _keys_of_others([entry.key for entry in entries], by)
    found = {}
    for place, entry in enumerate(entries):
        refusal = next(_refusals(entry, seen, others), None)
        if refusal is not None:
            found[place] = refusal
        seen.add(entry.key)
    return found


def _keys_of_others(keys: Sequence[Key], by: Membership | None) -> set[Key]:
    """Of the keys those whose event stands with a client that the member does not see."""
    if by is None or not keys:
        return set()
    rows = ManagementEvent.objects.filter(external_id__in={own for _source, own in keys})
    unseen = rows.exclude(client__in=visible_clients(by).order_by())
    return set(unseen.values_list("external_source", "external_id"))


def _refusals(entry: NewManagementEvent, seen: set[Key], others: set[Key]) -> Iterator[ValidationError]:
    if not EARLIEST_YEAR <= entry.on.year <= LATEST_YEAR:
        yield ValidationError(_("This year is out of reach."), code="out_of_reach")
    if not entry.key[1]:
        yield ValidationError(_("Give an external id, or a number."), code="no_key")
    if entry.key in seen:
        yield ValidationError(_("This external id stands here twice."), code="duplicate_external_id")
    if entry.key in others:
        told = _("A client with this value exists and is looked after by somebody else.")
        yield ValidationError(told, code="not_your_client")


def _known(keys: Sequence[Key]) -> dict[Key, ManagementEvent]:
    """Those that are there already, locked."""
    rows = ManagementEvent.objects.select_for_update().filter(external_id__in={own for _source, own in keys})
    wanted = set(keys)
    found = {(row.external_source, row.external_id): row for row in rows.order_by("pk")}
    return {key: row for key, row in found.items() if key in wanted}


def _row(
    entry: NewManagementEvent, known: ManagementEvent | None, companies: dict[int, int], zone: ZoneInfo
) -> ManagementEvent:
    """Of a known one the company of that time stays, unless it is another client's after all."""
    stays = known is not None and known.client_id == entry.client_id
    source, own = entry.key
    return ManagementEvent(
        client_id=entry.client_id,
        company_id=known.company_id if stays and known else companies.get(entry.client_id),
        kind=entry.kind,
        on=entry.on,
        at=datetime.combine(entry.on, time(), zone),
        number=entry.number,
        amount=entry.amount,
        description=entry.description,
        external_source=source,
        external_id=own,
    )
