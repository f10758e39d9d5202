"""Presa in carico: one operator takes an open appointment in charge, and everybody sees who (O-29)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from scheduling.enums import AppointmentState
from scheduling.models import Appointment
from scheduling.services.appointments import lock_appointment
from tenants import audit
from tenants.models import Membership
from tenants.permissions import Permission


@transaction.atomic
def take_appointment(appointment: Appointment, *, by: Membership, at: datetime) -> Appointment:
    """Exactly one of two who try succeeds (XCT-08); trying again changes nothing."""
    locked = lock_appointment(appointment)
    if locked.taken_by_id == by.pk:
        return locked
    if locked.taken_by_id is not None:
        raise ValidationError(_("A colleague has taken this appointment in charge."), code="already_taken")
    if locked.state != AppointmentState.PLANNED:
        raise ValidationError(_("Only a planned appointment can be taken in charge."), code="not_planned")
    locked.taken_by, locked.taken_at = by, at
    return _save(locked, "appointment.taken", None, by=by)


@transaction.atomic
def release_appointment(appointment: Appointment, *, by: Membership) -> Appointment:
    """Back to everybody: by who took it, or by an administrator (Azzera)."""
    locked = lock_appointment(appointment)
    if locked.taken_by_id is None:
        return locked
    if locked.taken_by_id != by.pk and not by.can(Permission.CONFIGURE):
        raise ValidationError(_("A colleague has taken this appointment in charge."), code="taken_by_another")
    former = locked.taken_by_id
    locked.taken_by, locked.taken_at = None, None
    return _save(locked, "appointment.released", former, by=by)


@transaction.atomic
def reset_charges(*, by: Membership) -> int:
    """Azzera: everything that is taken in charge and not fulfilled goes back to everybody; how many."""
    released = _open_charges().update(taken_by=None, taken_at=None, version=F("version") + 1, updated_at=Now())
    audit.record("appointment.charges_reset", None, by=by, after={"count": released})
    return released


def expire_charges(*, days: int | None, at: datetime) -> int:
    """The night's part (O-29): what was taken so many days ago returns to the pool; 0 or nothing means never."""
    if not days:
        return 0
    old = _open_charges().filter(taken_at__lte=at - timedelta(days=days))
    released = old.update(taken_by=None, taken_at=None, version=F("version") + 1, updated_at=Now())
    if released:
        audit.record("appointment.charges_expired", None, by=None, after={"count": released, "days": days})
    return released


def _open_charges() -> QuerySet[Appointment]:
    rows: QuerySet[Appointment] = Appointment.objects.filter(taken_by__isnull=False, state=AppointmentState.PLANNED)
    return rows


def _save(appointment: Appointment, action: str, former: int | None, *, by: Membership) -> Appointment:
    appointment.version += 1
    appointment.save(update_fields=["taken_by", "taken_at", "version", "updated_at"])
    audit.record(action, appointment, by=by, before={"taken_by": former}, after={"taken_by": appointment.taken_by_id})
    return appointment
