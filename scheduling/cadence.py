"""When a client is to be met next: arithmetic on dates and nothing else (domain.md section 8)."""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FEWEST_YEARLY_MEETINGS = 1
MOST_YEARLY_MEETINGS = 52
DEFAULT_LEAD_DAYS = 7

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class Decider(StrEnum):
    """Who decides how often a client is met (8.4)."""

    EXCEPTION = "exception"
    GROUP = "group"
    NOBODY = "nobody"


class Anchor(StrEnum):
    """The meeting from which the hypothetical date is reckoned (8.6)."""

    LAST = "last"
    NEXT = "next"


class NoDate(StrEnum):
    """Why a client has no hypothetical date."""

    ARCHIVED = "archived"
    EXEMPT = "exempt"  # his own exception says: no cadence
    NO_CADENCE = "no_cadence"  # member of no group with a number
    NEVER_MET = "never_met"  # REL-27, listed by REL-52


@dataclass(frozen=True, slots=True)
class Interval:
    """One step of the cadence: calendar months or days, never both."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        return add_months(day, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class GroupNumber:
    """A group of which the client is a member tonight, with the number it asks for (None: none)."""

    group_id: int
    yearly_meetings: int | None


@dataclass(frozen=True, slots=True)
class CadenceException:
    """The client's own number, or None for no cadence at all; `ends_on` is its last day in force (O-08)."""

    yearly_meetings: int | None
    ends_on: date | None = None

    def in_force(self, today: date) -> bool:
        return self.ends_on is None or today <= self.ends_on


@dataclass(frozen=True, slots=True)
class Target:
    """How often the client is to be met, and who decided."""

    decider: Decider
    yearly_meetings: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What decides from now on; where that is an exception which ends, also its last day and what follows it (O-08)."""

    target: Target
    ends_on: date | None = None
    then: Target = Target(Decider.NOBODY)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the date is what it is, in values that a later layer puts into words."""

    target: Target
    no_date: NoDate | None = None
    anchor: Anchor | None = None
    anchor_on: date | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that follows from last, next, target and lead."""

    last_on: date | None
    next_on: date | None
    due_on: date | None
    remind_from: date | None
    beyond_cadence_days: int
    explanation: Explanation

    def reminds(self, today: date) -> bool:
        return self.remind_from is not None and today >= self.remind_from

    def overdue_days(self, today: date) -> int:
        """Days since the hypothetical date when nothing is planned, else 0 (8.8)."""
        if self.due_on is None or self.next_on is not None:
            return 0
        return max((today - self.due_on).days, 0)


def interval(yearly_meetings: int) -> Interval:
    """Months where the number divides the year, else days rounded down, so that n meetings fit into a year (8.5)."""
    if not FEWEST_YEARLY_MEETINGS <= yearly_meetings <= MOST_YEARLY_MEETINGS:
        raise ValueError(f"yearly_meetings must be {FEWEST_YEARLY_MEETINGS} to {MOST_YEARLY_MEETINGS}")
    if 12 % yearly_meetings == 0:
        return Interval(months=12 // yearly_meetings)
    return Interval(days=365 // yearly_meetings)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later, clamped to the last day of that month."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def target(groups: Iterable[GroupNumber], exception: CadenceException | None, *, today: date) -> Target:
    """An exception in force wins, else the highest number; the lowest group id is named on a tie (8.4)."""
    if exception is not None and exception.in_force(today):
        return Target(Decider.EXCEPTION, exception.yearly_meetings)
    numbered = [(-group.yearly_meetings, group.group_id) for group in groups if group.yearly_meetings]
    if not numbered:
        return Target(Decider.NOBODY)
    number, group_id = min(numbered)
    return Target(Decider.GROUP, -number, group_id)


def plan(
    decided: Target,
    *,
    last_on: date | None,
    next_on: date | None,
    lead_days: int = DEFAULT_LEAD_DAYS,
    archived: bool = False,
) -> Plan:
    """Hypothetical date, first day of the reminder and distance beyond the cadence (8.6, 8.7, 8.9)."""
    no_date = _why_no_date(decided, last_on, archived)
    if no_date is not None or last_on is None or decided.yearly_meetings is None:
        return Plan(last_on, next_on, None, None, 0, Explanation(decided, no_date))
    step = interval(decided.yearly_meetings)
    anchor, anchor_on = (Anchor.LAST, last_on) if next_on is None else (Anchor.NEXT, next_on)
    due_on = step.after(anchor_on)
    return Plan(
        last_on=last_on,
        next_on=next_on,
        due_on=due_on,
        remind_from=reminder_from(due_on, last_on, lead_days) if next_on is None else None,
        beyond_cadence_days=beyond_cadence_days(last_on, next_on, step),
        explanation=Explanation(decided, None, anchor, anchor_on, step),
    )


def _why_no_date(decided: Target, last_on: date | None, archived: bool) -> NoDate | None:
    if archived:
        return NoDate.ARCHIVED
    if decided.yearly_meetings is None:
        return NoDate.EXEMPT if decided.decider is Decider.EXCEPTION else NoDate.NO_CADENCE
    return NoDate.NEVER_MET if last_on is None else None


def reminder_from(due_on: date, last_on: date, lead_days: int) -> date:
    """`lead_days` ahead, but never on the very day of the last meeting (V16)."""
    return max(due_on - timedelta(days=lead_days), last_on + _ONE_DAY)


def beyond_cadence_days(last_on: date, next_on: date | None, step: Interval) -> int:
    """By how many days the planned meeting comes too late, else 0 (8.9)."""
    return 0 if next_on is None else max((next_on - step.after(last_on)).days, 0)


def meetings_ahead(
    course: Course, *, last_on: date | None, next_on: date | None, today: date, horizon: date
) -> list[date]:
    """The meetings up to ``horizon`` if each is held on its hypothetical date, which is then the anchor of the next.

    What is planned is met as planned; who is overdue, today. When an exception ends, what follows it goes on from the
    same anchor, the day after its last at the earliest. Nobody can be met without a first meeting to count from.
    """
    if next_on is not None and next_on > horizon:
        return []
    step, first = _step(course.target), next_on
    if first is None and step is not None and last_on is not None:
        first = max(step.after(last_on), today)
    stop = horizon if course.ends_on is None else min(horizon, max(course.ends_on, next_on or course.ends_on))
    ahead = _series(first, step, stop)
    anchor, step = (ahead[-1] if ahead else last_on), _step(course.then)
    if course.ends_on is None or anchor is None or step is None:
        return ahead
    return ahead + _series(max(step.after(anchor), course.ends_on + _ONE_DAY, today), step, horizon)


def _step(decided: Target) -> Interval | None:
    return interval(decided.yearly_meetings) if decided.yearly_meetings else None


def _series(first: date | None, step: Interval | None, stop: date) -> list[date]:
    days: list[date] = []
    while first is not None and first <= stop:
        days.append(first)
        first = step.after(first) if step is not None else None
    return days


def proposed_day(due_on: date, *, today: date, is_holiday: Callable[[date], bool]) -> date:
    """The working day to propose for a hypothetical date: the nearest earlier one not before today (8.10).

    Where every day from today to the date is free, the first working day after it; a date that is past counts as today.
    """
    start = max(due_on, today)
    earlier = (start - timedelta(days=back) for back in range((start - today).days + 1))
    later = (start + timedelta(days=ahead) for ahead in range(1, 32))
    working = (day for days in (earlier, later) for day in days if day.weekday() < _SATURDAY and not is_holiday(day))
    return next(working, start)
