"""Plan my weeks: which day and hour for whom, so that the cadence is kept, the days are even and the ways short.

Pure Python, and no solver: each part of the task has a way of its own that is exact (``placing``).

1. As many as possible on or before their date. A meeting takes one slot and may lie on any day of a window, so this is
   a matching in a convex bipartite graph: day by day, whose window closes first (Glover) gives the largest one.
2. As even as possible, what the calendar has counted in: of all such matchings the one whose days are most alike.
3. As near before their date as possible: the same numbers a day, from the last day back, whose window opens last.
4. Who is overdue, or finds no room in time, is poured where the days are emptiest, the longest overdue first.
5. Short ways: two clients change days where their windows allow it and their days come closer together; then the order
   of each day's visits. Here the bound is the shortest forest that joins the visits with one tree a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from scheduling.hours import Span
from scheduling.weeks.placing import Due, Room, Task, opened, place
from scheduling.weeks.ways import Distances, Place, km_between, short_way

MOST_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Day:
    """A working day, the slots that are free on it, and how many its calendar has taken."""

    on: date
    slots: Sequence[Span]
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    client_id: int
    due_on: date
    on: date
    span: Span
    place: Place | None = None

    @property
    def days_late(self) -> int:
        return max((self.on - self.due_on).days, 0)


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the proposal is, each figure beside the bound that no proposal could pass."""

    in_time: int
    most_in_time: int
    # Meetings, with those that the calendar has already.
    fullest_day: int
    lowest_fullest_day: int
    km: float
    least_km: float


@dataclass(frozen=True, slots=True)
class Proposal:
    visits: list[Visit]
    without_room: list[int]
    quality: Quality


def plan_weeks(clients: Sequence[Due], days: Sequence[Day]) -> Proposal:
    """A day and a slot for each client, as far as there is room."""
    rooms = [Room(len(day.slots), day.taken) for day in days]
    tasks, most = opened(clients, [day.on for day in days], rooms)
    level = place(tasks, rooms, most)
    distances = Distances([task.due.place for task in tasks])
    _swap(tasks, distances)
    visits, km = _in_order(tasks, days, distances)
    placed = [number for number, task in enumerate(tasks) if task.day is not None]
    used = len({tasks[number].day for number in placed if tasks[number].due.place is not None})
    quality = Quality(
        in_time=sum(visit.days_late == 0 for visit in visits),
        most_in_time=most,
        fullest_day=_fullest(visits, days),
        lowest_fullest_day=level,
        km=round(km, 1),
        least_km=round(distances.shortest_forest(placed, used), 1),
    )
    return Proposal(visits, [task.due.client_id for task in tasks if task.day is None], quality)


def adjusted(proposal: Proposal, visits: Sequence[Visit], days: Sequence[Day]) -> Proposal:
    """The same clients met at other hours, measured anew; ``visits`` in the order of time."""
    by_day: dict[date, list[Visit]] = {}
    for visit in visits:
        by_day.setdefault(visit.on, []).append(visit)
    ways = [[visit.place for visit in own if visit.place is not None] for own in by_day.values()]
    distances = Distances([visit.place for visit in visits])
    fullest = _fullest(visits, days)
    quality = replace(
        proposal.quality,
        in_time=sum(visit.days_late == 0 for visit in visits),
        fullest_day=fullest,
        # Whom somebody has made late leaves room: the days may be emptier than being in time would ask for.
        lowest_fullest_day=min(fullest, proposal.quality.lowest_fullest_day),
        km=round(sum(km_between(one, other) for way in ways for one, other in zip(way, way[1:], strict=False)), 1),
        least_km=round(distances.shortest_forest(range(len(visits)), sum(bool(way) for way in ways)), 1),
    )
    return Proposal(list(visits), proposal.without_room, quality)


def _fullest(visits: Sequence[Visit], days: Sequence[Day]) -> int:
    """The most meetings on a day of the plan, those of the calendar among them."""
    taken = {day.on: day.taken for day in days}
    planned = Counter(visit.on for visit in visits)
    return max((number + taken.get(on, 0) for on, number in planned.items()), default=0)


def _swap(tasks: Sequence[Task], distances: Distances) -> None:
    """Change days between two clients while it brings those of a day closer together."""
    by_day: dict[int, list[int]] = {}
    for number, task in enumerate(tasks):
        if task.day is not None and task.due.place is not None:
            by_day.setdefault(task.day, []).append(number)
    movable = [number for own in by_day.values() for number in own]
    for _round in range(MOST_ROUNDS):
        changed = False
        for at, one in enumerate(movable):
            for other in movable[at + 1 :]:
                changed |= _swapped(tasks, by_day, one, other, distances.rows)
        if not changed:
            return


def _swapped(
    tasks: Sequence[Task], by_day: dict[int, list[int]], one: int, other: int, rows: list[list[float]]
) -> bool:
    mine, his = tasks[one].day, tasks[other].day
    if mine is None or his is None or mine == his:
        return False
    if not (_may_move(tasks[one], tasks[other], his) and _may_move(tasks[other], tasks[one], mine)):
        return False
    row, line = rows[one], rows[other]
    gain = sum(row[number] - line[number] for number in by_day[mine] if number != one)
    gain += sum(line[number] - row[number] for number in by_day[his] if number != other)
    if gain <= 1e-9:
        return False
    by_day[mine].remove(one)
    by_day[his].remove(other)
    by_day[mine].append(other)
    by_day[his].append(one)
    tasks[one].day, tasks[other].day = his, mine
    return True


def _may_move(task: Task, other: Task, day: int) -> bool:
    """In time stays in time; those who are late change among themselves: how late they are together stays the same."""
    return task.in_time == other.in_time and task.opens <= day <= task.closes


def _in_order(tasks: Sequence[Task], days: Sequence[Day], distances: Distances) -> tuple[list[Visit], float]:
    """The visits with their hours, each day's along a short way; and how long all ways are."""
    by_day: dict[int, list[int]] = {}
    for number, task in enumerate(tasks):
        if task.day is not None:
            by_day.setdefault(task.day, []).append(number)
    visits, km = [], 0.0
    for day in sorted(by_day):
        known = [number for number in by_day[day] if tasks[number].due.place is not None]
        order, length = short_way(known, distances.rows)
        km += length
        order += [number for number in by_day[day] if tasks[number].due.place is None]
        for number, span in zip(order, days[day].slots, strict=False):
            due = tasks[number].due
            visits.append(Visit(due.client_id, due.due_on, days[day].on, span, due.place))
    return visits, km
