"""Levels of the four measures, and thresholds proposed from a distribution (domain section 10). Pure Python."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

Number = int | Decimal


def level(value: Number | None, thresholds: Sequence[Number]) -> int | None:
    """Of Frequency, Monetary and Potentiality: 1 and one more for each threshold that is reached (10.2).

    A value equal to a threshold has the better level. No value, no level.
    """
    return None if value is None else 1 + bisect_right(thresholds, value)


def recency_level(days: int | None, thresholds: Sequence[int]) -> int | None:
    """Of Recency, where fewer days are better: one less for each threshold that is exceeded (10.2)."""
    return None if days is None else len(thresholds) + 1 - bisect_left(thresholds, days)


def days_until_worse(days: int, thresholds: Sequence[int]) -> int | None:
    """After how many days the level of Recency falls, if nothing is sold; None at the worst level."""
    passed = bisect_left(thresholds, days)
    return None if passed == len(thresholds) else int(thresholds[passed]) + 1 - days


def faults(scale: int, thresholds: Sequence[Number]) -> str:
    """What is wrong with thresholds for a scale (GAT-19): "" or one of wrong_count, not_increasing, not_positive."""
    if len(thresholds) != scale - 1:
        return "wrong_count"
    if any(later <= earlier for earlier, later in zip(thresholds, thresholds[1:], strict=False)):
        return "not_increasing"
    return "not_positive" if thresholds[0] < 0 else ""


def counts(histogram: Sequence[tuple[Number, int]], thresholds: Sequence[Number], *, inverted: bool) -> list[int]:
    """How many clients are in each level, worst first; the histogram has pairs of value and number of clients."""
    found = [0] * (len(thresholds) + 1)
    for value, clients in histogram:
        place = bisect_left(thresholds, value) if inverted else bisect_right(thresholds, value)
        found[len(thresholds) - place if inverted else place] += clients
    return found


def suggest(histogram: Sequence[tuple[Number, int]], scale: int) -> list[Number]:
    """Cuts that would share the clients equally, by value: ties stay together, even if levels stay empty (10.4).

    The histogram is sorted by value. Each cut is the value at its quantile by linear interpolation (10.6), unrounded;
    equal cuts are returned as they are, for whoever shows them to say that the distribution is too concentrated.
    """
    total = sum(clients for _value, clients in histogram)
    return [_quantile(histogram, total, part, scale) for part in range(1, scale)] if total else []


def usable(cuts: Sequence[Number], *, step: Number, inverted: bool) -> list[Number]:
    """Thresholds as they can be kept, from cuts that may coincide: strictly increasing, whole steps, not negative.

    Whoever is at a cut stays below it, with all his equals (10.6). Where cuts coincide, the values that follow take the
    place of the levels that would stay empty: the lowest cut is kept, and what then stays empty is empty by counting.
    """
    found: list[Number] = []
    for cut in cuts:
        whole = int(cut // step) * step
        # Of Recency a threshold belongs to the better level, and fewer days are better: the cut itself is it.
        wanted = whole if inverted else whole + step
        found.append(max(wanted, found[-1] + step if found else step * 0))
    return found


def _quantile(histogram: Sequence[tuple[Number, int]], total: int, part: int, parts: int) -> Number:
    below, rest = divmod(part * (total - 1), parts)
    first, second = _at(histogram, below), _at(histogram, min(below + 1, total - 1))
    return first + (second - first) * rest / parts


def _at(histogram: Sequence[tuple[Number, int]], rank: int) -> Decimal:
    for value, clients in histogram:
        if rank < clients:
            return Decimal(value)
        rank -= clients
    raise IndexError(rank)
