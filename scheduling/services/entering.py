"""Many appointments at once: seeding, imports, integrations. A handful of statements however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.company_links import companies_of
from clients.enums import ClientState
from clients.models import Client
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import LONGEST, Appointment, AppointmentType
from scheduling.services.appointments import counts, is_in_reach
from scheduling.services.consequences import plan_again
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAppointment:
    """One of many: planned, or already over."""

    client_id: int
    type: AppointmentType
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    notes: str = ""
    assignee: Membership | None = None
    state: AppointmentState = AppointmentState.PLANNED
    external_source: str = ""
    external_id: str = ""


@transaction.atomic
def enter_appointments(
    entries: Sequence[NewAppointment],
    *,
    by: Membership | None,
    at: datetime,
    origin: AppointmentOrigin = AppointmentOrigin.IMPORT,
) -> list[Appointment]:
    """All or nothing. A refusal names each refused entry by its place: ``{"3": ["The end must …"]}``."""
    refusals = check_entries(entries, at=at)
    if refusals:
        raise ValidationError({str(place): [refusal] for place, refusal in refusals.items()})
    companies = companies_of(entry.client_id for entry in entries)
    appointments = [_appointment(entry, companies.get(entry.client_id), by, origin) for entry in entries]
    Appointment.objects.bulk_create(appointments, batch_size=BATCH)
    audit.record("appointment.entered", None, by=by, after={"count": len(appointments), "origin": str(origin)})
    plan_again({entry.client_id for entry in entries}, at=at)
    return appointments


def check_entries(entries: Sequence[NewAppointment], *, at: datetime) -> dict[int, ValidationError]:
    """What is wrong, by the place of the entry: two statements for all of them."""
    clients = dict(Client.objects.filter(pk__in={entry.client_id for entry in entries}).values_list("pk", "state"))
    taken = _taken_keys(entries)
    refusals = {}
    for place, entry in enumerate(entries):
        refusal = next(_refusals(entry, clients.get(entry.client_id), taken, at), None)
        if refusal is not None:
            refusals[place] = refusal
        if entry.external_id:
            taken.add((entry.external_source, entry.external_id))
    return refusals


def _refusals(
    entry: NewAppointment, client_state: str | None, taken: Collection[tuple[str, str]], at: datetime
) -> Iterator[ValidationError]:
    if client_state is None:
        yield ValidationError(_("There is no such client."), code="does_not_exist")
    if not is_in_reach(entry.starts_at):
        yield ValidationError(_("This year is out of reach."), code="out_of_reach")
    if entry.ends_at <= entry.starts_at:
        yield ValidationError(_("The end must come after the start."), code="ends_early")
    if entry.ends_at - entry.starts_at > LONGEST:
        yield ValidationError(_("An appointment lasts seven days at most."), code="too_long")
    if entry.state == AppointmentState.PLANNED and client_state != ClientState.ACTIVE:
        yield ValidationError(_("An archived client gets no new appointments."), code="client_not_active")
    if entry.state in (AppointmentState.HELD, AppointmentState.NO_SHOW) and _is_to_come(entry, at):
        yield ValidationError(_("This appointment is still to come."), code="still_to_come")
    yield from _refusals_of_references(entry, taken)


def _refusals_of_references(entry: NewAppointment, taken: Collection[tuple[str, str]]) -> Iterator[ValidationError]:
    if not entry.type.active:
        yield ValidationError(_("This type is no longer offered."), code="type_not_active")
    if entry.assignee is not None and not entry.assignee.is_active:
        yield ValidationError(_("This person is no longer active."), code="assignee_not_active")
    if (entry.external_source, entry.external_id) in taken:
        yield ValidationError(_("Another appointment has this key."), code="external_id_taken")


def _is_to_come(entry: NewAppointment, at: datetime) -> bool:
    firm = bound_firm()
    return local_today(firm, at=entry.starts_at) > local_today(firm, at=at)


def _taken_keys(entries: Sequence[NewAppointment]) -> set[tuple[str, str]]:
    ids = {entry.external_id for entry in entries if entry.external_id}
    if not ids:
        return set()
    found = Appointment.objects.filter(external_id__in=ids).values_list("external_source", "external_id")
    return set(found)


def _appointment(
    entry: NewAppointment, company_id: int | None, by: Membership | None, origin: AppointmentOrigin
) -> Appointment:
    appointment = Appointment(
        client_id=entry.client_id,
        company_id=company_id,
        type=entry.type,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        place=entry.place,
        notes=entry.notes,
        assignee=entry.assignee,
        state=entry.state,
        origin=origin,
        created_by=by,
        external_source=entry.external_source,
        external_id=entry.external_id,
    )
    appointment.counts = counts(appointment)
    return appointment
