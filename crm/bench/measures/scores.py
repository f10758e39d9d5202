"""R F M P of every client from five times as many sales: a first computation, and a night on which nothing changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from clients.worklist import WorkList
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.rows import Row
from portfolios import scoring
from portfolios.models import Typology
from portfolios.nights import refresh_scores
from tenants.binding import use_firm

EACH = 5
TODAY = date(2026, 6, 30)
RECENCY, FREQUENCY, MONETARY = [30, 90, 180, 365], [1, 2, 4, 8], [100_000, 500_000, 2_000_000, 5_000_000]
# Unequal clients: some buy all five, some the same day twice, some nothing for more than a year.
FILL = """
INSERT INTO portfolios_sale (firm_id, client_id, typology_id, kind, date, amount, description, external_source,
    external_id, reversal_reason, created_at, updated_at, version)
SELECT c.firm_id, c.id, t.id, 'subscription', %(today)s::date - ((hashint8(c.id * 7 + n) & 2147483647) %% 900),
       10000 * (1 + ((hashint8(c.id * 13 + n) & 2147483647) %% 400)), '', '', '', '', now(), now(), 1
FROM clients_client c
JOIN portfolios_typology t ON t.firm_id = c.firm_id AND t.position = 1
CROSS JOIN generate_series(1, %(each)s) n
"""
BEGIN = (
    "UPDATE portfolios_typology SET is_automatic = true, changed_at = NULL, scored_on = %(today)s WHERE position = 1"
)
EMPTY = """
DELETE FROM portfolios_sale;
UPDATE portfolios_typology SET is_automatic = false, scored_on = NULL WHERE position = 1
"""
EMPTY_SCORES = "TRUNCATE portfolios_score, portfolios_levelchange"
EMPTY_FLOOR = """
DROP TABLE IF EXISTS bench_score, bench_change;
CREATE TABLE bench_score (LIKE portfolios_score INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE bench_change (LIKE portfolios_levelchange INCLUDING DEFAULTS INCLUDING INDEXES);
ALTER TABLE bench_score ALTER by_hand SET DEFAULT 0
"""
GIVEN = {
    "today": TODAY,
    "since": scoring.a_year_before(TODAY),
    "recency": RECENCY,
    "frequency": FREQUENCY,
    "monetary": MONETARY,
}


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Scores")
    with _filled(bench):
        ours, floor, grown = [], [], 0
        for _ in range(bench.rounds):
            bench.execute(EMPTY_SCORES)
            cost, growth = _score_all(bench)
            ours.append(cost)
            grown = max(grown, growth)
            bench.execute(EMPTY_FLOOR)
            with metered([clock.backend_of(bench.admin)]) as by_hand:
                floors.run(bench.admin, "scores", GIVEN)
            floor.append(by_hand)
        bench.tidy("portfolios_score")
        mine, other = middle(ours), middle(floor)
        yield Row(
            name="scores",
            what=f"R F M P of {bench.scale.clients:,} clients from {EACH * bench.scale.clients:,} sales",
            ours=f"{mine.cpu:.2f} s ({mine.python:.2f} s of Python)",
            other=f"one statement by hand {other.database:.2f} s",
            ratio=mine.cpu / other.database,
            at_most=1.5,
            same_rows=_same(bench),
            note=f"Python grew by {grown / 2**20:.1f} MB.",
        )
        yield _quiet_night(bench, mine)
        bench.execute(EMPTY_SCORES)


def _score_all(bench: Bench) -> tuple[Cost, int]:
    """Firm by firm, as a night does; also how much memory was needed beyond what was there."""
    before = clock.peak_memory(os.getpid())
    with metered([clock.own_backend()]) as cost:
        for firm in bench.firms():
            with use_firm(firm):
                scoring.score(Typology.objects.get(position=1), today=TODAY)
    return cost, clock.peak_memory(os.getpid()) - before


def _quiet_night(bench: Bench, whole: Cost) -> Row:
    """Nobody sold anything and no day makes a difference: each firm costs the question."""
    bench.execute("UPDATE portfolios_score SET next_change_on = NULL")
    bench.tidy("portfolios_score")
    written = 0
    with metered([clock.own_backend()]) as cost:
        for firm in bench.firms():
            with use_firm(firm):
                written += refresh_scores(today=TODAY, listed=WorkList(ids=set()))
    return Row(
        name="scores-quiet",
        what=f"The same step on a night on which nothing changed, {bench.scale.firms:,} firms",
        ours=f"{cost.cpu:.2f} s, {written} rows written",
        other=f"the whole computation {whole.cpu:.2f} s",
        ratio=cost.cpu / whole.cpu,
        same_rows=written == 0,
    )


def _same(bench: Bench) -> bool:
    return floors.run(bench.admin, "scores_differences") == [(0,)]


@contextmanager
def _filled(bench: Bench) -> Iterator[None]:
    """The ledger is there for the block only."""
    limits: dict[str, object] = {"recency": RECENCY, "frequency": FREQUENCY, "monetary": MONETARY}
    try:
        bench.execute(EMPTY)
        bench.execute(FILL, {"today": TODAY, "each": EACH})
        bench.execute(
            "UPDATE portfolios_typology SET recency_thresholds = %(recency)s, frequency_thresholds = %(frequency)s,"
            " monetary_thresholds = %(monetary)s WHERE position = 1",
            limits,
        )
        bench.execute(BEGIN, {"today": TODAY})
        bench.tidy("portfolios_sale")
        yield
    finally:
        bench.execute(EMPTY)
        bench.execute("DROP TABLE IF EXISTS bench_score, bench_change")
