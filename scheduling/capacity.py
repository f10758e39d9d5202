"""How many meetings an advisor can hold: his working hours without holidays, closures and absences, month by month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from scheduling.cadence import add_months
from scheduling.hours import OFFICE, FreeDays, Span, Week
from scheduling.models import AppointmentType, Closure, WorkingWeek
from scheduling.working_days import holidays_between
from tenants.models import Firm, Membership

USUAL_MINUTES = 60
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """One advisor's week and the days on which he does not work."""

    week: Week
    free: FreeDays

    def working_days(self, start: date, end: date) -> list[date]:
        """Those on which at least one meeting fits."""
        return [day for day in self.free.working(start, end) if self.week.slots(day)]

    def by_month(self, months: Sequence[date], *, today: date) -> list[int]:
        """The meetings that fit into each month, from today on."""
        ends = (add_months(month, 1) - ONE_DAY for month in months)
        return [
            self.week.capacity(self.free.working(max(month, today), end))
            for month, end in zip(months, ends, strict=True)
        ]


def workers(firm: Firm, ids: Collection[int], *, start: date, end: date) -> dict[int, Worker]:
    """Of these members, in three statements however many they are; holidays and closures from ``start`` to ``end``."""
    usual = usual_minutes()
    stored = {row.member_id: row for row in WorkingWeek.objects.filter(member_id__in=ids)}
    closed = _closed(start, end)
    everybody = set(holidays_between(firm, start, end + ONE_DAY)) | closed.get(None, set())
    return {
        pk: Worker(week_of(stored.get(pk), usual), FreeDays(frozenset(everybody | closed.get(pk, set())))) for pk in ids
    }


def week_of(stored: WorkingWeek | None, usual: int) -> Week:
    """As stored, else office hours with the firm's usual meeting."""
    if stored is None:
        return Week(OFFICE, usual)
    spans = {int(weekday): [_span(pair) for pair in pairs] for weekday, pairs in stored.hours.items()}
    return Week(spans, stored.meeting_minutes or usual, stored.most_a_day)


def hours_of(member_id: int) -> Mapping[int, Sequence[Span]]:
    """When somebody works, by weekday (0 is Monday)."""
    return week_of(WorkingWeek.objects.filter(member_id=member_id).first(), USUAL_MINUTES).spans


def usual_minutes() -> int:
    """How long the firm's usual meeting lasts."""
    kinds = AppointmentType.objects.filter(active=True, counts_for_cadence=True)
    found = kinds.order_by("-is_default_meeting", "position", "id").values_list("duration_minutes", flat=True).first()
    return int(found or USUAL_MINUTES)


def closures_between(start: date, end: date) -> Iterable[Closure]:
    found: Iterable[Closure] = Closure.objects.filter(starts_on__lte=end, ends_on__gte=start)
    return found


def closure_days(member: Membership, start: date, end: date) -> dict[date, str]:
    """The days on which the firm is closed or the member away, each with the reason."""
    rows = Closure.objects.filter(Q(member__isnull=True) | Q(member=member), starts_on__lte=end, ends_on__gte=start)
    return {day: row.reason for row in rows for day in _within(row, start, end)}


def capacities(firm: Firm, ids: Collection[int], months: Sequence[date], *, today: date) -> Mapping[int, Sequence[int]]:
    """The meetings that fit into each month of each of these advisors."""
    end = add_months(months[-1], 1) - ONE_DAY
    found = workers(firm, ids, start=months[0], end=end)
    return {pk: worker.by_month(months, today=today) for pk, worker in found.items()}


def _closed(start: date, end: date) -> dict[int | None, set[date]]:
    """The days on which each is away; None: on which the firm is closed."""
    closed: dict[int | None, set[date]] = {}
    for row in closures_between(start, end):
        closed.setdefault(row.member_id, set()).update(_within(row, start, end))
    return closed


def _within(row: Closure, start: date, end: date) -> list[date]:
    first, last = max(row.starts_on, start), min(row.ends_on, end)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _span(pair: Sequence[int]) -> Span:
    return int(pair[0]), int(pair[1])
