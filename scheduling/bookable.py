"""The times that a client may book by himself: whole meetings within working hours, where the calendar is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from scheduling.hours import Span
from scheduling.weeks.planning import Outlook, outlook
from tenants.models import Membership

WEEKS = 6
Moments = tuple[datetime, datetime]


def bookable_days(member: Membership, *, at: datetime) -> dict[date, list[Moments]]:
    """From tomorrow on, the days that have a free time, each with its times."""
    seen = outlook(member, weeks=WEEKS, at=at)
    days = {day: _free(seen, day) for day in seen.worker.free.working(seen.start, seen.end)}
    return {day: [_moments(seen, day, span) for span in spans] for day, spans in days.items() if spans}


def is_bookable(member: Membership, starts_at: datetime, *, at: datetime) -> Moments | None:
    """The meeting that begins then, if it may be booked."""
    return next(
        (slot for slots in bookable_days(member, at=at).values() for slot in slots if slot[0] == starts_at), None
    )


def _free(seen: Outlook, day: date) -> list[Span]:
    """Where the day may hold no more meetings there is no time left, however free the hours are."""
    taken, week = seen.taken.get(day, []), seen.worker.week
    if week.most_a_day is not None and len(taken) >= week.most_a_day:
        return []
    return replace(week, most_a_day=None).slots(day, taken)


def _moments(seen: Outlook, day: date, span: Span) -> Moments:
    return seen.moment(day, span[0]), seen.moment(day, span[1])
