"""What the page of a new appointment proposes: a working day, a free hour, who meets the client (REL-42, 8.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clients.models import Client
from scheduling import queries
from scheduling.models import AppointmentType
from scheduling.working_days import holiday_name, proposed_day
from tenants.binding import local_now
from tenants.models import Firm, Membership

FIRST_HOUR, LAST_HOUR = time(9), time(18)
STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Proposal:
    """``due_on`` is kept only where it differs from the proposed day, with the holiday that is the reason."""

    starts_at: datetime
    ends_at: datetime
    type: AppointmentType | None
    assignee: Membership | None
    due_on: date | None = None
    holiday: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is known before: the hypothetical date, or a stretch of the Calendar."""

    due_on: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def is_whole_day(self) -> bool:
        """A day of the month view: midnight to midnight says nothing of the hour."""
        return self.starts_at is not None and self.starts_at.time() == time()


def propose(firm: Firm, client: Client, wish: Wish, *, by: Membership, at: datetime) -> Proposal:
    """Day and hour as wished, else the working day nearest before the due date and the assignee's first free hour."""
    kind = queries.default_meeting_type()
    length = timedelta(minutes=kind.duration_minutes if kind else 60)
    assignee = who_meets(client, by=by)
    if wish.starts_at is not None and not wish.is_whole_day:
        return Proposal(wish.starts_at, wish.ends_at or wish.starts_at + length, kind, assignee)
    now = local_now(firm, at=at)
    wanted = wish.starts_at.date() if wish.starts_at else wish.due_on
    day = wanted if wish.is_whole_day and wanted else proposed_day(firm, wanted or now.date(), today=now.date())
    start = free_start(assignee, day, length, now=now)
    moved_from = wish.due_on if wish.due_on and wish.due_on != day else None
    holiday = holiday_name(firm, moved_from) if moved_from else ""
    return Proposal(start, start + length, kind, assignee, moved_from, holiday)


def who_meets(client: Client, *, by: Membership) -> Membership:
    """The client's advisor, else who enters the appointment."""
    advisor: Membership | None = client.advisor
    return advisor if advisor is not None and advisor.is_active else by


def free_start(assignee: Membership, day: date, length: timedelta, *, now: datetime) -> datetime:
    """The first half hour of the working day at which the person is free; the first of all when there is none."""
    zone = ZoneInfo(str(now.tzinfo))
    start, end = (datetime.combine(day, clock, tzinfo=zone) for clock in (FIRST_HOUR, LAST_HOUR))
    taken = [(one.starts_at, one.ends_at) for one in queries.agenda(assignee, start, end)]
    candidate = start
    while candidate + length <= end:
        overlaps = any(begins < candidate + length and candidate < ends for begins, ends in taken)
        if candidate > now and not overlaps:
            return candidate
        candidate += STEP
    return start
