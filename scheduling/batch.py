"""A set-based computation over the clients of the bound firm: as of when, for whom, with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.utils import CursorWrapper

from clients.planner import HASHED
from clients.worklist import EVERYBODY, Selection
from groups.rules import StoredGroup
from scheduling.cadence import FEWEST_YEARLY_MEETINGS, MOST_YEARLY_MEETINGS, interval
from tenants import prepared
from tenants.binding import bound_firm_id, local_today
from tenants.models import Firm

# The arithmetic of scheduling.cadence, handed to PostgreSQL as it is: step n - 1 is the interval of n meetings a year.
STEPS = [
    f"{step.months} months {step.days} days"
    for step in map(interval, range(FEWEST_YEARLY_MEETINGS, MOST_YEARLY_MEETINGS + 1))
]
STEPS_IN_SQL = "{" + ",".join(f'"{step}"' for step in STEPS) + "}"


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
    def is_past(self) -> bool:
        """Whether the date was over when its night began: a night that is caught up."""
        return self.now >= self.tomorrow - timedelta(microseconds=1)

    @property
    def new_year(self) -> datetime:
        return self._midnight(date(self.today.year, 1, 1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.firm.time_zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class PlanningCheck:
    """What the predefined check (REL-47) says to the plan: its id, and how many days ahead it gives notice."""

    pk: int
    lead_days: int


@dataclass(frozen=True, slots=True)
class Cadence:
    """What drives the dates of a firm: the check, and the groups in the order in which they win, with their numbers."""

    check: PlanningCheck | None
    groups: Sequence[int]
    numbers: Sequence[int]
    # Whether the firm has checks on fields as well.
    has_checks: bool = False

    @classmethod
    def of(cls, check: PlanningCheck | None, groups: Iterable[StoredGroup]) -> Cadence:
        """The highest number first, and of equal ones the lowest id (8.4)."""
        driving = sorted(
            (-group.yearly_meetings, group.pk) for group in groups if group.active and group.yearly_meetings
        )
        return cls(check, [pk for _, pk in driving], [-number for number, _ in driving])


@dataclass(frozen=True, slots=True)
class Batch:
    """One computation; what all its statements share is read once, unless the caller knows it."""

    moment: Moment
    selection: Selection = EVERYBODY
    cadence: Cadence | None = None
    given: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        cadence = self.cadence or stored_cadence()
        check = cadence.check
        more: dict[str, Any] = {"check": check and check.pk, "lead": check and check.lead_days, "steps": STEPS_IN_SQL}
        more |= {"groups": cadence.groups, "numbers": cadence.numbers, "clients": list(self.selection.ids or ())}
        object.__setattr__(self, "given", given_by(self.moment) | more)

    def over(self, selection: Selection) -> Batch:
        """The same computation for other clients."""
        other = copy(self)
        object.__setattr__(other, "selection", selection)
        object.__setattr__(other, "given", self.given | {"clients": list(selection.ids or ())})
        return other

    def execute(self, statement: str) -> int:
        """Run a statement of ``scheduling.statements``; the number of rows that it wrote."""
        with connection.cursor() as cursor:
            self._run(cursor, statement)
            return int(cursor.rowcount)

    def fetch(self, statement: str) -> tuple[int, ...]:
        """Run a statement that returns one row of numbers."""
        with connection.cursor() as cursor:
            self._run(cursor, statement)
            row: tuple[int, ...] = cursor.fetchone()
            return row

    def fetch_arrays(self, statement: str) -> tuple[list[int] | None, ...]:
        """Run a statement that returns one row of lists of ids; what is empty is None."""
        with connection.cursor() as cursor:
            self._run(cursor, statement)
            row: tuple[list[int] | None, ...] = cursor.fetchone()
            return row

    def _run(self, cursor: CursorWrapper, statement: str) -> None:
        """For some clients the plan is the same in every firm, and is made once; all of a firm deserve their own."""
        text = self._sql(statement)
        if self.selection.ids is None:
            cursor.execute(HASHED + text, self.given)
        else:
            prepared.execute(cursor, text, self.given, before=HASHED)

    def _sql(self, statement: str) -> str:
        return statement.format(**{place: self.selection.restriction(column) for place, column in PLACES.items()})


def planning_check() -> PlanningCheck | None:
    """The predefined check that raises the reminders (REL-47), when it is switched on."""
    return stored_cadence().check


def given_by(moment: Moment) -> dict[str, Any]:
    return {
        "firm": moment.firm.pk,
        "zone": moment.firm.time_zone,
        "today": moment.today,
        "now": moment.now,
        "tomorrow": moment.tomorrow,
        "new_year": moment.new_year,
    }


# In one statement: the check, the groups that drive a cadence in the order in which they win (8.4), and whether there
# are checks on fields.
_CADENCE = """
SELECT k.id, k.lead_days, g.ids, g.numbers,
       EXISTS (SELECT FROM scheduling_check f WHERE f.firm_id = %(firm)s AND f.kind = 'field' AND f.active)
FROM (
    SELECT array_agg(id ORDER BY yearly_meetings DESC, id) AS ids,
           array_agg(yearly_meetings ORDER BY yearly_meetings DESC, id) AS numbers
    FROM groups_group WHERE firm_id = %(firm)s AND active AND yearly_meetings IS NOT NULL
) g
LEFT JOIN (
    SELECT id, lead_days FROM scheduling_check WHERE firm_id = %(firm)s AND kind = 'planning' AND active
) k ON true
"""


def stored_cadence() -> Cadence:
    """That of the bound firm."""
    pk, lead_days, groups, numbers, has_checks = prepared.fetch_one(_CADENCE, {"firm": bound_firm_id()})
    check = PlanningCheck(pk, lead_days) if pk is not None else None
    return Cadence(check, groups or [], numbers or [], has_checks)
