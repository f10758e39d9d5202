"""Plan my weeks: which day and hour for whom, so that the cadence is kept, the days are even and the ways short.

Pure Python, and no solver: each part of the task has a greedy way that is exact.

1. As many as possible on or before their date. A meeting takes one slot and may lie on any day of a window, so this is
   a matching in a convex bipartite graph: day by day, whose window closes first (Glover) gives the largest one.
2. As even as possible: the smallest number of meetings a day with which step 1 still places as many.
3. As near before their date as possible: the same matching from the last day back, whose window opens last.
4. Who is overdue, or finds no room in time, gets the first slot that is left, the longest overdue first.
5. Short ways: two clients change days where their windows allow it and their days come closer together; then the order
   of each day's visits. Here the bound is the shortest forest that joins the visits with one tree a day.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import cos, hypot, radians

from scheduling.hours import Span

# Nobody is met more than so many days before his date only to make the days even; where there is no room, earlier.
EARLIEST = (timedelta(days=14), timedelta(days=28), timedelta(days=3_650))
MOST_ROUNDS = 12
_KM_A_DEGREE = 111.2
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Due:
    """A client to be met by a date, and where he is, if that is known."""

    client_id: int
    due_on: date
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A working day and the slots that are free on it."""

    on: date
    slots: Sequence[Span]


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
    fullest_day: int
    lowest_fullest_day: int
    km: float
    least_km: float


@dataclass(frozen=True, slots=True)
class Proposal:
    visits: list[Visit]
    without_room: list[int]
    quality: Quality


@dataclass(slots=True)
class _Task:
    """All days are places in the list of days. ``closes`` -1: his date is before the first of them."""

    due: Due
    opens: int
    closes: int
    day: int | None = None
    in_time: bool = False


def plan_weeks(clients: Sequence[Due], days: Sequence[Day]) -> Proposal:
    """A day and a slot for each client, as far as there is room."""
    rooms = [len(day.slots) for day in days]
    tasks, most = _opened(clients, days, rooms)
    level = _lowest_level(tasks, rooms, most)
    _place_backwards(tasks, [min(room, level) for room in rooms])
    _place_the_rest(tasks, rooms)
    distances = _Distances([task.due.place for task in tasks])
    _swap(tasks, distances)
    visits, km = _in_order(tasks, days, distances)
    placed = [number for number, task in enumerate(tasks) if task.day is not None]
    fullest = max((sum(1 for task in tasks if task.day == day) for day in range(len(days))), default=0)
    used = len({tasks[number].day for number in placed if tasks[number].due.place is not None})
    quality = Quality(
        in_time=sum(visit.days_late == 0 for visit in visits),
        most_in_time=most,
        fullest_day=fullest,
        lowest_fullest_day=_lowest_fullest(tasks, rooms, level),
        km=round(km, 1),
        least_km=round(distances.shortest_forest(placed, used), 1),
    )
    return Proposal(visits, [task.due.client_id for task in tasks if task.day is None], quality)


def adjusted(proposal: Proposal, visits: Sequence[Visit]) -> Proposal:
    """The same clients met at other hours, measured anew; ``visits`` in the order of time."""
    by_day: dict[date, list[Visit]] = {}
    for visit in visits:
        by_day.setdefault(visit.on, []).append(visit)
    ways = [[visit.place for visit in own if visit.place is not None] for own in by_day.values()]
    distances = _Distances([visit.place for visit in visits])
    fullest = max((len(own) for own in by_day.values()), default=0)
    quality = replace(
        proposal.quality,
        in_time=sum(visit.days_late == 0 for visit in visits),
        fullest_day=fullest,
        # Whom somebody has made late leaves room: the days may be emptier than being in time would ask for.
        lowest_fullest_day=min(fullest, proposal.quality.lowest_fullest_day),
        km=round(sum(_km(one, other) for way in ways for one, other in zip(way, way[1:], strict=False)), 1),
        least_km=round(distances.shortest_forest(range(len(visits)), sum(bool(way) for way in ways)), 1),
    )
    return Proposal(list(visits), proposal.without_room, quality)


def _opened(clients: Sequence[Due], days: Sequence[Day], rooms: Sequence[int]) -> tuple[list[_Task], int]:
    """The windows, no wider than they must be for as many in time as can be; and how many these are."""
    most = _most_in_time(_tasks(clients, days, EARLIEST[-1]), rooms)
    for earliest in EARLIEST:
        tasks = _tasks(clients, days, earliest)
        if _most_in_time(tasks, rooms) == most:
            return tasks, most
    return tasks, most


def _tasks(clients: Sequence[Due], days: Sequence[Day], earliest: timedelta) -> list[_Task]:
    ordered = sorted(clients, key=lambda due: (due.due_on, due.client_id))
    return [
        _Task(
            due,
            opens=next((place for place, day in enumerate(days) if day.on >= due.due_on - earliest), len(days)),
            closes=max((place for place, day in enumerate(days) if day.on <= due.due_on), default=-1),
        )
        for due in ordered
    ]


def _most_in_time(tasks: Sequence[_Task], rooms: Sequence[int]) -> int:
    """Day by day, whose window closes first: the largest matching."""
    waiting: list[int] = []
    by_opening: dict[int, list[int]] = {}
    for task in tasks:
        if task.closes >= 0:
            by_opening.setdefault(min(task.opens, task.closes), []).append(task.closes)
    matched = 0
    for day, room in enumerate(rooms):
        for closes in by_opening.get(day, ()):
            heapq.heappush(waiting, closes)
        while waiting and waiting[0] < day:
            heapq.heappop(waiting)
        for _slot in range(min(room, len(waiting))):
            heapq.heappop(waiting)
            matched += 1
    return matched


def _lowest_level(tasks: Sequence[_Task], rooms: Sequence[int], most: int) -> int:
    """The smallest number of meetings a day with which as many are in time."""
    low, high = 0, max(rooms, default=0)
    while low < high:
        middle = (low + high) // 2
        if _most_in_time(tasks, [min(room, middle) for room in rooms]) == most:
            high = middle
        else:
            low = middle + 1
    return low


def _lowest_fullest(tasks: Sequence[_Task], rooms: Sequence[int], level: int) -> int:
    """No day can be emptier than this: what being in time asks for, and everybody placed spread over all days."""
    placed = sum(task.day is not None for task in tasks)
    for even in range(level, max(rooms, default=0) + 1):
        if sum(min(room, even) for room in rooms) >= placed:
            return even
    return max(rooms, default=0)


def _place_backwards(tasks: Sequence[_Task], rooms: Sequence[int]) -> None:
    """From the last day back, whose window opens last: as many, and each as near before his date as can be."""
    waiting: list[tuple[int, int]] = []
    by_closing: dict[int, list[int]] = {}
    for number, task in enumerate(tasks):
        if task.closes >= 0:
            by_closing.setdefault(task.closes, []).append(number)
    for day in range(len(rooms) - 1, -1, -1):
        for number in by_closing.get(day, ()):
            heapq.heappush(waiting, (-min(tasks[number].opens, day), -number))
        while waiting and -waiting[0][0] > day:
            heapq.heappop(waiting)
        for _slot in range(min(rooms[day], len(waiting))):
            _opens, last = heapq.heappop(waiting)
            tasks[-last].day, tasks[-last].in_time = day, True


def _place_the_rest(tasks: Sequence[_Task], rooms: Sequence[int]) -> None:
    left = list(rooms)
    for task in tasks:
        if task.day is not None:
            left[task.day] -= 1
    first = 0
    for task in tasks:
        if task.day is not None:
            continue
        while first < len(left) and left[first] <= 0:
            first += 1
        if first == len(left):
            return
        task.day = first
        left[first] -= 1


@dataclass(slots=True)
class _Distances:
    """Kilometres between clients, 0 where a place is not known; good enough for a region."""

    places: Sequence[Place | None]
    rows: list[list[float]] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = [[_km(one, other) for other in self.places] for one in self.places]

    def shortest_forest(self, numbers: Sequence[int], trees: int) -> float:
        """The least that so many paths through all the places can measure: the shortest forest of as many trees."""
        known = [number for number in numbers if self.places[number] is not None]
        if len(known) < 2 or not trees:
            return 0.0
        best = {number: self.rows[known[0]][number] for number in known[1:]}
        edges = []
        while best:
            nearest = min(best, key=best.__getitem__)
            edges.append(best.pop(nearest))
            row = self.rows[nearest]
            for number, length in best.items():
                best[number] = min(length, row[number])
        return sum(sorted(edges)[: max(len(known) - trees, 0)])


def _swap(tasks: Sequence[_Task], distances: _Distances) -> None:
    """Change days between two clients while it brings those of a day closer together."""
    by_day: dict[int, list[int]] = {}
    for number, task in enumerate(tasks):
        if task.day is not None and task.due.place is not None:
            by_day.setdefault(task.day, []).append(number)
    # Those who are late for want of room may change among themselves: how late they are together stays the same.
    movable = [number for own in by_day.values() for number in own]
    for _round in range(MOST_ROUNDS):
        changed = False
        for place, one in enumerate(movable):
            for other in movable[place + 1 :]:
                changed |= _swapped(tasks, by_day, one, other, distances.rows)
        if not changed:
            return


def _swapped(
    tasks: Sequence[_Task], by_day: dict[int, list[int]], one: int, other: int, rows: list[list[float]]
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


def _may_move(task: _Task, other: _Task, day: int) -> bool:
    if not task.in_time:
        return not other.in_time
    return other.in_time and task.opens <= day <= task.closes


def _in_order(tasks: Sequence[_Task], days: Sequence[Day], distances: _Distances) -> tuple[list[Visit], float]:
    """The visits with their hours, each day's along a short way; and how long all ways are."""
    by_day: dict[int, list[int]] = {}
    for number, task in enumerate(tasks):
        if task.day is not None:
            by_day.setdefault(task.day, []).append(number)
    visits, km = [], 0.0
    for day in sorted(by_day):
        known = [number for number in by_day[day] if tasks[number].due.place is not None]
        order, length = _short_way(known, distances.rows)
        km += length
        order += [number for number in by_day[day] if tasks[number].due.place is None]
        for number, span in zip(order, days[day].slots, strict=False):
            due = tasks[number].due
            visits.append(Visit(due.client_id, due.due_on, days[day].on, span, due.place))
    return visits, km


def _short_way(numbers: list[int], rows: list[list[float]]) -> tuple[list[int], float]:
    """From each start the nearest next; the best of them, untangled."""
    if len(numbers) < 3:
        return numbers, _length(numbers, rows)
    ways = []
    for start in numbers:
        way, left = [start], set(numbers) - {start}
        while left:
            nearest = min(left, key=lambda number: (rows[way[-1]][number], number))  # noqa: B023 - used at once
            way.append(nearest)
            left.remove(nearest)
        ways.append(_untangled(way, rows))
    best = min(ways, key=lambda way: _length(way, rows))
    return best, _length(best, rows)


def _untangled(way: list[int], rows: list[list[float]]) -> list[int]:
    """Reverse a stretch wherever that makes the way shorter (2-opt)."""
    for first in range(len(way) - 1):
        for last in range(first + 2, len(way) + 1):
            turned = way[:first] + way[first:last][::-1] + way[last:]
            if _length(turned, rows) < _length(way, rows) - 1e-9:
                way = turned
    return way


def _length(way: Sequence[int], rows: list[list[float]]) -> float:
    return sum(rows[one][other] for one, other in zip(way, way[1:], strict=False))


def _km(one: Place | None, other: Place | None) -> float:
    if one is None or other is None:
        return 0.0
    east = (one[1] - other[1]) * cos(radians((one[0] + other[0]) / 2))
    return hypot(one[0] - other[0], east) * _KM_A_DEGREE
