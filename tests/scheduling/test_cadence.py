from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import cadence
from scheduling.cadence import (
    Anchor,
    CadenceException,
    Decider,
    Explanation,
    GroupNumber,
    Interval,
    NoDate,
    Target,
)
from tests.scheduling.vectors import VECTORS, Vector

TODAY = date(2023, 2, 1)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
NUMBERS = st.integers(1, 52)


def by_group(number: int) -> Target:
    return Target(Decider.GROUP, number, group_id=1)


# The table of vectors


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vectors(vector: Vector) -> None:
    groups = [GroupNumber(group_id, number) for group_id, number in enumerate(vector.numbers, start=1)]

    decided = cadence.target(groups, None, today=vector.today)
    plan = cadence.plan(decided, last_on=vector.last_on, next_on=vector.next_on, lead_days=vector.lead_days)

    assert plan.due_on == vector.due_on
    assert plan.remind_from == vector.remind_from
    assert plan.reminds(vector.today) is vector.reminds
    assert plan.overdue_days(vector.today) == vector.overdue_days
    assert plan.beyond_cadence_days == vector.beyond_cadence_days


def test_the_table_has_every_vector() -> None:
    assert [vector.name for vector in VECTORS] == [f"V{number:02}" for number in range(1, 23)]


# The interval


@pytest.mark.parametrize(
    ("number", "step"),
    [
        (1, Interval(months=12)),
        (2, Interval(months=6)),
        (3, Interval(months=4)),
        (4, Interval(months=3)),
        (5, Interval(days=73)),
        (6, Interval(months=2)),
        (7, Interval(days=52)),
        (8, Interval(days=45)),
        (9, Interval(days=40)),
        (10, Interval(days=36)),
        (11, Interval(days=33)),
        (12, Interval(months=1)),
        (13, Interval(days=28)),
        (24, Interval(days=15)),
        (26, Interval(days=14)),
        (48, Interval(days=7)),
        (52, Interval(days=7)),
    ],
)
def test_interval_of_a_number(number: int, step: Interval) -> None:
    assert cadence.interval(number) == step


@pytest.mark.parametrize("number", [-1, 0, 53, 365])
def test_interval_refuses_numbers_outside_1_to_52(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 52"):
        cadence.interval(number)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2023-01-30", 1, "2023-02-28"),
        ("2023-03-31", 1, "2023-04-30"),
        ("2023-10-31", 3, "2024-01-31"),
        ("2023-12-15", 1, "2024-01-15"),
        ("2023-12-31", 12, "2024-12-31"),
        ("1999-11-30", 3, "2000-02-29"),
        ("2099-11-30", 3, "2100-02-28"),
        ("2023-05-05", 0, "2023-05-05"),
    ],
)
def test_months_keep_the_day_and_clamp_to_the_month_end(day: str, months: int, expected: str) -> None:
    assert cadence.add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@given(DAYS, NUMBERS)
def test_keeping_the_cadence_gives_at_least_n_meetings_within_a_year(start: date, number: int) -> None:
    step, day = cadence.interval(number), start

    for _ in range(number):
        day = step.after(day)

    assert day <= cadence.add_months(start, 12)


@given(DAYS, NUMBERS)
def test_the_interval_is_not_needlessly_short(start: date, number: int) -> None:
    step = cadence.interval(number)

    assert step.after(start) > start
    assert (step.after(start) - start).days > 365 / number - 3


@given(DAYS, DAYS, NUMBERS)
def test_a_later_anchor_never_gives_an_earlier_date(one: date, other: date, number: int) -> None:
    step = cadence.interval(number)

    assert step.after(min(one, other)) <= step.after(max(one, other))


@given(DAYS, st.integers(1, 51))
def test_more_meetings_never_give_a_later_date(start: date, number: int) -> None:
    assert cadence.interval(number + 1).after(start) <= cadence.interval(number).after(start)


@given(DAYS, st.integers(0, 1200))
def test_months_land_in_the_right_month_on_the_same_day_or_its_last(start: date, months: int) -> None:
    landed = cadence.add_months(start, months)

    assert landed.year * 12 + landed.month == start.year * 12 + start.month + months
    assert landed.day == start.day or (landed + timedelta(days=1)).day == 1 and landed.day < start.day


# Who decides


def test_the_highest_number_wins() -> None:
    groups = [GroupNumber(1, 1), GroupNumber(2, 4), GroupNumber(3, None), GroupNumber(4, 2)]

    assert cadence.target(groups, None, today=TODAY) == Target(Decider.GROUP, 4, group_id=2)


def test_of_equal_numbers_the_lowest_group_is_named() -> None:
    groups = [GroupNumber(9, 4), GroupNumber(3, 4), GroupNumber(5, 4)]

    assert cadence.target(groups, None, today=TODAY) == Target(Decider.GROUP, 4, group_id=3)


@pytest.mark.parametrize("groups", [[], [GroupNumber(1, None)], [GroupNumber(1, 0)]])
def test_without_a_number_nobody_decides(groups: list[GroupNumber]) -> None:
    assert cadence.target(groups, None, today=TODAY) == Target(Decider.NOBODY)


def test_an_exception_wins_over_a_higher_group() -> None:
    decided = cadence.target([GroupNumber(1, 12)], CadenceException(1), today=TODAY)

    assert decided == Target(Decider.EXCEPTION, 1)


def test_an_exception_may_say_no_cadence() -> None:
    decided = cadence.target([GroupNumber(1, 12)], CadenceException(None), today=TODAY)

    assert decided == Target(Decider.EXCEPTION, None)


@pytest.mark.parametrize(
    ("ends_on", "decider"), [(TODAY, Decider.EXCEPTION), (TODAY - timedelta(days=1), Decider.GROUP)]
)
def test_an_exception_ends_after_its_last_day(ends_on: date, decider: Decider) -> None:
    decided = cadence.target([GroupNumber(1, 4)], CadenceException(2, ends_on), today=TODAY)

    assert decided.decider is decider


# The explanation


def test_explained_from_the_last_meeting() -> None:
    plan = cadence.plan(by_group(4), last_on=date(2025, 12, 12), next_on=None)

    assert plan.due_on == date(2026, 3, 12)
    assert plan.explanation == Explanation(
        target=by_group(4), anchor=Anchor.LAST, anchor_on=date(2025, 12, 12), interval=Interval(months=3)
    )


def test_explained_from_the_next_meeting() -> None:
    plan = cadence.plan(by_group(4), last_on=date(2025, 12, 12), next_on=date(2026, 2, 1))

    assert plan.explanation.anchor is Anchor.NEXT
    assert plan.explanation.anchor_on == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("decided", "last_on", "archived", "reason"),
    [
        (by_group(4), None, False, NoDate.NEVER_MET),
        (by_group(4), TODAY, True, NoDate.ARCHIVED),
        (Target(Decider.NOBODY), TODAY, False, NoDate.NO_CADENCE),
        (Target(Decider.EXCEPTION, None), TODAY, False, NoDate.EXEMPT),
    ],
)
def test_no_date_says_why(decided: Target, last_on: date | None, archived: bool, reason: NoDate) -> None:
    plan = cadence.plan(decided, last_on=last_on, next_on=None, archived=archived)

    assert plan.explanation == Explanation(decided, reason)
    assert (plan.due_on, plan.remind_from, plan.beyond_cadence_days) == (None, None, 0)
    assert not plan.reminds(TODAY)
    assert plan.overdue_days(TODAY) == 0


# Reminder and overdue


@given(DAYS, NUMBERS, st.integers(0, 400))
def test_the_reminder_comes_after_the_last_meeting_and_not_after_the_due_date(
    last_on: date, number: int, lead_days: int
) -> None:
    plan = cadence.plan(by_group(number), last_on=last_on, next_on=None, lead_days=lead_days)

    assert plan.due_on is not None
    assert plan.remind_from is not None
    assert last_on < plan.remind_from <= plan.due_on


@given(DAYS, st.integers(0, 800), NUMBERS, DAYS)
def test_nothing_reminds_and_nothing_is_overdue_while_a_meeting_is_planned(
    last_on: date, ahead: int, number: int, today: date
) -> None:
    plan = cadence.plan(by_group(number), last_on=last_on, next_on=last_on + timedelta(days=ahead))

    assert not plan.reminds(today)
    assert plan.overdue_days(today) == 0


def test_on_the_due_date_nothing_is_overdue_yet() -> None:
    plan = cadence.plan(by_group(4), last_on=date(2023, 1, 10), next_on=None)

    assert [plan.overdue_days(date(2023, 4, day)) for day in (9, 10, 11)] == [0, 0, 1]


# The day to propose

HOLIDAYS = {date(2026, 4, 5), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25), date(2026, 12, 26)}


@pytest.mark.parametrize(
    ("due_on", "today", "proposed", "why"),
    [
        ("2026-04-08", "2026-03-01", "2026-04-08", "a Wednesday stays"),
        ("2026-04-11", "2026-03-01", "2026-04-10", "Saturday to Friday"),
        ("2026-04-06", "2026-03-01", "2026-04-03", "Easter Monday over Easter to Good Friday, a working day in Italy"),
        ("2026-05-03", "2026-04-01", "2026-04-30", "Sunday over the first of May, a Friday"),
        ("2026-04-11", "2026-04-11", "2026-04-13", "no working day from today to the date: the first one after"),
        ("2026-04-12", "2026-04-11", "2026-04-13", "the same over a whole week-end"),
        ("2026-03-02", "2026-04-08", "2026-04-08", "overdue: today"),
        ("2026-03-02", "2026-04-05", "2026-04-07", "overdue, today is Easter: the first working day"),
        ("2026-12-26", "2026-12-24", "2026-12-24", "Christmas: the eve, which is today"),
    ],
)
def test_the_proposed_day_is_a_working_day(due_on: str, today: str, proposed: str, why: str) -> None:
    result = cadence.proposed_day(
        date.fromisoformat(due_on), today=date.fromisoformat(today), is_holiday=HOLIDAYS.__contains__
    )

    assert result == date.fromisoformat(proposed), why


@given(DAYS, DAYS)
def test_the_proposed_day_is_never_before_today_and_never_needlessly_early(due_on: date, today: date) -> None:
    proposed = cadence.proposed_day(due_on, today=today, is_holiday=HOLIDAYS.__contains__)

    assert today <= proposed
    assert proposed.weekday() < 5
    assert abs((proposed - max(due_on, today)).days) <= 5


def test_a_calendar_without_working_days_proposes_the_date_itself() -> None:
    assert cadence.proposed_day(TODAY, today=TODAY, is_holiday=lambda day: True) == TODAY
