"""The appointment that a rule asks for at one of its times."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduling.enums import AppointmentOrigin
from scheduling.models import Appointment, Series
from scheduling.recurrence import Pattern


def occurrence(series: Series, wall: datetime, pattern: Pattern) -> Appointment:
    start = pattern.moment(wall)
    assignee = series.assignee if series.assignee and series.assignee.is_active else None
    return Appointment(
        client_id=series.client_id,
        type=series.type,
        place=series.place,
        notes=series.notes,
        assignee=assignee,
        starts_at=start,
        ends_at=start + timedelta(minutes=series.minutes),
        origin=AppointmentOrigin.MANUAL,
        created_by_id=series.created_by_id,
        series=series,
        series_start=start,
    )
