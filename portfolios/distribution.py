"""How a firm's clients lie in each measure of a typology: what thresholds are chosen upon (domain 10.4).

One statement for all four measures, one scan of the typology's scores, and an answer whose size depends on the edges
below and not on the number of clients.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from portfolios import levels
from portfolios.enums import Measure
from portfolios.levels import Number
from portfolios.models import Typology
from tenants.binding import bound_firm_id

# Days and numbers of sales at which people think; of amounts six in each power of ten. Between two of them is a bar.
_DAYS = (
    0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 210, 240, 270, 300, 330, 365, 400, 450, 500, 550,
    600, 730, 900, 1095, 1460, 1825, 2555, 3650,
)  # fmt: skip
_SALES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000)
_CENT = Decimal("0.01")
_EUROS = (
    Decimal(0), _CENT, *(
        (Decimal(digits) / 10).scaleb(power) for power in range(1, 7) for digits in (10, 15, 20, 30, 50, 75)
    ), Decimal(10_000_000),
)  # fmt: skip
LADDERS: Mapping[str, tuple[Number, ...]] = {
    Measure.RECENCY: _DAYS,
    Measure.FREQUENCY: _SALES,
    Measure.MONETARY: _EUROS,
    Measure.POTENTIALITY: _EUROS,
}
# The smallest difference between two values of a measure.
STEPS: Mapping[str, Number] = {
    Measure.RECENCY: 1,
    Measure.FREQUENCY: 1,
    Measure.MONETARY: _CENT,
    Measure.POTENTIALITY: _CENT,
}
# Recency counts from the last sale unless it was entered by hand; a value equal to an edge belongs below it there.
_VALUES = {
    Measure.RECENCY: "coalesce(recency, %(today)s - last_sale_on)",
    Measure.FREQUENCY: "frequency",
    Measure.MONETARY: "monetary",
    Measure.POTENTIALITY: "potentiality",
}
_PLACED = {
    Measure.RECENCY: "width_bucket(coalesce(recency, %(today)s - last_sale_on) - 1, %(recency)s::int[])",
    Measure.FREQUENCY: "width_bucket(frequency, %(frequency)s::int[])",
    Measure.MONETARY: "width_bucket(monetary, %(monetary)s::bigint[])",
    Measure.POTENTIALITY: "width_bucket(potentiality, %(potentiality)s::bigint[])",
}
_BUCKETS = """
SELECT grouping(recency, frequency, monetary, potentiality), coalesce(recency, frequency, monetary, potentiality),
       count(*)
FROM (
    SELECT {placed}
    FROM portfolios_score WHERE firm_id = %(firm)s AND position = %(position)s
) placed
GROUP BY GROUPING SETS ((recency), (frequency), (monetary), (potentiality))
HAVING num_nonnulls(recency, frequency, monetary, potentiality) = 1
"""
# The bits of grouping(): a nought at the column that was counted.
_COUNTED = {0b0111: Measure.RECENCY, 0b1011: Measure.FREQUENCY, 0b1101: Measure.MONETARY, 0b1110: Measure.POTENTIALITY}
_CUTS = """
SELECT percentile_cont(%(parts)s::double precision[]) WITHIN GROUP (ORDER BY ({value})::double precision)
FROM portfolios_score WHERE firm_id = %(firm)s AND position = %(position)s
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """So many clients between two values; without ``low`` or ``high`` everybody below or above. Of Recency ``high``
    belongs to the bar, of the others ``low`` does."""

    low: Number | None
    high: Number | None
    clients: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """The clients of one measure between edges among which are the thresholds, so that levels are counted exactly."""

    measure: Measure
    edges: tuple[Number, ...]
    clients: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.clients)

    def counts(self, thresholds: Sequence[Number]) -> list[int]:
        """How many are in each level, worst first; each of the thresholds is one of the edges."""
        return levels.counts(self._histogram(), thresholds, inverted=self.measure == Measure.RECENCY)

    def bars(self) -> list[Bar]:
        """Between the steps of the measure's ladder."""
        ladder = LADDERS[self.measure]
        clients = [0] * (len(ladder) + 1)
        for value, number in self._histogram():
            place = bisect_left(ladder, value) if self.measure == Measure.RECENCY else bisect_right(ladder, value)
            clients[place] += number
        ends = zip((None, *ladder), (*ladder, None), strict=True)
        return [Bar(low, high, number) for (low, high), number in zip(ends, clients, strict=True)]

    def _histogram(self) -> list[tuple[Number, int]]:
        """One value of each stretch between edges, with its clients."""
        if self.measure == Measure.RECENCY:
            values = (*self.edges, self.edges[-1] + 1)
        else:
            values = (self.edges[0] - 1, *self.edges)
        return list(zip(values, self.clients, strict=True))


def distributions(
    typology: Typology,
    thresholds: Mapping[str, Sequence[Number]],
    *,
    today: date,
    measures: Sequence[Measure] = tuple(Measure),
) -> dict[str, Distribution]:
    """Of each measure, as the clients stand today; ``thresholds`` are those that are to be counted by."""
    edges = {each: tuple(sorted({*LADDERS[each], *thresholds.get(each, ())})) for each in Measure}
    found = {each: [0] * (len(edges[each]) + 1) for each in Measure}
    params: dict[str, Any] = {each: [_stored(each, edge) for edge in edges[each]] for each in Measure}
    with connection.cursor() as cursor:
        placed = ", ".join(f"{_PLACED[each] if each in measures else 'NULL::int'} AS {each}" for each in Measure)
        cursor.execute(_BUCKETS.format(placed=placed), {**params, **_whose(typology, today)})
        for counted, bucket, clients in cursor.fetchall():
            found[_COUNTED[counted]][bucket] = clients
    return {each: Distribution(each, edges[each], tuple(found[each])) for each in measures}


def proposal(typology: Typology, measure: Measure, scale: int, *, today: date) -> list[Number]:
    """Thresholds that would share the clients equally, as far as equal values allow; none where nobody has a value."""
    parts = [part / scale for part in range(1, scale)]
    with connection.cursor() as cursor:
        cursor.execute(_CUTS.format(value=_VALUES[measure]), {"parts": parts, **_whose(typology, today)})
        cuts = cursor.fetchone()[0] or []
    # The interpolation is binary: 0.4 of a distance of ten must not fall short of four.
    exact = [Decimal(str(round(cut, 3))).scaleb(-2 if STEPS[measure] == _CENT else 0) for cut in cuts]
    return levels.usable(exact, step=STEPS[measure], inverted=measure == Measure.RECENCY)


def _whose(typology: Typology, today: date) -> dict[str, Any]:
    return {"firm": bound_firm_id(), "position": typology.position, "today": today}


def _stored(measure: Measure, value: Number) -> int:
    """As the column keeps it: amounts in cents."""
    return int(Decimal(value).scaleb(2)) if STEPS[measure] == _CENT else int(value)
