"""When a follow-up takes place (O-23): on the wall clock, and right on the days on which it jumps."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.graph import follow_up_start

ROME = ZoneInfo("Europe/Rome")
NINE = time(9, 0)


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize(
    ("at", "days", "hours", "standard", "expected"),
    [
        ("2026-03-10 17:42", 2, 0, NINE, "2026-03-12 09:00"),
        ("2026-03-10 17:42", 2, 0, None, "2026-03-12 17:42"),
        ("2026-03-10 17:42", 0, 0, NINE, "2026-03-10 17:42"),
        ("2026-03-10 17:42", 0, 3, NINE, "2026-03-10 20:42"),
        ("2026-03-10 17:42", 2, 3, NINE, "2026-03-12 20:42"),
        # To summer time on 29 March 2026: the wall clock, not 24 hours.
        ("2026-03-28 17:42", 1, 0, None, "2026-03-29 17:42"),
        ("2026-03-28 17:42", 2, 0, NINE, "2026-03-30 09:00"),
        # 02:30 does not exist on that day.
        ("2026-03-28 02:30", 1, 0, None, "2026-03-29 03:30"),
        # Hours are hours.
        ("2026-03-29 01:30", 0, 1, None, "2026-03-29 03:30"),
        # Back on 25 October 2026: the first 02:30 of two.
        ("2026-10-24 02:30", 1, 0, None, "2026-10-25 02:30"),
        ("2026-12-31 10:00", 1, 0, None, "2027-01-01 10:00"),
        ("2028-02-28 10:00", 1, 0, None, "2028-02-29 10:00"),
    ],
)
def test_the_table(at: str, days: int, hours: int, standard: time | None, expected: str) -> None:
    found = follow_up_start(rome(at), days=days, hours=hours, standard_time=standard, zone=ROME)

    assert found.astimezone(UTC) == rome(expected).astimezone(UTC)


@given(
    at=st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    days=st.integers(0, 3650),
    hours=st.integers(0, 500),
    zone=st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]),
)
def test_it_is_never_before_the_recording_nor_far_from_what_was_asked(
    at: datetime, days: int, hours: int, zone: str
) -> None:
    found = follow_up_start(at, days=days, hours=hours, standard_time=None, zone=ZoneInfo(zone))

    assert abs(found - at - timedelta(days=days, hours=hours)) <= timedelta(hours=1)
    assert found >= at or days
    if not hours and days:
        local, there = at.astimezone(ZoneInfo(zone)), found.astimezone(ZoneInfo(zone))
        assert there.date() - local.date() == timedelta(days=days)
