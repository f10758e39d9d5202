"""What other calendars take of somebody's time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from scheduling.models import BusyTime
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
