"""From our own feed of changes to events that wait to be written: who changes an appointment need not think of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from scheduling.calendars.agreement import digest_of
from scheduling.calendars.contents import appointments_of_calendar, content_of, key_of
from scheduling.enums import OutsideState
from scheduling.models import Appointment, OutsideCalendar, OutsideEvent
from tenants.binding import bound_firm_id
from tenants.feed import reading

AT_ONCE = 5_000
BATCH = 500
# What an event says comes from rows of these resources of the feed.
SOURCES = ("appointments", "clients", "appointment-types")


def mark_changes(calendar: OutsideCalendar, *, at: datetime) -> None:
    """Look at what has changed here since the calendar's position; the first time, at everything."""
    head = reading.head()
    try:
        found = None if calendar.position < 0 else _changed(calendar, head)
    except reading.ForgottenError:
        found = None
    if found is None:
        mark_all(calendar, at=at)
    else:
        mark(calendar, found, at=at)
    calendar.position = head
    OutsideCalendar.objects.filter(pk=calendar.pk).update(position=head)


def mark_all(calendar: OutsideCalendar, *, at: datetime) -> None:
    """Everything that stands there or should."""
    wanted = appointments_of_calendar(calendar).filter(starts_at__gte=calendar.from_at).values_list("pk", flat=True)
    mark(calendar, {*wanted, *calendar.events.values_list("appointment_id", flat=True)}, at=at)


def mark(calendar: OutsideCalendar, appointment_ids: Collection[int], *, at: datetime) -> None:
    """Of these, whatever says something else than was last written, is new, or has to go."""
    ids = sorted(appointment_ids)
    for start in range(0, len(ids), BATCH):
        _mark(calendar, ids[start : start + BATCH], at=at)


def _mark(calendar: OutsideCalendar, ids: list[int], *, at: datetime) -> None:
    known = {event.appointment_id: event for event in calendar.events.filter(appointment_id__in=ids)}
    shown = {appointment.pk: appointment for appointment in appointments_of_calendar(calendar).filter(pk__in=ids)}
    fresh = [pk for pk, each in shown.items() if pk not in known and each.starts_at >= calendar.from_at]
    OutsideEvent.objects.bulk_create(
        OutsideEvent(
            calendar=calendar,
            appointment_id=pk,
            outside_id=key_of(bound_firm_id(), calendar.member_id, pk),
            available_at=at,
        )
        for pk in fresh
    )
    stale = [event.pk for pk, event in known.items() if _is_stale(event, shown.get(pk))]
    OutsideEvent.objects.filter(pk__in=stale).update(
        state=OutsideState.PENDING, available_at=at, attempts=0, last_error="", note=""
    )


def _is_stale(event: OutsideEvent, appointment: Appointment | None) -> bool:
    if event.state == OutsideState.PENDING:
        return False
    if appointment is None:
        return True
    if event.left_out:
        return event.state != OutsideState.LEFT_OUT
    return event.written != digest_of(content_of(appointment))


def _changed(calendar: OutsideCalendar, head: int) -> set[int]:
    """The appointments that the entries of the feed concern."""
    found: set[int] = set()
    position = max(calendar.position, 0)
    while position < head:
        until = min(position + AT_ONCE, head)
        entries = reading.entries(position, until, SOURCES)
        rows: dict[str, set[int]] = {resource: set() for resource in SOURCES}
        for entry in entries:
            rows[entry.resource].add(entry.row_id)
        found |= rows["appointments"] | _concerned(calendar, rows)
        position = until
    return found


def _concerned(calendar: OutsideCalendar, rows: dict[str, set[int]]) -> set[int]:
    """Those of the member, of these clients and types."""
    if not rows["clients"] and not rows["appointment-types"]:
        return set()
    of_these = Q(client_id__in=list(rows["clients"])) | Q(type_id__in=list(rows["appointment-types"]))
    own = Q(pk__in=calendar.events.values("appointment_id"))
    return set(Appointment.objects.filter(of_these & own).values_list("pk", flat=True))
