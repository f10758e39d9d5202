"""The map of clients as it is drawn: points in the units of the outline, gathered where they would cover each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import degrees, log, pi, radians, tan

from clients.nearby import Point

# Italy, in degrees east and in degrees of Mercator's projection, northwards negative.
WEST, EAST, NORTH, SOUTH = 6.0, 19.0, -53.2, -38.6
SMALLEST = 0.02
# So many columns of cells: what falls into one cell is drawn as one circle.
CELLS = 44
STEP = 2.5


@dataclass(frozen=True)
class Frame:
    """The part of the map that is shown: its left upper corner and its width; the height follows."""

    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        return self.width * (SOUTH - NORTH) / (EAST - WEST)

    @property
    def view_box(self) -> str:
        return f"{self.x:.5f} {self.y:.5f} {self.width:.5f} {self.height:.5f}"

    @property
    def unit(self) -> float:
        return self.width / CELLS

    def around(self, x: float, y: float, width: float) -> Frame:
        """The same shape round another place."""
        wide = min(max(width, SMALLEST), EAST - WEST)
        frame = Frame(0, 0, wide)
        return Frame(x - wide / 2, y - frame.height / 2, wide)

    @property
    def line(self) -> str:
        """How thick the borders are."""
        return f"{self.unit * 0.05:.5f}"

    @property
    def unit_text(self) -> str:
        """The size of the numbers on it."""
        return f"{self.unit * 0.55:.5f}"

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def address(self) -> str:
        return ",".join(f"{part:.4f}" for part in (*self.centre, self.width))

    def closer(self) -> str:
        return self.around(*self.centre, self.width / STEP).address

    def further(self) -> str:
        return self.around(*self.centre, self.width * STEP).address if self.width < EAST - WEST else ""


WHOLE = Frame(WEST, NORTH, EAST - WEST)


@dataclass(frozen=True)
class Spot:
    """A circle: one client, or so many near each other; then a click comes closer."""

    x: str
    y: str
    radius: str
    points: tuple[Point, ...]
    closer: str
    label_y: str

    @property
    def count(self) -> int:
        return len(self.points)


def frame_of(text: str) -> Frame:
    """The frame that an address asks for; the whole of Italy when it is not readable."""
    try:
        x, y, width = (float(part) for part in text.split(","))
    except ValueError:
        return WHOLE
    readable = -180 <= x <= 180 and -180 <= y <= 180 and 0 < width <= 360
    return WHOLE.around(x, y, width) if readable else WHOLE


def spots(points: Iterable[Point], frame: Frame) -> list[Spot]:
    """What is inside the frame, gathered cell by cell."""
    cells: dict[tuple[int, int], list[tuple[float, float, Point]]] = {}
    for point in points:
        x, y = projected(point)
        if frame.x <= x <= frame.x + frame.width and frame.y <= y <= frame.y + frame.height:
            cell = int((x - frame.x) / frame.unit), int((y - frame.y) / frame.unit)
            cells.setdefault(cell, []).append((x, y, point))
    return [_spot(inside, frame) for inside in cells.values()]


def projected(point: Point) -> tuple[float, float]:
    latitude, longitude = point.place
    north = min(max(float(latitude), -85.0), 85.0)
    return float(longitude), -degrees(log(tan(pi / 4 + radians(north) / 2)))


def _spot(inside: list[tuple[float, float, Point]], frame: Frame) -> Spot:
    x, y = (sum(each[axis] for each in inside) / len(inside) for axis in (0, 1))  # type: ignore[misc]
    radius = frame.unit * (0.28 if len(inside) == 1 else min(0.42 + 0.08 * log(len(inside)), 0.8))
    return Spot(
        x=f"{x:.5f}",
        y=f"{y:.5f}",
        radius=f"{radius:.5f}",
        points=tuple(point for _x, _y, point in inside),
        closer=frame.around(x, y, frame.width / STEP).address,
        label_y=f"{y + frame.unit * 0.2:.5f}",
    )
