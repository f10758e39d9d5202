"""Plan my weeks: the algorithm against exhaustive answers, and what it promises whatever the world looks like."""

from datetime import date, timedelta
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from scheduling.weeks import Day, Due, Proposal, plan_weeks

MONDAY = date(2026, 3, 9)
CLIENTS = st.lists(st.tuples(st.integers(-10, 40), st.booleans(), st.floats(44, 46), st.floats(8, 12)), max_size=40)
ROOMS = st.lists(st.integers(0, 4), min_size=1, max_size=20)


def world(clients: list[tuple[int, bool, float, float]], rooms: list[int]) -> tuple[list[Due], list[Day]]:
    due = [
        Due(pk, MONDAY + timedelta(days=days), (north, east) if known else None)
        for pk, (days, known, north, east) in enumerate(clients)
    ]
    days = [
        Day(MONDAY + timedelta(days=2 * number), [(540 + 60 * slot, 600 + 60 * slot) for slot in range(room)])
        for number, room in enumerate(rooms)
    ]
    return due, days


@examples(max_examples=150, deadline=None)
@given(clients=CLIENTS, rooms=ROOMS)
def test_no_slot_is_given_twice_and_nobody_is_late_who_need_not_be(
    clients: list[tuple[int, bool, float, float]], rooms: list[int]
) -> None:
    due, days = world(clients, rooms)
    found = plan_weeks(due, days)

    slots = {(day.on, slot) for day in days for slot in day.slots}
    given_slots = [(visit.on, visit.span) for visit in found.visits]
    assert len(set(given_slots)) == len(given_slots)
    assert set(given_slots) <= slots
    assert {visit.client_id for visit in found.visits} | set(found.without_room) == {one.client_id for one in due}
    assert len(found.visits) == min(len(due), len(slots))
    quality = found.quality
    assert quality.in_time == quality.most_in_time == in_time_by_force(due, days)
    assert quality.fullest_day >= quality.lowest_fullest_day
    assert quality.km >= quality.least_km - 0.2


def in_time_by_force(due: list[Due], days: list[Day]) -> int:
    """The largest matching, by augmenting paths: another way to the same number."""
    slots = [day.on for day in days for _slot in day.slots]
    owner: dict[int, Due] = {}

    def place(one: Due, seen: set[int]) -> bool:
        for number, on in enumerate(slots):
            if on > one.due_on or number in seen:
                continue
            seen.add(number)
            if number not in owner or place(owner[number], seen):
                owner[number] = one
                return True
        return False

    return sum(place(one, set()) for one in due)


def test_each_is_met_on_the_nearest_earlier_day_and_the_overdue_first() -> None:
    clients = [
        Due(1, MONDAY + timedelta(days=5)),
        Due(2, MONDAY - timedelta(days=3)),
        Due(3, MONDAY + timedelta(days=4)),
    ]
    _none, days = world([], [1, 1, 1])
    found = {visit.client_id: (visit.on - MONDAY).days for visit in plan_weeks(clients, days).visits}

    assert found == {1: 4, 2: 0, 3: 2}


def test_the_days_are_even_and_those_of_a_day_are_neighbours() -> None:
    """Two towns, far apart, and two days: a day for each town."""
    towns = [(45.4, 9.2), (41.9, 12.5)]
    clients = [
        Due(number, MONDAY + timedelta(days=4), (towns[number % 2][0] + number / 1000, towns[number % 2][1]))
        for number in range(8)
    ]
    _none, days = world([], [6, 6])
    found = plan_weeks(clients, days)

    by_day = {day.on: {visit.client_id % 2 for visit in found.visits if visit.on == day.on} for day in days}
    assert sorted(map(tuple, by_day.values())) == [(0,), (1,)]
    assert found.quality.fullest_day == found.quality.lowest_fullest_day == 4
    assert found.quality.km < 2


def test_three_hundred_clients_stay_close_to_the_bounds() -> None:
    found = large()

    assert found.quality.in_time == found.quality.most_in_time
    assert found.quality.fullest_day == found.quality.lowest_fullest_day
    assert found.quality.km < 6 * found.quality.least_km


def large() -> Proposal:
    chance = Random(3)  # noqa: S311 - no secret
    clients = [
        Due(pk, MONDAY + timedelta(days=chance.randrange(-20, 60)), (chance.uniform(45, 46), chance.uniform(8, 10)))
        for pk in range(300)
    ]
    days = [
        Day(MONDAY + timedelta(days=week * 7 + weekday), [(540 + 60 * slot, 600 + 60 * slot) for slot in range(8)])
        for week, weekday in product(range(8), range(5))
    ]
    return plan_weeks(clients, days)
