"""What other calendars take of somebody's time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from scheduling.models import BusyTime, OutsideCalendar, OutsideEvent
from tenants.models import Membership

# No imported event lasts longer, so that an index bounds both sides.
LONGEST = timedelta(days=366)


def outside_times(member: Membership, start: datetime, end: datetime) -> QuerySet[BusyTime]:
    """Between two moments, in whole or part."""
    times: QuerySet[BusyTime] = BusyTime.objects.filter(
        member=member, starts_at__lt=end, starts_at__gt=start - LONGEST, ends_at__gt=start
    )
    return times.order_by("starts_at", "id")


def busy_times(member: Membership, start: datetime, end: datetime) -> QuerySet[BusyTime]:
    """Of them those that leave no room for a meeting."""
    return outside_times(member, start, end).filter(busy=True)


def events_outside(appointment_ids: Iterable[int], member: Membership | None = None) -> QuerySet[OutsideEvent]:
    """How these appointments stand in calendars outside, a member's or everybody's."""
    events: QuerySet[OutsideEvent] = OutsideEvent.objects.filter(appointment_id__in=list(appointment_ids))
    return (events if member is None else events.filter(calendar__member=member)).select_related("calendar")


def calendar_counts(calendar: OutsideCalendar) -> dict[str, int]:
    """How many of its events are in which state."""
    found = calendar.events.values("state").annotate(number=Count("pk")).order_by()
    return {row["state"]: row["number"] for row in found}
