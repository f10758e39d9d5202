"""Three checks on fields in every firm: the night that raises their reminders, and the one after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from clients.worklist import WorkList
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.rows import Row
from scheduling.batch import Moment
from scheduling.checking import refresh_checks
from tenants.binding import bound_firm, use_firm

TODAY = date(2026, 6, 30)
FILL = """
UPDATE clients_profile SET document_expires_on = %(today)s::date - 100 + ((hashint8(client_id) & 2147483647) %% 3650);
INSERT INTO scheduling_check (firm_id, kind, name, lead_days, text, active, condition, recipient, version)
SELECT f.id, 'field', 'bench ' || k.name, 7, '', true, k.condition::jsonb, 'advisor', 1
FROM tenants_firm f CROSS JOIN (VALUES
    ('document', '{"field": "document_expires_on", "op": "due_within_days", "value": 15}'),
    ('birthday', '{"field": "birth_date", "op": "on_this_day_of_year"}'),
    ('wealth', '{"field": "aum", "op": "gt", "value": "1500000.00"}')
) k (name, condition)
"""
FORGET = """
DELETE FROM scheduling_reminder WHERE check_rule_id IN (SELECT id FROM scheduling_check WHERE name ^@ 'bench ')
"""
EMPTY = """
DELETE FROM scheduling_reminder WHERE check_rule_id IN (SELECT id FROM scheduling_check WHERE name ^@ 'bench ');
DELETE FROM scheduling_check WHERE name ^@ 'bench ';
UPDATE clients_profile SET document_expires_on = NULL WHERE document_expires_on IS NOT NULL
"""
EMPTY_FLOOR = """
DROP TABLE IF EXISTS bench_reminder;
CREATE TABLE bench_reminder (LIKE scheduling_reminder INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)
"""


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Checks")
    with _filled(bench):
        ours: list[Cost] = []
        floor: list[Cost] = []
        for _ in range(bench.rounds):
            bench.execute(FORGET)
            bench.tidy("scheduling_reminder")
            cost, opened = _night(bench, TODAY, everybody=True)
            ours.append(cost)
            bench.execute(EMPTY_FLOOR)
            with metered([clock.backend_of(bench.admin)]) as by_hand:
                for firm in bench.firms():
                    floors.run(bench.admin, "checks", {"firm": firm, "today": TODAY})
            floor.append(by_hand)
        mine, other = middle(ours), middle(floor)
        yield Row(
            name="checks",
            what=f"Three checks over {bench.scale.clients:,} clients: all reminders raised",
            ours=f"{mine.cpu:.2f} s ({mine.python:.2f} s of Python), {opened:,} reminders",
            other=f"by hand, firm by firm, {other.database:.2f} s",
            ratio=mine.cpu / other.database,
            same_rows=floors.run(bench.admin, "checks_differences") == [(0,)],
        )
        bench.tidy("scheduling_reminder")
        cost, written = _night(bench, TODAY + timedelta(days=1), everybody=False)
        yield Row(
            name="checks-steady",
            what="The same on the night after, on which nobody changed: what the day makes due",
            ours=f"{cost.cpu:.2f} s ({cost.python:.2f} s of Python), {written:,} reminders written",
            other=f"all raised {mine.cpu:.2f} s",
            ratio=cost.cpu / mine.cpu,
        )


def _night(bench: Bench, day: date, *, everybody: bool) -> tuple[Cost, int]:
    """Firm by firm, as a night does."""
    written = 0
    with metered([clock.own_backend()]) as cost:
        for firm in bench.firms():
            with use_firm(firm):
                now = datetime.combine(day, datetime.min.time(), UTC)
                moment = Moment(firm=bound_firm(), today=day, now=now)
                listed = WorkList(None) if everybody else WorkList(set())
                written += refresh_checks(moment, listed).written
    return cost, written


@contextmanager
def _filled(bench: Bench) -> Iterator[None]:
    """Checks, expiry dates and reminders are there for the block only."""
    try:
        bench.execute(FILL, {"today": TODAY})
        bench.tidy("clients_profile", "scheduling_check")
        yield
    finally:
        bench.execute(EMPTY)
        bench.execute("DROP TABLE IF EXISTS bench_reminder")
        bench.tidy("clients_profile", "scheduling_reminder")
