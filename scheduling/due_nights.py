"""When a firm's night is due: the first 01:30 of each local date after the last finished one (architecture.md 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

NIGHT_HOUR = time(1, 30)
MOST_NIGHTS = 7


@dataclass(frozen=True, slots=True)
class FirmWork:
    """What the dispatcher knows of one firm: its zone, its finished nights and as of when, those that wait."""

    firm_id: int
    time_zone: str
    founded_at: datetime
    finished: Mapping[date, datetime]
    waiting: tuple[date, ...]

    def nights(self, at: datetime) -> list[date]:
        """The nights to run now, oldest first: those that wait for a worker and those that have come due."""
        return sorted({*self.waiting, *nights_due(self, at)})


def due_at(day: date, zone: ZoneInfo) -> datetime:
    """01:30 of the local date, the first of the two when it comes twice, as an instant. Comparing instants is right in
    every zone; "past 01:30 on the local clock and no row for today" misses dates in some.
    """
    return datetime.combine(day, NIGHT_HOUR, zone).replace(fold=0).astimezone(UTC)


def nights_due(firm: FirmWork, at: datetime) -> list[date]:
    """The local dates after the last finished one that are due, at most the last seven (architecture.md section 4).

    A night that was run by hand before its hour, or for a day to come, does not count as that date's night.
    """
    zone = ZoneInfo(firm.time_zone)
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=days) for days in range(-MOST_NIGHTS - 1, 2)]
    due = [day for day in days if due_at(day, zone) <= at][-MOST_NIGHTS:]
    over = [day for day in due if day in firm.finished and firm.finished[day] >= due_at(day, zone)]
    founded = firm.founded_at.astimezone(zone).date()
    return [day for day in due if day >= founded and (not over or day > over[-1])]


def firms_with_work_due(at: datetime) -> list[FirmWork]:
    """Every firm that may have a night to run, the largest first. Works unbound, as nothing else here does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT firm_id, time_zone, founded_at, finished_on, finished_as_of, waiting_on"
            " FROM app.firms_with_work_due(%s)",
            [at],
        )
        return [
            FirmWork(firm_id, zone, founded, dict(zip(finished, as_of, strict=True)), tuple(waiting))
            for firm_id, zone, founded, finished, as_of, waiting in cursor.fetchall()
        ]
