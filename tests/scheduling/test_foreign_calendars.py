"""The calendar files of other projects' test suites: imported as their expected events, or refused with a reason.

What is expected of each stands beside, as data, in foreign_calendars.json; and another reader finds the same times.
"""

import json
import os
import warnings
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from scheduling.ical import UnreadableError, read_calendar
from tests.shared_data import shared_data

BESIDE = Path(__file__).with_name("foreign_calendars.json")
EXPECTED: dict[str, Any] = json.loads(BESIDE.read_text())
ROME, DAY = ZoneInfo("Europe/Rome"), timedelta(days=1)
SPAN = {"start": datetime(1990, 1, 1, tzinfo=UTC), "end": datetime(2030, 1, 1, tzinfo=UTC)}
# As much as an import looks at, in years of which the files tell.
WINDOWS = [
    (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)) for year in (1997, 2004, 2009, 2018)
]
# The largest take the other reader its time.
MOST_BYTES = 90_000
# Where the two differ, and why ours is what it is.
OTHERWISE = {
    "icalendar/calendars/issue_156_RDATE_with_PERIOD_TZID_khal.ics": "the other does not know Windows' name of a zone",
    "ical4j/valid/blalor.ics": "the other takes out a changed time that the series leaves out; it was said by itself",
    "ical4j/valid/lotr.ics": "an event that starts after its rule has ended takes place once (RFC 5545, 3.8.2.4)",
    "ical4j/valid/lotr-updated.ics": "the same",
    "vobject/recurrence.ics": "a rule ends with its last day, also where the start is written in UTC",
}


def outcome(name: str) -> dict[str, Any]:
    """Which events are refused and why, how many times there are, and the first of them."""
    try:
        found = read_calendar(file_of(name), zone="Europe/Rome", **SPAN)
    except UnreadableError as unreadable:
        return {"refused": unreadable.code}
    times = sorted([one.starts_at.isoformat(), one.ends_at.isoformat()] for one in found.occurrences)
    return {
        "events": found.events,
        "refused": [[one.number, one.code] for one in found.refused],
        "times": len(times),
        "first": times[:2],
    }


def file_of(name: str) -> bytes:
    return shared_data("ics_vcf", *name.split("/")).read_bytes()


def test_every_file_has_its_expectation_and_nearly_all_are_read() -> None:
    folder = shared_data("ics_vcf")
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.ics"))
    if os.environ.get("SHOW_OUTCOME"):
        BESIDE.write_text(json.dumps({name: outcome(name) for name in names}, indent=1, sort_keys=True) + "\n")
    assert names == sorted(EXPECTED)
    assert len(names) == 212
    assert sum(isinstance(case["refused"], str) for case in EXPECTED.values()) == 29


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_read_as_expected_or_refused_with_a_reason(name: str) -> None:
    assert outcome(name) == EXPECTED[name]


def test_another_reader_finds_the_same_times() -> None:
    compared = 0
    for name, case in EXPECTED.items():
        if isinstance(case["refused"], str) or name in OTHERWISE or len(file_of(name)) > MOST_BYTES:
            continue
        for window in WINDOWS:
            theirs = by_another_reader(file_of(name), *window)
            found = read_calendar(file_of(name), zone="Europe/Rome", start=window[0], end=window[1])
            if theirs is None or found.refused:
                continue
            ours = {one.starts_at for one in found.occurrences if within(one.starts_at, window)}
            assert ours == {moment for moment in theirs if within(moment, window)}, name
            compared += bool(ours)
    print(f"{compared} stretches of two years with the same times")  # noqa: T201
    assert compared > 60


def within(moment: datetime, window: tuple[datetime, datetime]) -> bool:
    """Not at the edges: a whole day begins at midnight of the firm, theirs in UTC."""
    return window[0] + DAY <= moment < window[1] - DAY


def by_another_reader(data: bytes, start: datetime, end: datetime) -> set[datetime] | None:
    """Nothing where it gives up on the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            calendars = icalendar.Calendar.from_ical(data.decode("utf-8-sig", errors="replace"), multiple=True)
            events = [event for one in calendars for event in recurring_ical_events.of(one).between(start, end)]
        except Exception:  # noqa: BLE001 - whatever it raises
            return None
    going = (event for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED")
    return {instant(event["DTSTART"].dt) for event in going}


def instant(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=ROME)).astimezone(UTC)
