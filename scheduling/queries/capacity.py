"""Closures and holidays as pages show them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from scheduling.models import Closure
from scheduling.working_days import holidays_between
from tenants.models import Firm

A_YEAR = timedelta(days=366)


def closures_from(day: date) -> QuerySet[Closure]:
    """Those that are not over."""
    closures: QuerySet[Closure] = Closure.objects.filter(ends_on__gte=day).select_related("member")
    return closures.order_by("starts_on", "id")


def coming_holidays(firm: Firm, today: date) -> list[tuple[date, str]]:
    """National ones and the patron saint's, over the next twelve months."""
    return sorted(holidays_between(firm, today, today + A_YEAR).items())
