"""For how long a firm must keep a class of records before it may erase it (security.md 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from clients.enums import RetentionClass
from clients.holdings import holdings
from clients.models import LockedRecord, RetentionPeriod
from tenants.binding import bound_firm, local_today
from tenants.firm_parameters import Parameters, contribute
from tenants.permissions import Permission

PROTECTING = Permission.PROTECT_PERSONS

# The usual numbers of years; a firm may keep some longer, on request of its authority or its mandating bank.
YEARS = {
    RetentionClass.MIFID: 5,
    RetentionClass.AML: 10,
    RetentionClass.INSURANCE: 5,
    RetentionClass.TAX: 10,
    RetentionClass.CONSENT: 10,
}
# No law says how long the proof of a consent is kept; all other numbers are the least.
LEAST = YEARS | {RetentionClass.CONSENT: 1}
MOST = 99


@dataclass(frozen=True)
class Locked:
    """What of one kind is kept locked because of one class."""

    label: str
    records: int
    first_until: date
    last_until: date


@dataclass(frozen=True)
class ClassOfRecords:
    """A class of records, for how long the firm keeps it, what falls under it and what is locked of it now."""

    retention: RetentionClass
    years: int
    covers: tuple[str, ...]
    locked: tuple[Locked, ...]

    @property
    def least(self) -> int:
        return LEAST[self.retention]

    @property
    def records(self) -> int:
        return sum(each.records for each in self.locked)


def classes() -> list[ClassOfRecords]:
    """Every class with the firm's own number of years."""
    years = years_of_firm()
    locked = _locked()
    return [
        ClassOfRecords(each, years[each], tuple(_covered(each)), tuple(locked.get(each, ()))) for each in RetentionClass
    ]


def _covered(retention: RetentionClass) -> Iterator[str]:
    if retention == RetentionClass.AML:
        yield str(_("Identity document and due diligence"))
    for holding in holdings().values():
        if holding.retention == retention:
            yield _label(holding.name)


def _locked() -> dict[str, list[Locked]]:
    rows = LockedRecord.objects.order_by("retention", "kind").values("retention", "kind")
    found: dict[str, list[Locked]] = {}
    for row in rows.annotate(records=Count("id"), first=Min("until"), last=Max("until")):
        told = Locked(_label(row["kind"]), row["records"], row["first"], row["last"])
        found.setdefault(row["retention"], []).append(told)
    return found


def _label(kind: str) -> str:
    """A holding's name, else the part of the client's own record."""
    holding = holdings().get(kind)
    if holding is None:
        return str(_("Name and birth date") if kind == "clients.client" else _("Identity document and due diligence"))
    return str(holding.label or holding.model._meta.verbose_name_plural)


def years_of_firm() -> dict[RetentionClass, int]:
    own = RetentionPeriod.objects.values_list("retention", "years")
    return YEARS | {RetentionClass(retention): years for retention, years in own}


def kept_until(since: date | datetime, years: int) -> date:
    """The last day on which a record of that day must be there."""
    day = local_today(bound_firm(), at=since) if isinstance(since, datetime) else since
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def register() -> None:
    """The numbers of years in ``firm/``."""
    years = Parameters("retention", lambda: {str(name): kept for name, kept in years_of_firm().items()}, PROTECTING)
    contribute(years)
