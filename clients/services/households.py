"""Families: made, renamed, given up; who is in one stands in his profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from clients import queries
from clients.changes import mark_changed
from clients.models import Client, ClientEdit, Household, ListEntry, Profile
from clients.normalising import tidy
from clients.services.records import update_client
from clients.signals import clients_changed
from clients.snapshots import frozen, rows_of, thawed
from tenants import audit
from tenants.models import Membership

# Where somebody stands: his household, and his role in it.
PLACE = ("household", "household_role")
Place = tuple[Household | None, ListEntry | None]


@transaction.atomic
def save_household(
    household: Household, *, name: str, notes: str = "", external_id: str = "", by: Membership | None
) -> Household:
    """Make or change a household."""
    before = {} if household.pk is None else _said(household)
    household.name, household.notes, household.external_id = tidy(name), notes.strip(), external_id.strip()
    _check(household)
    household.version = 1 if household.pk is None else household.version + 1
    household.save()
    action = "household.changed" if before else "household.created"
    audit.record(action, household, by=by, before=before, after=_said(household))
    return household


def _said(household: Household) -> dict[str, str]:
    return {"name": household.name, "notes": household.notes, "external_id": household.external_id}


def _check(household: Household) -> None:
    if not household.name:
        raise ValidationError({"name": ValidationError(_("This field is required."), code="required")})
    household.clean_fields()
    if household.external_id and _has_key(household).exists():
        raise ValidationError({"external_id": ValidationError(_("This key is taken."), code="unique")})


def _has_key(household: Household) -> QuerySet[Household]:
    """Another one that files name by the same key."""
    others: QuerySet[Household] = Household.objects.filter(deleted_at__isnull=True).exclude(pk=household.pk)
    return others.filter(external_id=household.external_id)


@transaction.atomic
def delete_household(household: Household, *, by: Membership | None, at: datetime) -> Household:
    """Nobody is in it any more; its members stay clients. For a month it can be taken back (clients.sweeping)."""
    locked = _lock(household)
    if locked.deleted_at is not None:
        raise ValidationError(_("This household is no longer there."), code="gone")
    members = Profile.objects.filter(household=locked).select_related("household_role").order_by("client_id")
    was = {profile.client_id: (locked, profile.household_role) for profile in members}
    Profile.objects.filter(household=locked).update(household=None, household_role=None)
    locked.taken_out = _note_moves(was, dict.fromkeys(was, (None, None)), by=by, at=at)
    locked.deleted_at = at
    locked.version += 1
    locked.save(update_fields=["taken_out", "deleted_at", "version", "updated_at"])
    audit.record("household.deleted", locked, by=by, before={"name": locked.name, "clients": list(was)})
    return locked


@transaction.atomic
def restore_household(household: Household, *, by: Membership | None, at: datetime) -> list[int]:
    """Undo of the deletion. Returns who stays out of it, because he has come into another one or is no more."""
    locked = _lock(household)
    if locked.deleted_at is None:
        return []
    if locked.external_id and _has_key(locked).exists():
        locked.external_id = ""
    edits = {edit.client_id: edit for edit in ClientEdit.objects.filter(pk__in=locked.taken_out)}
    rows = rows_of([edit.before for edit in edits.values()])
    free = queries.present_clients().filter(pk__in=edits, profile__household__isnull=True)
    became: dict[int, Place] = {
        pk: (locked, thawed(edits[pk].before.get("household_role"), rows))
        for pk in free.order_by("pk").values_list("pk", flat=True)
    }
    locked.deleted_at, locked.taken_out = None, []
    locked.version += 1
    locked.save(update_fields=["external_id", "taken_out", "deleted_at", "version", "updated_at"])
    for role in set(became.values()):
        ids = [pk for pk, place in became.items() if place == role]
        Profile.objects.filter(client__in=ids).update(household=locked, household_role=role[1])
    _note_moves(dict.fromkeys(became, (None, None)), became, by=by, at=at)
    audit.record("household.restored", locked, by=by, after={"name": locked.name, "clients": list(became)})
    return sorted(set(edits) - set(became))


def _lock(household: Household) -> Household:
    locked: Household = Household.objects.select_for_update().get(pk=household.pk)
    return locked


def _note_moves(
    was: Mapping[int, Place], became: Mapping[int, Place], *, by: Membership | None, at: datetime
) -> list[int]:
    """In each member's record, so that his changes tell it; in a number of statements that does not depend on them."""
    Client.objects.filter(pk__in=was).update(version=F("version") + 1, updated_at=at)
    edits = [ClientEdit(client_id=pk, by=by, at=at, **_frozen(was[pk], became[pk])) for pk in was]
    made = ClientEdit.objects.bulk_create(edits)
    _announce(list(was))
    return [edit.pk for edit in made]


def _frozen(was: Place, became: Place) -> dict[str, dict[str, Any]]:
    """What of the place in a household has changed."""
    changed = [number for number in range(len(PLACE)) if was[number] != became[number]]
    return {
        name: {PLACE[number]: frozen(place[number]) for number in changed}
        for name, place in (("before", was), ("after", became))
    }


def join_household(
    client: Client, household: Household | None, *, role: ListEntry | None, by: Membership | None, at: datetime
) -> Client:
    """Put a client into a household (None: into none), with his role in it."""
    return update_client(client, {"household": household, "household_role": role}, version=None, by=by, at=at)


def _announce(ids: Sequence[int]) -> None:
    if ids:
        mark_changed(ids)
        clients_changed.send(Client, client_ids=list(ids), changed=frozenset(PLACE))
