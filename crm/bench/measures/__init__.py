"""Each module measures one part of the product and yields its rows; this is their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crm.bench.context import Bench
from crm.bench.measures import (
    checks,
    custom,
    filters,
    foresight,
    generations,
    imports,
    naive,
    nights,
    pages,
    rankings,
    scores,
    searches,
    served,
    storico,
    timelines,
)
from crm.bench.rows import Row

MEASURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "nights": nights.rows,
    "naive": naive.rows,
    "pages": pages.rows,
    "served": served.rows,
    "filters": filters.rows,
    "custom": custom.rows,
    "imports": imports.rows,
    "checks": checks.rows,
    "foresight": foresight.rows,
    "rankings": rankings.rows,
    "communications": generations.rows,
    "scores": scores.rows,
    "storico": storico.rows,
    "searches": searches.rows,
    "timelines": timelines.rows,
}
