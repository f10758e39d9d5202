"""Plan my weeks: the world that the algorithm of ``scheduling.weeks.proposals`` looks at, and what it makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from clients.enums import ClientState
from clients.models import Address, Client
from clients.queries import visible_clients
from scheduling import queries
from scheduling.capacity import Worker, workers
from scheduling.hours import MINUTES_A_DAY, Span
from scheduling.models import Appointment, BusyTime, ClientPlan
from scheduling.weeks.placing import Due
from scheduling.weeks.proposals import Day, Proposal, plan_weeks
from tenants.binding import bound_firm, local_today
from tenants.models import Firm, Membership

FEWEST_WEEKS, USUAL_WEEKS, MOST_WEEKS = 1, 4, 12
MOST_CLIENTS = 500


@dataclass(frozen=True, slots=True)
class Outlook:
    """The days to plan, from tomorrow on, with what is free of them."""

    firm: Firm
    member: Membership
    start: date
    end: date
    worker: Worker
    taken: dict[date, list[Span]]

    def days(self) -> list[Day]:
        """Those that have room, with how many of their slots the calendar has taken."""
        every = ((day, self.slots(day)) for day in self.worker.free.working(self.start, self.end))
        return [Day(day, slots, len(self.worker.week.slots(day)) - len(slots)) for day, slots in every if slots]

    def slots(self, day: date) -> list[Span]:
        taken, week = self.taken.get(day, []), self.worker.week
        free = week.slots(day, taken)
        return free if week.most_a_day is None else free[: max(week.most_a_day - len(taken), 0)]

    def moment(self, day: date, minutes: int) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.firm.time_zone)) + timedelta(minutes=minutes)

    def is_free(self, day: date, start: int, end: int) -> bool:
        """Whether the calendar of the day has room for a meeting there."""
        return all(last <= start or end <= first for first, last in self.taken.get(day, []))


def outlook(member: Membership, *, weeks: int, at: datetime) -> Outlook:
    """Of so many weeks: the member's hours, holidays, closures and calendar, in a handful of statements."""
    firm = bound_firm()
    start = local_today(firm, at=at) + timedelta(days=1)
    end = start + timedelta(days=7 * weeks - 1)
    worker = workers(firm, [member.pk], start=start, end=end)[member.pk]
    return Outlook(firm, member, start, end, worker, _taken(firm, member, start, end))


def due_clients(member: Membership, *, by: Membership, until: date) -> QuerySet[ClientPlan]:
    """The member's clients who are due by then with nothing planned, the longest overdue first."""
    mine = visible_clients(by).filter(advisor=member, state=ClientState.ACTIVE)
    plans: QuerySet[ClientPlan] = ClientPlan.objects.filter(
        client__in=mine.order_by().values("pk"), due_on__lte=until, next_meeting_at__isnull=True
    )
    return plans.order_by("due_on", "client_id")


def propose_weeks(member: Membership, *, weeks: int, by: Membership, at: datetime) -> tuple[Outlook, Proposal]:
    """A day and an hour for everybody who is due within so many weeks."""
    seen = outlook(member, weeks=weeks, at=at)
    return seen, plan_weeks(_dues(due_clients(member, by=by, until=seen.end)[:MOST_CLIENTS]), seen.days())


def named(client_ids: Iterable[int]) -> dict[int, Client]:
    return {client.pk: client for client in Client.objects.filter(pk__in=client_ids)}


def _dues(plans: QuerySet[ClientPlan]) -> list[Due]:
    main = Address.objects.filter(client=OuterRef("client_id"), position=1, latitude__isnull=False)
    rows = plans.values_list(
        "client_id", "due_on", Subquery(main.values("latitude")[:1]), Subquery(main.values("longitude")[:1])
    )
    return [
        Due(pk, due_on, None if north is None or east is None else (float(north), float(east)))
        for pk, due_on, north, east in rows
        if due_on is not None
    ]


def _taken(firm: Firm, member: Membership, start: date, end: date) -> dict[date, list[Span]]:
    """What is in the member's calendar, day by day in local minutes."""
    zone = ZoneInfo(firm.time_zone)
    first = datetime.combine(start, time(), zone)
    last = datetime.combine(end + timedelta(days=1), time(), zone)
    taken: dict[date, list[Span]] = {}
    for one in queries.agenda(member, first, last):
        for day, span in _days_of(one, zone):
            taken.setdefault(day, []).append(span)
    for busy in queries.busy_times(member, first, last):
        for day, span in _days_of(busy, zone):
            taken.setdefault(day, []).append(span)
    return taken


def _days_of(one: Appointment | BusyTime, zone: ZoneInfo) -> list[tuple[date, Span]]:
    """An appointment as the local days that it touches: one that goes on over midnight has two."""
    starts, ends = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
    days = (ends.date() - starts.date()).days
    spans = []
    for number in range(days + 1):
        begin = starts.hour * 60 + starts.minute if number == 0 else 0
        end = -(-(ends.hour * 3600 + ends.minute * 60 + ends.second) // 60) if number == days else MINUTES_A_DAY
        if begin < end:
            spans.append((starts.date() + timedelta(days=number), (begin, end)))
    return spans
