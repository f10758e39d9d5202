"""The ranking of operators over a ledger of a million lines: a year, and a month."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.measures.visits import Times, Visitor, visitor
from crm.bench.rows import Row
from outcomes.queries.leaderboard import Period, ranking
from outcomes.services.tallies import tally_anew
from tenants.binding import local_today, use_firm

LINES = 1_000_000
TIMES = 5
FILL = """
INSERT INTO outcomes_pointsentry (firm_id, member_id, at, points, kind, reason)
SELECT %(firm)s, (%(members)s::bigint[])[1 + n %% cardinality(%(members)s::bigint[])],
       now() - n * interval '1 year' / %(lines)s, n %% 16, 'award', 'bench'
FROM generate_series(1, %(lines)s) n
"""
EMPTY = "DELETE FROM outcomes_pointsentry WHERE firm_id = %(firm)s AND reason = 'bench'"


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Rankings")
    with visitor(bench.firms()[0]) as caller, _filled(bench, caller):
        today = local_today(caller.firm)
        empty = caller.page_times("bench/")
        for name, days in (("year", 365), ("month", 30)):
            period = Period(first=today - timedelta(days=days), last=today)
            yield _page(caller, name, period, empty)
            yield _statement(bench, caller, name, period)


def _page(caller: Visitor, name: str, period: Period, empty: Times) -> Row:
    took = caller.page_times(f"points/?from={period.first}&to={period.last}")
    return Row(
        name=f"page-ranking-{name}",
        what=f"Page: ranking of a {name} over {LINES:,} recorded items a year",
        ours=str(took),
        other=f"empty page {empty}",
        ratio=took.cpu / empty.cpu,
        note="(Hint: p50 ≤ 60 ms, p95 ≤ 120 ms.)",
    )


def _statement(bench: Bench, caller: Visitor, name: str, period: Period) -> Row:
    """The ranking as the page reads it, against the same sums by hand, without people and policies."""
    ours: list[Cost] = []
    with use_firm(caller.firm):
        for _ in range(TIMES):
            with metered([clock.own_backend()]) as cost:
                found = ranking(period, firm=caller.firm)
            ours.append(cost)
    start, end = period.bounds(caller.firm)
    given = {"firm": caller.firm.pk, "start": start, "end": end}
    floor: list[Cost] = []
    for _ in range(TIMES):
        with metered([clock.backend_of(bench.admin)]) as cost:
            wanted = floors.run(bench.admin, "ranking", given)
        floor.append(cost)
    mine, other = middle(ours), middle(floor)
    return Row(
        name=f"ranking-{name}",
        what=f"Ranking of a {name}: sums, items, people (against sums and items by hand)",
        ours=f"{mine.database * 1000:.1f} ms of the database, {mine.python * 1000:.1f} ms of Python",
        other=f"by hand {other.database * 1000:.1f} ms of the database",
        ratio=mine.database / max(other.database, 0.000_1),
        same_rows={place.member.pk: (place.points, place.items) for place in found if place.items}
        == {member: (int(points), items) for member, points, items in wanted},
    )


@contextmanager
def _filled(bench: Bench, caller: Visitor) -> Iterator[None]:
    """The ledger is there for the block only."""
    with use_firm(caller.firm):
        people = [place.member.pk for place in ranking(Period(first=EVER, last=EVER), firm=caller.firm)]
    try:
        bench.execute(FILL, {"firm": caller.firm.pk, "members": people, "lines": LINES})
        with use_firm(caller.firm):
            tally_anew()
        bench.tidy("outcomes_pointsentry")
        bench.tidy("outcomes_pointstally")
        yield
    finally:
        bench.execute(EMPTY, {"firm": caller.firm.pk})
        with use_firm(caller.firm):
            tally_anew()


EVER = date(2000, 1, 1)
