"""When a macro runs by itself: a rhythm, reckoned in whole local dates. Pure Python.

The night asks on each date for the latest occurrence up to it; a date that was missed is therefore made up for by the
next night, and the date of the occurrence names the period in which a client is met with at most once.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from croniter import CroniterError, croniter

# How far back an expression is asked for its latest date; one that is rarer than this never runs.
HORIZON = timedelta(days=400)
LONGEST_EXPRESSION = 100


class ScheduleError(ValueError):
    """An expression that nobody can follow; ``code`` says which part of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """``weekday`` 1 (Monday) to 7, ``month_day`` 1 to 31 (clamped to the month's last), ``cron`` five fields."""

    rhythm: str
    weekday: int | None = None
    month_day: int | None = None
    cron: str = ""

    def check(self) -> None:
        """Raises ScheduleError for one that cannot be followed."""
        if self.rhythm == "weekly" and self.weekday not in range(1, 8):
            raise ScheduleError("weekday")
        if self.rhythm == "monthly" and self.month_day not in range(1, 32):
            raise ScheduleError("month_day")
        if self.rhythm == "cron" and not _is_followable(self.cron):
            raise ScheduleError("cron")

    def latest(self, day: date) -> date | None:
        """The last date up to ``day``, and with it, on which it occurs; None when it never does by itself."""
        match self.rhythm:
            case "daily":
                return day
            case "weekly":
                return day - timedelta(days=(day.isoweekday() - (self.weekday or 1)) % 7)
            case "monthly":
                return self._latest_in_months(day)
            case "cron":
                return _latest_of_cron(self.cron, day)
        return None

    def following(self, day: date) -> date | None:
        """The first date after ``day``."""
        match self.rhythm:
            case "daily":
                return day + timedelta(days=1)
            case "weekly":
                return day + timedelta(days=((self.weekday or 1) - day.isoweekday() - 1) % 7 + 1)
            case "monthly":
                this = _in_month(day.year, day.month, self.month_day or 1)
                return this if this > day else _in_month(*_month_after(day), self.month_day or 1)
            case "cron":
                return _following_of_cron(self.cron, day)
        return None

    def _latest_in_months(self, day: date) -> date:
        this = _in_month(day.year, day.month, self.month_day or 1)
        before = day.replace(day=1) - timedelta(days=1)
        return this if this <= day else _in_month(before.year, before.month, self.month_day or 1)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _month_after(day: date) -> tuple[int, int]:
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


def _is_followable(expression: str) -> bool:
    if len(expression) > LONGEST_EXPRESSION or len(expression.split()) != 5:
        return False
    try:
        croniter(expression, datetime(2026, 1, 1)).get_next(datetime)  # noqa: DTZ001 - whole dates, no zone
    except (CroniterError, ValueError, KeyError, OverflowError):
        return False
    return True


def _latest_of_cron(expression: str, day: date) -> date | None:
    midnight = datetime.combine(day + timedelta(days=1), time())
    try:
        found: datetime = croniter(expression, midnight).get_prev(datetime)
    except (CroniterError, ValueError):
        return None
    return found.date() if found >= midnight - HORIZON else None


def _following_of_cron(expression: str, day: date) -> date | None:
    last_minute = datetime.combine(day, time(23, 59, 59))
    try:
        found: datetime = croniter(expression, last_minute).get_next(datetime)
    except (CroniterError, ValueError):
        return None
    return found.date() if found <= last_minute + HORIZON else None
