"""For how long a firm must keep a class of records before it may erase it (security.md 6)."""

from __future__ import annotations

from datetime import date, datetime

from clients.enums import RetentionClass
from clients.models import RetentionPeriod
from tenants.binding import bound_firm, local_today

# The usual numbers of years; a firm may keep some longer, on request of its authority or its mandating bank.
YEARS = {
    RetentionClass.MIFID: 5,
    RetentionClass.AML: 10,
    RetentionClass.INSURANCE: 5,
    RetentionClass.TAX: 10,
    RetentionClass.CONSENT: 10,
}


def years_of_firm() -> dict[RetentionClass, int]:
    own = RetentionPeriod.objects.values_list("retention", "years")
    return YEARS | {RetentionClass(retention): years for retention, years in own}


def kept_until(since: date | datetime, years: int) -> date:
    """The last day on which a record of that day must be there."""
    day = local_today(bound_firm(), at=since) if isinstance(since, datetime) else since
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
