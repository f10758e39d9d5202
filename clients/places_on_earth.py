"""Coordinates as people and maps write them, and how far places are from each other (STY-15, O-52)."""

from __future__ import annotations

import re
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0
KM_OF_A_DEGREE = 111.2
MILLIONTH = Decimal("0.000001")
NUMBER = r"([+-]?\d{1,3}(?:[.,]\d{1,12})?)"
PAIR = re.compile(rf"^\s*{NUMBER}\s*[°]?\s*[;,/\s]\s*{NUMBER}\s*[°]?\s*$", re.ASCII)


def read(text: str) -> tuple[Decimal, Decimal] | None:
    """``45.4642, 9.19`` or ``45,4642; 9,19``: latitude and longitude; None for anything else."""
    match = PAIR.match(text)
    if match is None:
        return None
    latitude, longitude = (Decimal(part.replace(",", ".")).quantize(MILLIONTH) for part in match.groups())
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def shown(latitude: Decimal, longitude: Decimal) -> str:
    return f"{latitude.normalize():f}, {longitude.normalize():f}"


def kilometres(one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal]) -> float:
    """As the crow flies (haversine)."""
    (south, west), (north, east) = ((radians(float(part)) for part in place) for place in (one, other))
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def box(latitude: Decimal, longitude: Decimal, km: float) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """South, north, west, east of a rectangle that holds the circle of ``km`` round a place."""
    high = Decimal(km / KM_OF_A_DEGREE).quantize(MILLIONTH) + MILLIONTH
    narrowest = max(cos(radians(min(89.9, abs(float(latitude)) + float(high)))), 0.001)
    wide = min(Decimal(360), Decimal(km / (KM_OF_A_DEGREE * narrowest)).quantize(MILLIONTH) + MILLIONTH)
    return latitude - high, latitude + high, longitude - wide, longitude + wide
