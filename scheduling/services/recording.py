"""The rows of many appointments at once, for the apps that decide what becomes of them: outcomes, macros.

The caller checks, audits and plans again; here is only what all of them have to do alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F

from clients.company_links import companies_of
from scheduling.models import Appointment
from scheduling.services.appointments import counts
from tenants.binding import bound_firm, local_today

BATCH = 2_000
# What a recording may change of an appointment, and its undo gives back.
RECORDED = ("state", "assignee_id", "taken_by_id", "taken_at")


def lock_appointments(ids: Collection[int]) -> dict[int, Appointment]:
    """The rows as they are now, locked in one order so that two batches cannot wait for each other."""
    rows = Appointment.objects.filter(pk__in=ids).order_by("pk").select_related("type")
    return {appointment.pk: appointment for appointment in rows.select_for_update(of=("self",), no_key=True)}


def write_recorded(appointments: Sequence[Appointment], *, at: datetime) -> None:
    """Write state, assignee and charge as they stand on the objects: a statement for each set of equal values."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for appointment in appointments:
        appointment.counts = counts(appointment)
        appointment.version += 1
        alike[tuple(getattr(appointment, name) for name in (*RECORDED, "counts"))].append(appointment.pk)
    for values, ids in alike.items():
        written = dict(zip((*RECORDED, "counts"), values, strict=True))
        Appointment.objects.filter(pk__in=ids).update(**written, version=F("version") + 1, updated_at=at)


def add_appointments(appointments: Sequence[Appointment]) -> list[Appointment]:
    """Insert what a rule decided; types and people were read with the rule."""
    companies = companies_of(appointment.client_id for appointment in appointments)
    for appointment in appointments:
        appointment.company_id = companies.get(appointment.client_id)
        appointment.counts = counts(appointment)
    return Appointment.objects.bulk_create(appointments, batch_size=BATCH)


def is_still_to_come(appointment: Appointment, *, at: datetime) -> bool:
    """Its day has not come yet: it can neither have taken place nor been missed."""
    firm = bound_firm()
    return local_today(firm, at=appointment.starts_at) > local_today(firm, at=at)
