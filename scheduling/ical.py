"""Calendar files of other programs (RFC 5545), read as the stretches of time that they stand for.

Nothing in a file is trusted: its size, the number of its events, of the repetitions of one and the time that all of it
takes are bounded, and whatever the parser raises refuses the event or the file with a reason, never more.
"""

from __future__ import annotations

import re
import time as clock
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil import rrule

MOST_BYTES = 2_000_000
MOST_EVENTS = 5_000
MOST_REPETITIONS = 1_000
# Of a rule that began long ago so many times are passed over until those that are asked for.
MOST_STEPS = 20_000
MOST_SECONDS = 10.0
LONGEST_EVENT = timedelta(days=366)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
LONGEST_TEXT, LONGEST_UID = 200, 255
# Nobody meets every second; such a rule is a mistake or an attack (security.md T18).
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}

# These look at each day up to the year 9999 for a date that there may not be, such as 30 February.
SHORT = {"DAILY", "WEEKLY"}

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_FREQUENCY = re.compile(r"FREQ=(\w+)", re.IGNORECASE)
_UNTIL = re.compile(r";?UNTIL=[^;]*", re.IGNORECASE)
_ZONES = re.compile(
    r"^BEGIN:VTIMEZONE.*?^END:VTIMEZONE[^\S\r\n]*(?:\r\n?|\n)", re.IGNORECASE | re.MULTILINE | re.DOTALL
)


class UnreadableError(Exception):
    """The whole file cannot be read; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _RefusedError(Exception):
    """One event cannot be read."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place, in UTC; ``busy`` unless it says that it leaves time free."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    whole_day: bool
    title: str
    place: str
    busy: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which event of the file was left out (its place, from 1 on) and why."""

    number: int
    uid: str
    code: str


@dataclass(slots=True)
class Reading:
    occurrences: list[Occurrence] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    events: int = 0


def read_calendar(data: bytes, *, zone: str, start: datetime, end: datetime) -> Reading:
    """What takes place between the two moments. Raises UnreadableError for what is no calendar at all."""
    with warnings.catch_warnings():
        # What the library guesses of odd time zones is no news to anybody here.
        warnings.simplefilter("ignore")
        return _read(data, ZoneInfo(zone), start, end)


def _read(data: bytes, home: ZoneInfo, start: datetime, end: datetime) -> Reading:
    deadline = clock.monotonic() + MOST_SECONDS
    found = [event for calendar in _calendars(data) for event in calendar.walk("VEVENT")]
    if len(found) > MOST_EVENTS:
        raise UnreadableError("too_many")
    reading = Reading(events=len(found))
    changed = {(_uid(event), key) for event in found if "RECURRENCE-ID" in event for key in _moment_keys(event, home)}
    for number, event in enumerate(found, start=1):
        try:
            if clock.monotonic() > deadline:
                raise _RefusedError("too_slow")
            reading.occurrences += _occurrences(event, home, start, end, changed)
        except _RefusedError as refused:
            reading.refused.append(Refusal(number, _uid(event), refused.code))
        except Exception:  # noqa: BLE001 - whatever a file of somebody else's makes the parser raise
            reading.refused.append(Refusal(number, _uid(event), "unreadable"))
    return reading


def _calendars(data: bytes) -> list[icalendar.Calendar]:
    if len(data) > MOST_BYTES:
        raise UnreadableError("too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    try:
        components = _components(text)
    except Exception as error:  # noqa: BLE001 - the same
        raise UnreadableError("not_a_calendar") from error
    calendars = [one for one in components if one.name in ("VCALENDAR", "VEVENT")]
    if not calendars:
        raise UnreadableError("not_a_calendar")
    return calendars


def _components(text: str) -> Any:
    """A zone that nobody can follow is left out: its name usually says as much, and else the firm's clock counts."""
    try:
        return icalendar.Component.from_ical(text, multiple=True)
    except ValueError:
        without = _ZONES.sub("", text)
        if without == text:
            raise
        return icalendar.Component.from_ical(without, multiple=True)


def _occurrences(
    event: Any, home: ZoneInfo, start: datetime, end: datetime, changed: set[tuple[str, str]]
) -> Iterator[Occurrence]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    first, length, whole_day = _times(event)
    uid, about = _uid(event), _words(event)
    own = "RECURRENCE-ID" in event
    for moment, lasts in _moments(event, first, length, (start, end), home):
        starts_at = _instant(moment, home)
        if not own and (uid, moment.date().isoformat() if whole_day else starts_at.isoformat()) in changed:
            continue
        ends_at = _instant(moment + lasts, home)
        if starts_at < end and (ends_at > start or starts_at >= start):
            yield Occurrence(uid, starts_at, max(ends_at, starts_at), whole_day, *about)


def _times(event: Any) -> tuple[datetime, timedelta, bool]:
    """The first start as it stands on the wall, how long it lasts, and whether it is a day."""
    begins = _decoded(event, "DTSTART")
    if begins is None:
        raise _RefusedError("no_start")
    ends, duration = _decoded(event, "DTEND"), _decoded(event, "DURATION")
    whole_day = not isinstance(begins, datetime)
    first = _as_moment(begins)
    if not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
        raise _RefusedError("out_of_reach")
    if ends is not None:
        last = _as_moment(ends)
        length = last - first if (last.tzinfo is None) == (first.tzinfo is None) else timedelta(0)
        if last.tzinfo is not None and first.tzinfo is not None and last.tzinfo is not first.tzinfo:
            length = last.astimezone(UTC) - first.astimezone(UTC)
    elif isinstance(duration, timedelta):
        length = duration
    else:
        length = timedelta(days=1) if whole_day else timedelta(0)
    if length < timedelta(0):
        raise _RefusedError("ends_early")
    if length > LONGEST_EVENT:
        raise _RefusedError("too_long")
    return first, length, whole_day


def _moments(
    event: Any, first: datetime, length: timedelta, span: tuple[datetime, datetime], home: ZoneInfo
) -> Iterator[tuple[datetime, timedelta]]:
    """When it starts, on the clock of its own zone, and how long it lasts then: an hour stays the same hour when the
    clocks change."""
    wall, zone = first.replace(tzinfo=None), first.tzinfo
    since, last = (moment.astimezone(zone or home).replace(tzinfo=None) for moment in span)
    without = {_wall(moment, zone) for moment, _length in _listed(event, "EXDATE")}
    seen: set[datetime] = set()
    repeated = ((moment, length) for moment in [wall, *_repeated(event, wall, zone, (since - length, last))])
    added = ((_wall(moment, zone), own or length) for moment, own in _listed(event, "RDATE"))
    for moment, lasts in [*repeated, *added]:
        if moment not in without and moment not in seen:
            seen.add(moment)
            yield moment.replace(tzinfo=zone), lasts


def _repeated(event: Any, wall: datetime, zone: Any, span: tuple[datetime, datetime]) -> Iterator[datetime]:
    """Those that touch the span: of a meeting of every day since many years only these are counted."""
    since, last = span
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        text = rule.to_ical().decode()
        frequency = _FREQUENCY.search(text)
        if frequency is None:
            raise _RefusedError("rule")
        if frequency[1].upper() in TOO_OFTEN:
            raise _RefusedError("too_often")
        if frequency[1].upper() in SHORT and "BYMONTHDAY" in text.upper():
            raise _RefusedError("rule")
        until = rule.get("UNTIL", [None])[0]
        stop = last if until is None else min(last, _end_of_rule(until, zone))
        made = rrule.rrulestr(_UNTIL.sub("", text).lstrip(";"), dtstart=wall)
        found = 0
        for step, moment in enumerate(_until(made, stop)):
            found += moment >= since
            if found > MOST_REPETITIONS or step >= MOST_STEPS:
                raise _RefusedError("too_many_repetitions")
            if moment >= since:
                yield moment


def _until(moments: Any, stop: datetime) -> Iterator[datetime]:
    for moment in moments:
        if moment > stop:
            return
        yield moment


def _end_of_rule(until: date | datetime, zone: Any) -> datetime:
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    return _wall(until, zone)


def _listed(event: Any, name: str) -> Iterator[tuple[datetime, timedelta | None]]:
    """The dates of EXDATE and RDATE; a period says how long it lasts itself."""
    values = event.get(name, [])
    for value in values if isinstance(values, list) else [values]:
        for one in getattr(value, "dts", ()):
            if not isinstance(one.dt, tuple):
                yield _as_moment(one.dt), None
                continue
            begins, ends = one.dt
            yield _as_moment(begins), ends if isinstance(ends, timedelta) else _as_moment(ends) - _as_moment(begins)


def _decoded(event: Any, name: str) -> Any:
    value = event.get(name)
    if isinstance(value, list):
        value = value[0]
    return getattr(value, "dt", None)


def _as_moment(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _wall(moment: datetime, zone: Any) -> datetime:
    """The moment on the clock of that zone."""
    if moment.tzinfo is None or zone is None:
        return moment.replace(tzinfo=None)
    return moment.astimezone(zone).replace(tzinfo=None)


def _instant(moment: datetime, home: ZoneInfo) -> datetime:
    """In UTC; a time without a zone is one of the firm's clock."""
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=home)).astimezone(UTC)


def _moment_keys(event: Any, home: ZoneInfo) -> Iterator[str]:
    """Which repetition an event stands in for: by its moment, and of whole days by the date as it is written."""
    try:
        moment = _as_moment(_decoded(event, "RECURRENCE-ID"))
        yield from (_instant(moment, home).isoformat(), moment.date().isoformat())
    except Exception:  # noqa: BLE001 - the same
        return


def _uid(event: Any) -> str:
    return _clean(event.get("UID", ""))[:LONGEST_UID]


def _words(event: Any) -> tuple[str, str, bool]:
    busy = str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
    return _clean(event.get("SUMMARY", ""))[:LONGEST_TEXT], _clean(event.get("LOCATION", ""))[:LONGEST_TEXT], busy


def _clean(value: Any) -> str:
    text = value[0] if isinstance(value, list) and value else value
    return _CONTROL.sub(" ", str(text or "")).strip()
