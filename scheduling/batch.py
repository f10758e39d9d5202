"""A set-based computation over the clients of the bound firm: as of when, for whom, with which parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from clients.planner import hashed_joins
from clients.worklist import EVERYBODY, Selection
from groups.models import Group
from scheduling.cadence import FEWEST_YEARLY_MEETINGS, MOST_YEARLY_MEETINGS, interval
from scheduling.enums import CheckKind
from scheduling.models import Check
from tenants.binding import local_today
from tenants.models import Firm

# The arithmetic of scheduling.cadence, handed to PostgreSQL as it is: step n - 1 is the interval of n meetings a year.
STEPS = [
    f"{step.months} months {step.days} days"
    for step in map(interval, range(FEWEST_YEARLY_MEETINGS, MOST_YEARLY_MEETINGS + 1))
]


# The places of scheduling.statements that a restriction to some clients fills, each with the column it restricts.
PLACES = {
    "of_clients": "c.id",
    "of_appointments": "a.client_id",
    "of_members": "m.client_id",
    "of_exceptions": "own.client_id",
    "of_plans": "p.client_id",
    "of_reminders": "r.client_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """As of when: the firm's local date, and the instant that separates what was held from what is planned."""

    firm: Firm
    today: date
    now: datetime

    @classmethod
    def at(cls, firm: Firm, at: datetime) -> Moment:
        return cls(firm=firm, today=local_today(firm, at=at), now=at)

    @classmethod
    def of_night(cls, firm: Firm, day: date, *, clock: datetime) -> Moment:
        """The night of ``day``: now is the end of that date when it is past, else the clock (architecture.md 4)."""
        end = cls(firm=firm, today=day, now=clock).tomorrow - timedelta(microseconds=1)
        return cls(firm=firm, today=day, now=min(clock, end))

    @property
    def tomorrow(self) -> datetime:
        """The first instant of the following local date: a meeting held today counts whatever its hour."""
        return self._midnight(self.today + timedelta(days=1))

    @property
    def new_year(self) -> datetime:
        return self._midnight(date(self.today.year, 1, 1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.firm.time_zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Batch:
    """One computation; what all its statements share is read once."""

    moment: Moment
    selection: Selection = EVERYBODY
    given: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "given", _moment(self.moment) | _cadence() | {"clients": list(self.selection.ids or ())}
        )

    def execute(self, statement: str, **more: Any) -> int:
        """Run a statement of ``scheduling.statements``; the number of rows that it wrote."""
        places = {place: self.selection.restriction(column) for place, column in PLACES.items()}
        with connection.cursor() as cursor, hashed_joins():
            cursor.execute(statement.format(**places), self.given | more)
            return int(cursor.rowcount)


def planning_check() -> Check | None:
    """The predefined check that raises the reminders (REL-47), when it is switched on."""
    return Check.objects.filter(kind=CheckKind.PLANNING, active=True).first()


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "firm": moment.firm.pk,
        "zone": moment.firm.time_zone,
        "today": moment.today,
        "now": moment.now,
        "tomorrow": moment.tomorrow,
        "new_year": moment.new_year,
    }


def _cadence() -> dict[str, Any]:
    """The groups that drive a cadence, in the order in which they win (8.4), the steps, and the notice of the check."""
    check = planning_check()
    numbered = Group.objects.filter(active=True, yearly_meetings__isnull=False).order_by("-yearly_meetings", "id")
    groups = list(numbered.values_list("id", "yearly_meetings"))
    return {
        "groups": [pk for pk, _ in groups],
        "numbers": [number for _, number in groups],
        "steps": STEPS,
        "check": check.pk if check else None,
        "lead": check.lead_days if check else None,
    }
