"""On which day whom: as many in time as can be, all days as even as can be, each as near before his date (pure Python).

Days are places in the list of days; a meeting takes one of the slots that a day has free.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scheduling.weeks.ways import Place

# Nobody is met more than so many days before his date only to make the days even; where there is no room, earlier.
EARLIEST = (timedelta(days=14), timedelta(days=28), timedelta(days=3_650))

# Working days by which who is late may change places with another.
LATER = 9


@dataclass(frozen=True, slots=True)
class Due:
    """A client to be met by a date, and where he is, if that is known."""

    client_id: int
    due_on: date
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """The meetings that a day has room for, and those that its calendar has already (both in slots)."""

    free: int
    taken: int = 0

    def under(self, level: int) -> int:
        """How many more until the day has so many in all."""
        return min(self.free, max(level - self.taken, 0))


@dataclass(slots=True)
class Task:
    """From ``opens`` to ``closes`` he is met in time. ``closes`` -1: his date is before the first of the days."""

    due: Due
    opens: int
    closes: int
    day: int | None = None
    in_time: bool = False


def opened(clients: Sequence[Due], days: Sequence[date], rooms: Sequence[Room]) -> tuple[list[Task], int]:
    """The windows, no wider than they must be for as many in time as can be; and how many these are."""
    free = [room.free for room in rooms]
    most = _most_in_time(_tasks(clients, days, EARLIEST[-1]), free)
    for earliest in EARLIEST:
        tasks = _tasks(clients, days, earliest)
        if _most_in_time(tasks, free) == most:
            return tasks, most
    return tasks, most


def place(tasks: Sequence[Task], rooms: Sequence[Room], most: int) -> int:
    """A day for each as far as there is room. Returns the level below which the fullest day could not be.

    First how many each day has, then who: of all ways to meet ``most`` in time the one whose days are most alike, and
    on top of it those who are overdue or find no room in time, where the days are emptiest.
    """
    level = _lowest_level(tasks, rooms, most)
    _place_in_time(tasks, [room.under(level) for room in rooms])
    loads = _levelled(tasks, rooms)
    _place_in_time(tasks, loads)
    left = sum(task.day is None for task in tasks)
    more = _filled([Room(room.free - load, room.taken + load) for room, load in zip(rooms, loads, strict=True)], left)
    _place_late(tasks, more)
    return _lowest_for(rooms, most + sum(more), level)


def _tasks(clients: Sequence[Due], days: Sequence[date], earliest: timedelta) -> list[Task]:
    tasks = []
    for due in sorted(clients, key=lambda due: (due.due_on, due.client_id)):
        closes = max((place for place, day in enumerate(days) if day <= due.due_on), default=-1)
        opens = next((place for place, day in enumerate(days) if day >= due.due_on - earliest), closes)
        tasks.append(Task(due, min(opens, closes), closes))
    return tasks


def _most_in_time(tasks: Sequence[Task], room: Sequence[int]) -> int:
    """Day by day, whose window closes first: the largest matching."""
    waiting: list[int] = []
    by_opening: dict[int, list[int]] = {}
    for task in tasks:
        if task.closes >= 0:
            by_opening.setdefault(task.opens, []).append(task.closes)
    matched = 0
    for day, slots in enumerate(room):
        for closes in by_opening.get(day, ()):
            heapq.heappush(waiting, closes)
        while waiting and waiting[0] < day:
            heapq.heappop(waiting)
        for _slot in range(min(slots, len(waiting))):
            heapq.heappop(waiting)
            matched += 1
    return matched


def _lowest_level(tasks: Sequence[Task], rooms: Sequence[Room], most: int) -> int:
    """The smallest number of meetings a day with which as many are in time."""
    low, high = 0, max((room.taken + room.free for room in rooms), default=0)
    while low < high:
        middle = (low + high) // 2
        if _most_in_time(tasks, [room.under(middle) for room in rooms]) == most:
            high = middle
        else:
            low = middle + 1
    return low


def _lowest_for(rooms: Sequence[Room], number: int, level: int = 0) -> int:
    """The smallest number of meetings a day, from ``level`` on, with which all days together hold so many more."""
    while sum(room.under(level) for room in rooms) < min(number, sum(room.free for room in rooms)):
        level += 1
    return level


def _place_in_time(tasks: Sequence[Task], room: Sequence[int]) -> None:
    """From the last day back, whose window opens last: as many, and each as near before his date as can be."""
    waiting: list[tuple[int, int]] = []
    by_closing: dict[int, list[int]] = {}
    for number, task in enumerate(tasks):
        task.day, task.in_time = None, False
        if task.closes >= 0:
            by_closing.setdefault(task.closes, []).append(number)
    for day in range(len(room) - 1, -1, -1):
        for number in by_closing.get(day, ()):
            heapq.heappush(waiting, (-tasks[number].opens, -number))
        while waiting and -waiting[0][0] > day:
            heapq.heappop(waiting)
        for _slot in range(min(room[day], len(waiting))):
            _opens, last = heapq.heappop(waiting)
            tasks[-last].day, tasks[-last].in_time = day, True


def _levelled(tasks: Sequence[Task], rooms: Sequence[Room]) -> list[int]:
    """How many in time each day has, once no day can give one to another that then still has fewer.

    One may go to a day directly, or by pushing another on: while there is such a chain, it is followed. When there is
    none, the sum of the squares is as small as it can be (a minimum of a separable convex cost over a matching).
    """
    by_day: list[list[Task]] = [[] for _room in rooms]
    for task in tasks:
        if task.day is not None:
            by_day[task.day].append(task)
    while chain := _relieving(by_day, rooms):
        for day, following in zip(chain, chain[1:], strict=False):
            going = next(task for task in by_day[day] if task.opens <= following <= task.closes)
            by_day[day].remove(going)
            by_day[following].append(going)
    return [len(own) for own in by_day]


def _relieving(by_day: Sequence[list[Task]], rooms: Sequence[Room]) -> list[int]:
    """A chain of days from a full one to one with at least two fewer; empty when there is none."""
    heights = [room.taken + len(own) for room, own in zip(rooms, by_day, strict=True)]
    for day in sorted(range(len(rooms)), key=lambda day: -heights[day]):
        before = _reached(day, by_day)
        open_days = [other for other in before if len(by_day[other]) < rooms[other].free]
        target = min(open_days, key=lambda other: (heights[other], abs(other - day)), default=day)
        if heights[target] <= heights[day] - 2:
            chain = [target]
            while chain[-1] != day:
                chain.append(before[chain[-1]])
            return chain[::-1]
    return []


def _reached(start: int, by_day: Sequence[list[Task]]) -> dict[int, int]:
    """The days to which somebody can go from ``start``, pushing others on; each with the day before it in the chain."""
    before, waiting = {start: start}, [start]
    for day in waiting:
        first = min((task.opens for task in by_day[day]), default=day)
        last = max((task.closes for task in by_day[day]), default=day)
        for other in range(first, last + 1):
            if other not in before:
                before[other] = day
                waiting.append(other)
    return before


def _filled(rooms: Sequence[Room], number: int) -> list[int]:
    """How many more each day has when so many are poured where the days are emptiest, the earlier days first."""
    level = _lowest_for(rooms, number)
    more = [room.under(level - 1) for room in rooms]
    for day, room in enumerate(rooms):
        if sum(more) < number:
            more[day] = room.under(level)
    return more


def _place_late(tasks: Sequence[Task], room: Sequence[int]) -> None:
    """The longest overdue on the first of the days; for a short way they may change places by a week, not by more."""
    places = [day for day, slots in enumerate(room) for _slot in range(slots)]
    for task, day in zip((task for task in tasks if task.day is None), places, strict=False):
        task.day, task.opens, task.closes = day, day - LATER, day + LATER
