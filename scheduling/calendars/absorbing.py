"""An event as it was seen outside, laid beside its appointment: what is taken over, what waits to be written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from scheduling import services
from scheduling.calendars.adapter import Seen
from scheduling.calendars.agreement import Agreement, agree, base_of, digest_of, says_the_same
from scheduling.calendars.contents import appointments_of_calendar, content_of
from scheduling.enums import AppointmentState, OutsideState
from scheduling.models import Appointment, OutsideCalendar, OutsideEvent
from scheduling.services.appointments import EDITED
from tenants.permissions import Permission

# What the member is told of by the state "conflict".
CONFLICTS = {"both_changed"}


def absorb(calendar: OutsideCalendar, event: OutsideEvent, seen: Seen | None, *, at: datetime) -> None:
    """Take over what is theirs to say, and note whether something of ours is to be written. In one transaction."""
    appointment = _locked(calendar, event)
    if appointment is None or event.left_out:
        _write_later(event, at=at, etag=_etag(seen))
    elif seen is None or seen.gone:
        # Whether a meeting is on is for the CRM to say: it is put back.
        note = "put_back" if event.written else event.note
        _write_later(event, at=at, etag="", note=note)
    else:
        _meet(calendar, event, appointment, seen, at=at)


def _meet(
    calendar: OutsideCalendar, event: OutsideEvent, appointment: Appointment, seen: Seen, *, at: datetime
) -> None:
    base = event.tried.get(seen.mark) or event.base
    agreed = agree(content_of(appointment), seen, base, movable=_is_movable(calendar, appointment))
    note = _take_over(calendar, appointment, agreed, at=at) or event.note
    ours = content_of(appointment)
    event.etag, event.base, event.tried, event.note = seen.etag, base_of(seen.content or ours), {}, note
    if seen.content is None or not says_the_same(ours, seen.content):
        _write_later(event, at=at, etag=seen.etag, note=note)
        return
    event.written, event.synced_at, event.attempts, event.last_error = digest_of(ours), at, 0, ""
    event.state = state_after(note)
    event.save()


def state_after(note: str) -> OutsideState:
    return OutsideState.CONFLICT if note in CONFLICTS else OutsideState.SYNCED


def _write_later(event: OutsideEvent, *, at: datetime, etag: str, note: str = "") -> None:
    event.etag, event.note = etag, note
    event.state, event.available_at = OutsideState.PENDING, at
    event.save()


def _take_over(calendar: OutsideCalendar, appointment: Appointment, agreed: Agreement, *, at: datetime) -> str:
    """Through the services of people, in the member's name; what those refuse is put back outside."""
    if agreed.time is None and agreed.place is None:
        return agreed.note
    try:
        with transaction.atomic():
            changed = _change(calendar, appointment, agreed, at=at)
    except ValidationError:
        return "not_movable"
    for name in ("starts_at", "ends_at", "place"):
        setattr(appointment, name, getattr(changed, name))
    return agreed.note


def _change(calendar: OutsideCalendar, appointment: Appointment, agreed: Agreement, *, at: datetime) -> Appointment:
    starts_at, ends_at = agreed.time or (appointment.starts_at, appointment.ends_at)
    if agreed.place is None:
        return services.move_appointment(appointment, starts_at=starts_at, ends_at=ends_at, by=calendar.member, at=at)
    values: dict[str, Any] = {name: getattr(appointment, name) for name in EDITED}
    values |= {"starts_at": starts_at, "ends_at": ends_at, "place": agreed.place}
    return services.edit_appointment(appointment, services.AppointmentDetails(**values), by=calendar.member, at=at)


def _locked(calendar: OutsideCalendar, event: OutsideEvent) -> Appointment | None:
    rows = appointments_of_calendar(calendar).filter(pk=event.appointment_id)
    found: Appointment | None = rows.select_for_update(of=("self",)).first()
    return found


def _is_movable(calendar: OutsideCalendar, appointment: Appointment) -> bool:
    is_planned = appointment.state == AppointmentState.PLANNED
    return is_planned and calendar.member.can(Permission.ENTER_APPOINTMENTS)


def _etag(seen: Seen | None) -> str:
    return "" if seen is None or seen.gone else seen.etag
