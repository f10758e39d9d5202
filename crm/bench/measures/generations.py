"""Genera comunicazione for whole firms: a dry run of all their clients, and the job that writes what it listed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from clients.enums import ClientState
from clients.models import Client
from communications.models import CommunicationRun, CommunicationTemplate
from communications.services import generation
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.rows import Row
from tenants.binding import use_firm
from tenants.models import Membership

AT = datetime(2026, 6, 30, 9, tzinfo=UTC)
GOAL = 100_000
TENTH = GOAL // 10
# A circular: whoever is enabled and has an address.
FILL = """
INSERT INTO communications_enablement (firm_id, client_id, enabled, at)
SELECT firm_id, id, true, %(at)s FROM clients_client ON CONFLICT DO NOTHING;
INSERT INTO communications_mailsettings (firm_id, begun_at, sender_name, reply_to, pressure_days, per_minute)
SELECT id, %(at)s, '', '', 7, 0 FROM tenants_firm ON CONFLICT (firm_id) DO UPDATE SET begun_at = excluded.begun_at
"""
EMPTY_RUNS = """
DROP TABLE IF EXISTS bench_communication;
DELETE FROM communications_communication;
DELETE FROM communications_audiencemember;
DELETE FROM communications_communicationrun
"""
EMPTY = "DELETE FROM communications_enablement"
# With the keys of the real table, which cost as much as the rows.
FLOOR_TABLE = """
CREATE TABLE bench_communication (LIKE communications_communication INCLUDING ALL);
ALTER TABLE bench_communication
    ADD FOREIGN KEY (firm_id) REFERENCES tenants_firm (id),
    ADD FOREIGN KEY (firm_id, run_id) REFERENCES communications_communicationrun (firm_id, id),
    ADD FOREIGN KEY (firm_id, client_id) REFERENCES clients_client (firm_id, id),
    ADD FOREIGN KEY (firm_id, company_id) REFERENCES clients_client (firm_id, id),
    ADD FOREIGN KEY (firm_id, mail_id) REFERENCES communications_outgoingmail (firm_id, id)
"""


def rows(bench: Bench) -> Iterator[Row]:
    """All firms one after the other, each its own run, until there are as many as the goal speaks of."""
    bench.announce("Generating communications")
    with _filled(bench):
        # The tenth first: what the whole adds to the memory of the process is then its own.
        tenth = [_round(bench, TENTH) for _ in range(bench.rounds)]
        whole = [_round(bench, GOAL) for _ in range(bench.rounds)]
        runs, number = whole[-1].runs, whole[-1].number
        mine, other = middle([each.ours for each in whole]), middle([each.floor for each in whole])
        judged, grown = middle([each.judged for each in whole]), max(each.grown for each in whole)
        yield Row(
            name="generation",
            what=f"Generating {number:,} communications ({len(runs)} firms)",
            ours=f"{mine.cpu:.2f} s ({mine.python:.3f} s of Python)",
            other=f"INSERT … SELECT by hand {other.database:.2f} s",
            ratio=mine.cpu / other.database,
            at_most=2,
            only_at_scale=number < GOAL,
            same_rows=floors.run(bench.admin, "generation_differences") == [(0,)],
            note=f"Python grew by {grown / 2**20:.1f} MB; the dry runs before took {judged.cpu:.2f} s.",
        )
        yield from _growth(tenth, whole)


@dataclass(frozen=True)
class Round:
    """What one generation of so many has cost, by the product and by hand."""

    runs: dict[int, CommunicationRun]
    judged: Cost
    ours: Cost
    floor: Cost
    # What the process has grown by, and the most that it ever held.
    grown: int
    peak: int

    @property
    def number(self) -> int:
        return sum(run.included for run in self.runs.values())


def _round(bench: Bench, goal: int) -> Round:
    bench.execute(EMPTY_RUNS)
    bench.tidy("communications_communication", "communications_audiencemember")
    judged, runs = _dry_runs(bench, goal)
    cost, grown = _generate(runs)
    return Round(runs, judged, cost, _by_hand(bench, runs), grown, clock.peak_memory(os.getpid()))


def _growth(tenth: list[Round], whole: list[Round]) -> Iterator[Row]:
    """What one communication costs among ten times as many, and what memory they take."""
    few, many = (middle([each.ours for each in rounds]) for rounds in (tenth, whole))
    by_hand = [middle([each.floor for each in rounds]).database for rounds in (tenth, whole)]
    fewer, more = tenth[-1].number, whole[-1].number
    yield Row(
        name="generation_growth",
        what=f"Generating: one communication of {more:,} against one of {fewer:,}",
        ours=f"{many.cpu / more * 1e6:.1f} µs ({many.cpu:.2f} s)",
        other=f"{few.cpu / fewer * 1e6:.1f} µs ({few.cpu:.3f} s)",
        ratio=(many.cpu / more) / (few.cpu / fewer),
        at_most=1.1,
        only_at_scale=more < GOAL,
        note=f"By hand it grows {by_hand[1] / more / (by_hand[0] / fewer):.2f} ×.",
    )
    most, before = max(each.peak for each in whole), max(each.peak for each in tenth)
    yield Row(
        name="generation_memory",
        what=f"Generating {more:,}: the most memory of the process, against {fewer:,}",
        ours=f"{most / 2**20:.0f} MB",
        other=f"{before / 2**20:.0f} MB",
        ratio=most / before,
        at_most=1.2,
        only_at_scale=more < GOAL,
    )


def _dry_runs(bench: Bench, goal: int) -> tuple[Cost, dict[int, CommunicationRun]]:
    """Firm by firm, the largest first; of the last as many clients as are missing."""
    runs, number = dict[int, CommunicationRun](), 0
    with metered([clock.own_backend()]) as cost:
        for firm in bench.firms():
            runs[firm] = _dry_run(firm, most=goal - number)
            number += runs[firm].included
            if number >= goal:
                break
    return cost, runs


def _by_hand(bench: Bench, runs: dict[int, CommunicationRun]) -> Cost:
    bench.execute(FLOOR_TABLE)
    with metered([clock.backend_of(bench.admin)]) as cost:
        for firm, run in runs.items():
            floors.run(bench.admin, "generation", {"firm": firm, "run": run.pk, "at": AT})
    return cost


def _dry_run(firm: int, *, most: int) -> CommunicationRun:
    with use_firm(firm):
        by = Membership.objects.filter(role="admin").first()
        template = CommunicationTemplate.objects.filter(kind="circular").first()
        if by is None or template is None:
            raise LookupError("a firm without administrator or templates")
        active = Client.objects.filter(state=ClientState.ACTIVE)
        clients = Client.objects.filter(pk__in=active.order_by("pk").values("pk")[:most])
        run = generation.prepare(template, clients, audience_name="Bench", by=by, at=AT)
        CommunicationRun.objects.filter(pk=run.pk).update(confirmed_at=AT, state="queued")
    return run


def _generate(runs: dict[int, CommunicationRun]) -> tuple[Cost, int]:
    """Stretch by stretch, each in a transaction of its own, as the job does."""
    before = clock.peak_memory(os.getpid())
    with metered([clock.own_backend()]) as cost:
        for firm, run in runs.items():
            is_left = True
            while is_left:
                with use_firm(firm):
                    is_left = generation.advance_queued(run.pk, at=AT)
    return cost, clock.peak_memory(os.getpid()) - before


@contextmanager
def _filled(bench: Bench) -> Iterator[None]:
    """Everybody may be written to, for the block only."""
    try:
        bench.execute(f"{EMPTY_RUNS}; {EMPTY}")
        bench.execute(FILL, {"at": AT})
        bench.tidy("communications_enablement", "clients_profile")
        yield
    finally:
        bench.execute(f"{EMPTY_RUNS}; {EMPTY}")
