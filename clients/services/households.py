"""Families: made, renamed, given up; who is in one stands in his profile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from clients.changes import mark_changed
from clients.models import Client, Household, ListEntry, Profile
from clients.normalising import tidy
from clients.services.records import update_client
from clients.signals import clients_changed
from tenants import audit
from tenants.models import Membership


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
    taken = Household.objects.filter(external_id=household.external_id).exclude(pk=household.pk)
    if household.external_id and taken.exists():
        raise ValidationError({"external_id": ValidationError(_("This key is taken."), code="unique")})


@transaction.atomic
def delete_household(household: Household, *, by: Membership | None, at: datetime) -> None:
    """Nobody is in it any more, and it is no more; its members stay clients."""
    ids = list(Profile.objects.filter(household=household).values_list("client_id", flat=True))
    Profile.objects.filter(household=household).update(household=None, household_role=None)
    Client.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=at)
    audit.record("household.deleted", household, by=by, before={"name": household.name, "clients": ids})
    household.delete()
    _announce(ids)


def join_household(
    client: Client, household: Household | None, *, role: ListEntry | None, by: Membership | None, at: datetime
) -> Client:
    """Put a client into a household (None: into none), with his role in it."""
    return update_client(client, {"household": household, "household_role": role}, version=None, by=by, at=at)


def _announce(ids: Sequence[int]) -> None:
    if ids:
        mark_changed(ids)
        clients_changed.send(Client, client_ids=list(ids), changed=frozenset({"household", "household_role"}))
