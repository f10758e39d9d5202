"""A histogram as a page draws it: where each bar, threshold and level stands, in hundredths of the width.

Bars are equally wide whatever they span, so that one sale and a hundred, ten euros and a million have their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolios import levels
from portfolios.distribution import Bar, Distribution
from portfolios.enums import Measure
from portfolios.levels import Number

LABELS = 8
# A bar of few clients beside one of thousands is still seen.
LOWEST = 2.0


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """``x``, ``width`` and ``height`` are percentages; ``low`` and ``high`` as numbers for the browser."""

    x: str
    width: str
    y: str
    height: str
    low: str
    high: str
    clients: int
    tone: str
    # Without low: up to high; without high: low and more.
    span: tuple[Number | None, Number | None]


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    value: Number
    anchor: str


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: tuple[DrawnBar, ...]
    ticks: tuple[Tick, ...]


def drawn(distribution: Distribution, thresholds: Sequence[Number], palette: Sequence[str]) -> Histogram:
    """The bars from the first to the last with a client or a threshold, coloured by level; with values on the axis."""
    inverted = distribution.measure == Measure.RECENCY
    bars = _without_empty_ends(distribution.bars(), thresholds)
    most, width = max((bar.clients for bar in bars), default=0), 100 / max(len(bars), 1)
    return Histogram(
        tuple(
            _bar(bar, place, width, most, _tone(bar, thresholds, palette, inverted)) for place, bar in enumerate(bars)
        ),
        tuple(_ticks(bars, width)),
    )


def _without_empty_ends(bars: list[Bar], thresholds: Sequence[Number]) -> list[Bar]:
    held = [place for place, bar in enumerate(bars) if bar.clients or any(_is_in(value, bar) for value in thresholds)]
    # One more at each end, so that a threshold can be moved beyond the last client.
    return bars[max(held[0] - 1, 0) : held[-1] + 2] if held else []


def _is_in(value: Number, bar: Bar) -> bool:
    return (bar.low is None or bar.low <= value) and (bar.high is None or value <= bar.high)


def _bar(bar: Bar, place: int, width: float, most: int, tone: str) -> DrawnBar:
    height = max(100 * bar.clients / most, LOWEST) if bar.clients else 0.0
    return DrawnBar(
        x=_percent(place * width + width * 0.06),
        width=_percent(width * 0.88),
        y=_percent(100 - height),
        height=_percent(height),
        low=_plain(bar.low),
        high=_plain(bar.high),
        clients=bar.clients,
        tone=tone,
        span=(bar.low, bar.high),
    )


def _tone(bar: Bar, thresholds: Sequence[Number], palette: Sequence[str], inverted: bool) -> str:
    """Of the level of most of the bar: of its end that certainly belongs to it."""
    if len(thresholds) + 1 != len(palette):
        return "gray"
    if inverted:
        days = bar.high if bar.high is not None else (bar.low or 0) + 1
        level = levels.recency_level(int(days), [int(each) for each in thresholds])
    else:
        level = levels.level(bar.low if bar.low is not None else Decimal(-1), thresholds)
    return palette[(level or 1) - 1]


def _ticks(bars: Sequence[Bar], width: float) -> list[Tick]:
    """A value at the left end of some bars, evenly, and never more than fit."""
    step = max(1, -(-len(bars) // LABELS))
    places = [place for place, bar in enumerate(bars) if bar.low is not None and place]
    return [Tick(_percent(place * width), bars[place].low or 0, "middle") for place in places[::step]]


def _percent(part: float) -> str:
    return f"{part:.2f}%"


def _plain(value: Number | None) -> str:
    return "" if value is None else str(value)
