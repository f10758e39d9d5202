"""Short ways: how far clients live from each other, and in which order those of a day are visited (pure Python)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import cos, hypot, radians

_KM_A_DEGREE = 111.2
# Latitude and longitude in degrees.
Place = tuple[float, float]


@dataclass(slots=True)
class Distances:
    """Kilometres between clients, 0 where a place is not known; good enough for a region."""

    places: Sequence[Place | None]
    rows: list[list[float]] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = [[km_between(one, other) for other in self.places] for one in self.places]

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


def short_way(numbers: list[int], rows: list[list[float]]) -> tuple[list[int], float]:
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


def km_between(one: Place | None, other: Place | None) -> float:
    if one is None or other is None:
        return 0.0
    east = (one[1] - other[1]) * cos(radians((one[0] + other[0]) / 2))
    return hypot(one[0] - other[0], east) * _KM_A_DEGREE
