"""When a macro runs: rhythms in whole local dates. Properties against a plain walk through the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.schedules import Schedule, ScheduleError

DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2032, 12, 31))
SCHEDULES = st.one_of(
    st.builds(Schedule, rhythm=st.just("daily")),
    st.builds(Schedule, rhythm=st.just("weekly"), weekday=st.integers(1, 7)),
    st.builds(Schedule, rhythm=st.just("monthly"), month_day=st.integers(1, 31)),
    st.builds(Schedule, rhythm=st.just("cron"), cron=st.sampled_from(["0 9 * * 1", "30 6 1 * *", "0 0 15 */3 *"])),
)


def occurs(schedule: Schedule, day: date) -> bool:
    """The same by looking at the date alone."""
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    match schedule.rhythm, schedule.cron:
        case "daily", _:
            return True
        case "weekly", _:
            return day.isoweekday() == schedule.weekday
        case "monthly", _:
            return day.day == min(schedule.month_day or 0, last.day)
        case _, "0 9 * * 1":
            return day.isoweekday() == 1
        case _, "30 6 1 * *":
            return day.day == 1
    return day.day == 15 and day.month in (1, 4, 7, 10)


@given(SCHEDULES, DAYS)
def test_the_latest_and_the_following_occurrence_are_those_of_the_calendar(schedule: Schedule, day: date) -> None:
    walk = (day - timedelta(days=number) for number in range(120))
    assert schedule.latest(day) == next(each for each in walk if occurs(schedule, each))
    ahead = (day + timedelta(days=number) for number in range(1, 120))
    assert schedule.following(day) == next(each for each in ahead if occurs(schedule, each))


def test_by_hand_never_comes_by_itself() -> None:
    assert Schedule(rhythm="hand").latest(date(2026, 3, 10)) is None
    assert Schedule(rhythm="hand").following(date(2026, 3, 10)) is None


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        (Schedule(rhythm="weekly"), "weekday"),
        (Schedule(rhythm="weekly", weekday=8), "weekday"),
        (Schedule(rhythm="monthly", month_day=0), "month_day"),
        (Schedule(rhythm="monthly", month_day=32), "month_day"),
        (Schedule(rhythm="cron", cron=""), "cron"),
        (Schedule(rhythm="cron", cron="every monday"), "cron"),
        (Schedule(rhythm="cron", cron="0 9 * * 9"), "cron"),
        (Schedule(rhythm="cron", cron="0 9 30 2 *"), "cron"),
        (Schedule(rhythm="cron", cron="* * * * * *"), "cron"),
        (Schedule(rhythm="cron", cron="@daily"), "cron"),
        (Schedule(rhythm="cron", cron="0 0 " + "1," * 5000 + "1 * *"), "cron"),
    ],
)
def test_what_nobody_can_follow_is_refused_at_its_field(schedule: Schedule, code: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        schedule.check()
    assert refused.value.code == code
