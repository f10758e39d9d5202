"""What falls on the hour of an appointment: in the calendar of whom it is assigned to, and on days without work."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling import queries
from scheduling.capacity import closure_days
from scheduling.enums import OFF_STATES
from scheduling.models import Appointment
from scheduling.working_days import holiday_name
from tenants.binding import bound_firm
from tenants.models import Membership


class OverlapKind(StrEnum):
    APPOINTMENT = "appointment"
    OUTSIDE = "outside"
    FREE_DAY = "free_day"


@dataclass(frozen=True, slots=True)
class Overlap:
    """``appointment_id`` only where the reader may open it; else he learns that the hour is taken, and no more."""

    kind: OverlapKind
    title: str
    starts_at: datetime
    ends_at: datetime
    appointment_id: int | None = None


def overlaps_of(appointment: Appointment, *, by: Membership) -> list[Overlap]:
    """In the order of time; nothing for what is cancelled, or for all."""
    whose = appointment.assignee
    if whose is None or appointment.state in OFF_STATES:
        return []
    found = [*_appointments(appointment, whose, by), *_outside(appointment, whose, by), *_free_days(appointment, whose)]
    return sorted(found, key=lambda one: (one.starts_at, one.kind))


def _appointments(appointment: Appointment, whose: Membership, by: Membership) -> Iterator[Overlap]:
    others = queries.agenda(whose, appointment.starts_at, appointment.ends_at).exclude(pk=appointment.pk)
    seen = _seen([one.pk for one in others], by)
    for one in others:
        is_seen = one.pk in seen
        title = f"{one.client.name} · {one.type.name}" if is_seen else _("Taken")
        yield Overlap(OverlapKind.APPOINTMENT, title, one.starts_at, one.ends_at, one.pk if is_seen else None)


def _seen(ids: Collection[int], by: Membership) -> set[int]:
    if not ids:
        return set()
    return set(queries.visible_appointments(by).filter(pk__in=ids).values_list("pk", flat=True))


def _outside(appointment: Appointment, whose: Membership, by: Membership) -> Iterator[Overlap]:
    """What stands in somebody's own calendar is his: others read that he is taken."""
    for one in queries.busy_times(whose, appointment.starts_at, appointment.ends_at):
        title = one.title if whose.pk == by.pk and one.title else _("Taken")
        yield Overlap(OverlapKind.OUTSIDE, title, one.starts_at, one.ends_at)


def _free_days(appointment: Appointment, whose: Membership) -> Iterator[Overlap]:
    day = timezone.localdate(appointment.starts_at)
    start = timezone.make_aware(datetime.combine(day, time()))
    closed = closure_days(whose, day, day).get(day, "")
    for title in filter(None, (holiday_name(bound_firm(), day), closed)):
        yield Overlap(OverlapKind.FREE_DAY, title, start, start + timedelta(days=1))
