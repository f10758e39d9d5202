"""The due rule over all time zones: each local date has its night exactly once (architecture.md section 4)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from scheduling.due_nights import FirmWork, due_at, nights_due

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
DAY, BEAT = timedelta(days=1), timedelta(minutes=15)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")


def instant(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def changes(zone: ZoneInfo) -> tuple[tuple[date, timedelta | None], ...]:
    """The days whose offset from UTC differs from the day before: two zones with equal changes are one zone here."""
    found, before, day = [], None, FIRST - 2 * DAY
    while day <= LAST + 2 * DAY:
        offset = instant(day).astimezone(zone).utcoffset()
        if offset != before:
            found.append((day, offset))
            before = offset
        day += DAY
    return tuple(found)


def kinds_of_zone() -> dict[tuple[tuple[date, timedelta | None], ...], str]:
    return {changes(ZoneInfo(name)): name for name in sorted(available_timezones())}


KINDS = kinds_of_zone()


def firm(zone: str, finished: dict[date, datetime] | None = None, founded_at: datetime = LONG_AGO) -> FirmWork:
    return FirmWork(1, zone, founded_at, finished or {}, ())


def nights_run(zone: str, start: datetime, end: datetime, done: dict[date, datetime]) -> Iterator[date]:
    """Beats every 15 minutes, each running what is due, as the dispatcher would."""
    at = start
    while at < end:
        for day in nights_due(firm(zone, done), at):
            done[day] = at
            yield day
        at += BEAT


def test_the_kinds_of_zone_stand_for_all_zones() -> None:
    assert len(available_timezones()) > 400
    assert 50 < len(KINDS) < 400


@pytest.mark.parametrize("name", KINDS.values())
def test_each_local_date_has_its_night_once_round_every_clock_change(name: str) -> None:
    zone = ZoneInfo(name)
    for changed_on, _ in changes(zone):
        start, end = instant(changed_on - 3 * DAY), instant(changed_on + 3 * DAY)
        eve = start.astimezone(zone).date() - DAY
        ran = list(nights_run(name, start, end, {eve: start}))

        first, last = ran[0], ran[-1]
        assert ran == [first + n * DAY for n in range((last - first).days + 1)]
        assert first <= changed_on - 2 * DAY
        assert last >= changed_on + DAY


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_each_local_date_of_seven_years_is_due_once_and_in_its_turn(letter: str) -> None:
    for name in sorted(available_timezones()):
        if name.upper().startswith(letter):
            check_seven_years(name)


def check_seven_years(name: str) -> None:
    zone = ZoneInfo(name)
    days = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
    hours = [due_at(day, zone) for day in days]

    assert all(timedelta(0) < later - earlier <= timedelta(hours=49) for earlier, later in pairwise(hours))
    for day, hour in zip(days[10::97], hours[10::97], strict=True):
        assert nights_due(firm(name, {day - DAY: hour - DAY + timedelta(hours=6)}), hour) == [day]
        assert nights_due(firm(name, {day: hour}), hour + timedelta(minutes=1)) == []
        assert day not in nights_due(firm(name), hour - timedelta(microseconds=1))


def test_the_hour_that_comes_twice_counts_the_first_time_and_the_one_that_never_comes_when_it_would() -> None:
    new_york = ZoneInfo("America/New_York")
    assert due_at(date(2024, 11, 3), new_york) == instant(date(2024, 11, 3), 5, 30)
    assert due_at(date(2024, 3, 31), ROME) == instant(date(2024, 3, 31), 0, 30)
    assert due_at(date(2024, 3, 31), ZoneInfo("Europe/London")) == instant(date(2024, 3, 31), 1, 30)


def test_missed_nights_are_caught_up_oldest_first_and_at_most_seven() -> None:
    at = instant(date(2024, 7, 20), 12)
    week = [date(2024, 7, day) for day in range(14, 21)]

    assert nights_due(firm("Europe/Rome", {date(2024, 7, 17): instant(date(2024, 7, 17), 0)}), at) == week[4:]
    assert nights_due(firm("Europe/Rome", {date(2024, 5, 1): instant(date(2024, 5, 1), 0)}), at) == week
    assert nights_due(firm("Europe/Rome"), at) == week


def test_a_new_firm_has_its_first_night_on_the_day_it_was_founded() -> None:
    at = instant(date(2024, 7, 20), 12)

    assert nights_due(firm("Europe/Rome", founded_at=at), at) == [date(2024, 7, 20)]
    late = instant(date(2024, 7, 20), 22, 30)  # half past midnight in Rome
    assert nights_due(firm("Europe/Rome", founded_at=late), late) == []


def test_a_night_run_by_hand_before_its_hour_does_not_stand_for_that_dates_night() -> None:
    day = date(2024, 7, 20)
    early = due_at(day, ROME) - timedelta(hours=1)

    assert nights_due(firm("Europe/Rome", {day - DAY: due_at(day - DAY, ROME), day: early}), due_at(day, ROME)) == [day]


def test_a_night_run_by_hand_for_a_day_to_come_does_not_stop_those_before() -> None:
    day = date(2024, 7, 20)
    ahead = {day + 5 * DAY: instant(day, 12), day - DAY: due_at(day - DAY, ROME)}

    assert nights_due(firm("Europe/Rome", ahead), due_at(day, ROME)) == [day]
