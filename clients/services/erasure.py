"""Erasing a person (GDPR art. 17; XCT-09): a distinct, audited act that cannot be undone.

What the law obliges the firm to keep is copied into ``LockedRecord``, which no page shows; everything else that the
registry knows is deleted or emptied, the trail's former values too. The row of the client stays without a name, so that
the firm's own figures (meetings held, points) do not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from clients import retention, search
from clients.changes import mark_changed
from clients.dossier import row_in_words
from clients.enums import ClientState, ErasureGround, RetentionClass
from clients.filters.folding import fold
from clients.holdings import Holding, OnErasure, clear, holdings
from clients.models import Client, Erasure, LockedRecord, Profile
from clients.services.records import lock
from clients.signals import clients_changed
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

# What the row of an erased client still says: that there was one, in whose charge, and with which status.
KEPT = frozenset(
    {"id", "firm", "kind", "state", "advisor", "status", "main_portfolio", "merged_into", "erased_at", "created_at"}
    | {"updated_at", "version"}
)
# Customer due diligence: what identifies the person, and how that was verified.
DUE_DILIGENCE = ("document_type", "document_number", "document_expires_on", "due_diligence_on", "is_pep")
IDENTITY = ("name", "tax_code", "vat_number")


@transaction.atomic
def erase_client(client: Client, *, ground: ErasureGround, by: Membership | None, at: datetime) -> Erasure:
    """Erase the client and whoever was merged into him. There is no way back."""
    current = lock(client, version=None)
    if current.erased_at is not None or current.merged_into_id is not None:
        raise ValidationError(_("The client is no longer there."), code="gone")
    ids = [current.pk, *Client.objects.filter(merged_into=current).values_list("pk", flat=True)]
    erasure: Erasure = Erasure.objects.create(client=current, at=at, by=by, ground=ground)
    locked = _lock_away(erasure, current, ids, today=local_today(bound_firm(), at=at))
    keys = {holding.name: list(holding.of(ids).values_list("pk", flat=True)) for holding in _with_numbers()}
    erasure.counts = {"locked": locked, **_sweep(ids)}
    erasure.save(update_fields=["counts"])
    _take_the_name_away(ids, at=at)
    search.index_names(ids)
    _redact(ids, keys)
    audit.record("client.erased", current, by=by, after={"ground": ground.value, "locked": locked})
    mark_changed(ids)
    clients_changed.send(Client, client_ids=ids, changed=frozenset({"erased", "state", "groups"}))
    return erasure


@transaction.atomic
def purge_locked(*, today: date) -> int:
    """Delete what no law asks for any more; how many records went."""
    gone = LockedRecord.objects.filter(until__lt=today).delete()[0]
    if gone:
        audit.record("locked.purged", None, by=None, after={"records": gone})
    return gone


def what_is_locked(client: Client, *, today: date) -> dict[RetentionClass, int]:
    """How many records of each class would have to be kept if the client were erased today."""
    found: dict[RetentionClass, int] = {}
    for record in _records(client, [client.pk], today):
        kept = RetentionClass(record.retention)
        found[kept] = found.get(kept, 0) + 1
    return found


def _lock_away(erasure: Erasure, client: Client, ids: Sequence[int], *, today: date) -> int:
    records = _records(client, ids, today)
    if records:
        last = max(records, key=lambda record: record.until)
        identity = {name: str(getattr(client, name)) for name in IDENTITY}
        identity["birth_date"] = str(client.profile.birth_date or "")
        records.append(
            LockedRecord(retention=last.retention, kind="clients.client", until=last.until, content=identity)
        )
    for record in records:
        record.erasure = erasure
    return len(LockedRecord.objects.bulk_create(records))


def _records(client: Client, ids: Sequence[int], today: date) -> list[LockedRecord]:
    """Of every table that a law speaks of, the rows whose time is not over."""
    years = retention.years_of_firm()
    found = _due_diligence(client.profile, years[RetentionClass.AML], today)
    for holding in holdings().values():
        if holding.retention is None:
            continue
        for row in holding.of(ids):
            until = retention.kept_until(getattr(row, holding.since) or today, years[holding.retention])
            if until >= today:
                words = row_in_words(holding, row)
                found.append(LockedRecord(retention=holding.retention, kind=holding.name, until=until, content=words))
    return found


def _due_diligence(profile: Profile, years: int, today: date) -> list[LockedRecord]:
    """Counted from the end of the relation, which is the erasure at the latest."""
    if not (profile.due_diligence_on or profile.document_number):
        return []
    content = {name: str(getattr(profile, name) or "") for name in DUE_DILIGENCE}
    until = retention.kept_until(today, years)
    return [LockedRecord(retention=RetentionClass.AML, kind="clients.profile", until=until, content=content)]


def _sweep(ids: Sequence[int]) -> dict[str, int]:
    """Delete, empty or unlink, table by table; how many rows of each."""
    counts: dict[str, int] = {}
    for holding in reversed(list(holdings().values())):
        match holding.on_erasure:
            case OnErasure.KEEP:
                continue
            case OnErasure.EMPTY:
                rows = holding.of(ids).update(**_emptiness(holding))
            case _:
                rows = clear(holding, ids)
        if rows:
            counts[holding.name] = counts.get(holding.name, 0) + rows
    Profile.objects.bulk_create([Profile(client_id=pk) for pk in ids])
    return counts


def _emptiness(holding: Holding) -> dict[str, Any]:
    """Each emptied column with nothing in it, and its folded copy."""
    fields: dict[str, Any] = {field.name: field for field in holding.model._meta.concrete_fields}
    empty = {fields[name].attname: nothing(fields[name]) for name in holding.emptied}
    return empty | {f"{name}_key": "" for name in holding.emptied if f"{name}_key" in fields}


def nothing(field: Any) -> Any:
    """What stands in a column of which nothing is known."""
    if isinstance(field, models.JSONField):
        return field.get_default()
    return None if field.null else ""


def _take_the_name_away(ids: Sequence[int], *, at: datetime) -> None:
    fields: list[Any] = [field for field in Client._meta.concrete_fields if field.name not in KEPT]
    values = {field.attname: nothing(field) for field in fields}
    with override(bound_firm().language):
        values["name"] = gettext("Erased person")
    values |= {"name_key": fold(values["name"]), "state": ClientState.ARCHIVED, "erased_at": at, "updated_at": at}
    Client.objects.filter(pk__in=ids).update(version=F("version") + 1, **values)


def _with_numbers() -> list[Holding]:
    """The tables whose rows the trail may tell of: those with one number for a key."""
    return [held for held in holdings().values() if not isinstance(held.model._meta.pk, models.CompositePrimaryKey)]


def _redact(ids: Sequence[int], keys: dict[str, list[int]]) -> None:
    """The trail keeps that something was changed and by whom, not the values."""
    told: dict[str, set[int]] = {Client._meta.label_lower: set(ids)}
    for name, rows in keys.items():
        if holdings()[name].on_erasure != OnErasure.UNLINK:
            told.setdefault(holdings()[name].model._meta.label_lower, set()).update(rows)
    for kind, numbers in told.items():
        if numbers:
            audit.redact(kind, sorted(numbers))
