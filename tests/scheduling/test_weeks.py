"""Plan my weeks: the algorithm against exhaustive answers, and what it promises whatever the world looks like."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from scheduling.weeks.placing import Due
from scheduling.weeks.proposals import Day, Proposal, plan_weeks

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
    assert quality.fullest_day == quality.lowest_fullest_day
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


@examples(max_examples=150, deadline=None)
@given(
    clients=st.lists(st.integers(-2, 8), max_size=5),
    rooms=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4),
)
def test_no_other_plan_has_its_days_more_alike(clients: list[int], rooms: list[tuple[int, int]]) -> None:
    """Against every plan there is: of those with as many in time and as many placed, the smallest sum of squares."""
    due, days = world([(number, False, 0, 0) for number in clients], [free for free, _taken in rooms])
    days = [replace(day, taken=taken) for day, (_free, taken) in zip(days, rooms, strict=True)]
    met = Counter(visit.on for visit in plan_weeks(due, days).visits)

    assert squares(days, met) == min(evenness for _in_time, evenness in plans_by_force(due, days))


def plans_by_force(due: list[Due], days: list[Day]) -> Iterator[tuple[int, int]]:
    """How uneven each of the best plans is. Nobody here is due so late that a day would be too early for him."""
    placed = min(len(due), sum(len(day.slots) for day in days))
    best = 0
    found = []
    for plan in product([None, *days], repeat=len(due)):
        met = Counter(day.on for day in plan if day)
        if met.total() == placed and all(met[day.on] <= len(day.slots) for day in days):
            in_time = sum(day is not None and day.on <= one.due_on for one, day in zip(due, plan, strict=True))
            found.append((in_time, squares(days, met)))
            best = max(best, in_time)
    return (pair for pair in found if pair[0] == best)


def squares(days: list[Day], met: Counter[date]) -> int:
    return sum((day.taken + met[day.on]) ** 2 for day in days)


@examples(max_examples=100, deadline=None)
@given(overdue=st.integers(0, 60), ahead=st.integers(0, 60), number=st.integers(1, 14), free=st.integers(1, 8))
def test_the_fullest_of_equal_days_holds_the_mean_and_the_longest_overdue_come_first(
    overdue: int, ahead: int, number: int, free: int
) -> None:
    """Whoever is due ahead is due on the last day, so that every day is open to everybody."""
    offsets = [*range(-overdue, 0), *([number - 1] * ahead)]
    due, _none = world([(days, False, 0, 0) for days in offsets], [])
    days = [
        Day(MONDAY + timedelta(days=day), [(60 * slot, 60 * slot + 60) for slot in range(free)])
        for day in range(number)
    ]
    found = plan_weeks(due, days)
    met = Counter(visit.on for visit in found.visits)

    assert max(met.values(), default=0) == min(-(-len(due) // number), free)
    assert max(met.values(), default=0) - min(met[day.on] for day in days) <= 1
    late = sorted((visit for visit in found.visits if visit.due_on < MONDAY), key=lambda visit: visit.due_on)
    assert [visit.on for visit in late] == sorted(visit.on for visit in late)


def test_what_the_calendar_has_counts_among_the_meetings_of_a_day() -> None:
    due, days = world([(-1, False, 0, 0)] * 5, [4, 4, 4])
    found = plan_weeks(due, [replace(days[0], taken=4), *days[1:]])

    assert Counter(visit.on for visit in found.visits) == {days[1].on: 3, days[2].on: 2}
    assert (found.quality.fullest_day, found.quality.lowest_fullest_day) == (3, 3)


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
    assert found.quality.fullest_day == found.quality.lowest_fullest_day == 8
    assert min(Counter(visit.on for visit in found.visits).values()) == 7
    assert found.quality.km < 5 * found.quality.least_km


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
