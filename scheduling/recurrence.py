"""Appointments that repeat, by the rules of RFC 5545: times on the clock of one zone, whatever summer time does to it.

Pure Python. A rule is kept as the text of an RRULE; dateutil follows it on the wall clock, and each time becomes a
moment by itself, so that ten o'clock stays ten o'clock. An hour that a day does not have is read as RFC 5545 reads a
start that does not exist, by the offset before the change; of an hour that a day has twice the first one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil import rrule

# Ahead of today there are so many days of occurrences, and at most so many of them in one step.
HORIZON = timedelta(days=400)
MOST = 400
MOST_COUNT, MOST_INTERVAL = 366, 99
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ONE_SECOND = timedelta(seconds=1)
LAST_SECOND = time(23, 59, 59)
_PART = re.compile(r"(?:^|;)([A-Z]+)=([^;]+)")


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True)
class Repetition:
    """As a person says it. ``by_weekday``: each month on the second Tuesday, not on the tenth."""

    frequency: Frequency
    interval: int = 1
    by_weekday: bool = False
    count: int | None = None
    until: date | None = None

    def is_sound(self) -> bool:
        ends_once = self.count is None or self.until is None
        return (
            1 <= self.interval <= MOST_INTERVAL and ends_once and (self.count is None or 1 <= self.count <= MOST_COUNT)
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule with its first time on the wall (naive) and the zone of that wall."""

    rule: str
    first: datetime
    zone: str

    def walls(self, *, since: datetime | None = None) -> Iterator[datetime]:
        """The times on the wall, from ``since`` on; endless where the rule is."""
        parts = dict(_PART.findall(self.rule))
        until = parts.pop("UNTIL", None)
        last = _wall_of(until, self.zone) if until else None
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        for wall in rrule.rrulestr(text, dtstart=self.first):
            if last is not None and wall > last:
                return
            if since is None or wall >= since:
                yield wall

    def moment(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def ahead(self, *, until: datetime, since: datetime | None = None) -> tuple[list[datetime], datetime | None]:
        """The walls before a moment, a bounded number of them; and the first one that is left for later."""
        found: list[datetime] = []
        for wall in islice(self.walls(since=since), MOST + 1):
            if len(found) == MOST or self.moment(wall) >= until:
                return found, wall
            found.append(wall)
        return found, None

    def ended_before(self, wall: datetime) -> Pattern:
        """The same up to the last time before that one; its day is said, as a person says it."""
        parts = dict(_PART.findall(self.rule))
        parts.pop("COUNT", None)
        last = max(_until(self.walls(), wall), default=None)
        end = wall - ONE_SECOND if last is None else datetime.combine(last.date(), LAST_SECOND)
        parts["UNTIL"] = _utc_text(self.moment(end))
        return replace(self, rule=";".join(f"{name}={value}" for name, value in parts.items()))

    def repetition(self) -> Repetition:
        """As a person would say it again."""
        parts = dict(_PART.findall(self.rule))
        until = parts.get("UNTIL")
        return Repetition(
            Frequency(parts["FREQ"]),
            int(parts.get("INTERVAL", 1)),
            "BYDAY" in parts,
            int(parts["COUNT"]) if "COUNT" in parts else None,
            _wall_of(until, self.zone).date() if until else None,
        )

    def later(self, wall: datetime, *, first: datetime) -> Repetition:
        """What is left of it from ``wall`` on, when that begins at ``first`` instead."""
        said = self.repetition()
        if said.count is not None:
            before = sum(1 for _one in _until(self.walls(), wall))
            return replace(said, count=max(said.count - before, 1))
        if said.until is not None:
            return replace(said, until=max(said.until + (first.date() - wall.date()), first.date()))
        return said


def pattern_of(said: Repetition, first: datetime, zone: str) -> Pattern:
    """``first`` on the wall of the zone."""
    parts = [f"FREQ={said.frequency}"]
    if said.interval > 1:
        parts.append(f"INTERVAL={said.interval}")
    if said.frequency == Frequency.MONTHLY and said.by_weekday:
        number = (first.day - 1) // 7 + 1
        parts.append(f"BYDAY={-1 if number == 5 else number}{WEEKDAYS[first.weekday()]}")
    if said.count is not None:
        parts.append(f"COUNT={said.count}")
    if said.until is not None:
        end = datetime.combine(said.until, LAST_SECOND, ZoneInfo(zone))
        parts.append(f"UNTIL={_utc_text(end)}")
    return Pattern(";".join(parts), first, zone)


def _until(walls: Iterator[datetime], end: datetime) -> Iterator[datetime]:
    for wall in walls:
        if wall >= end:
            return
        yield wall


def _utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _wall_of(text: str, zone: str) -> datetime:
    moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
