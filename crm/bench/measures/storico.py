"""Recording an outcome beside hand-written SQL; the storico and the graph over a million recorded items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from os import getpid
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from clients.models import Client
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.measures.visits import Statements, Times, Visitor, visitor
from crm.bench.rows import Row
from outcomes.models import Outcome, Relation
from outcomes.queries.leaderboard import Period
from outcomes.queries.storico import storico
from outcomes.services import fulfil_appointment
from scheduling.models import Appointment
from scheduling.services import NewAppointment, enter_appointments
from tenants.binding import local_today, use_firm

ITEMS = 1_000_000
RECORDED = 60
TIMES = 5
SHOWN = 51
FILL = """
INSERT INTO scheduling_appointment (firm_id, client_id, type_id, starts_at, ends_at, place, notes, state, counts,
                                    origin, external_source, external_id, created_at, updated_at, version)
SELECT %(firm)s, c.id, %(type)s, at, at + interval '30 minutes', '', '', 'held', false, 'import', 'bench',
       c.id || ':' || n, now(), now(), 1
FROM (SELECT id, count(*) OVER () AS size FROM clients_client WHERE firm_id = %(firm)s) c
CROSS JOIN LATERAL generate_series(1, ceil(%(items)s::numeric / c.size)::int) n
CROSS JOIN LATERAL (
    SELECT now() - (hashint8extended(c.id, n) & 33554431) * interval '1 second' AS at
) AS moment;
INSERT INTO outcomes_fulfilment (firm_id, appointment_id, client_id, type_id, outcome_id, author_id, at, note, points,
                                 rule, before, notices, undo_reason)
SELECT %(firm)s, a.id, a.client_id, a.type_id,
       (%(outcomes)s::bigint[])[1 + a.id %% cardinality(%(outcomes)s::bigint[])],
       (%(members)s::bigint[])[1 + a.id %% cardinality(%(members)s::bigint[])],
       a.ends_at, '', a.id %% 16, '{}', '{}', '[]', ''
FROM scheduling_appointment a WHERE a.firm_id = %(firm)s AND a.external_source = 'bench'
"""
EMPTY = """
DELETE FROM outcomes_fulfilment WHERE firm_id = %(firm)s AND appointment_id IN (
    SELECT id FROM scheduling_appointment WHERE firm_id = %(firm)s AND external_source = 'bench');
DELETE FROM scheduling_appointment WHERE firm_id = %(firm)s AND external_source = 'bench'
"""


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Recorded outcomes")
    with visitor(bench.firms()[0]) as caller:
        yield _fulfilment(bench, caller)
        with _filled(bench, caller):
            yield from _pages(caller)
            yield _statement(bench, caller)
            yield _file(caller)


def _pages(caller: Visitor) -> Iterator[Row]:
    today = local_today(caller.firm)
    with use_firm(caller.firm):
        outcome = Outcome.objects.order_by("pk")[0].pk
        name = Client.objects.order_by("pk")[7].name
    empty, me = caller.page_times("bench/"), caller.api_times("me/")
    month = f"since={today - timedelta(days=30)}&until={today}"
    for key, what, query in (
        ("all", "latest first", ""),
        ("narrowed", "of an outcome, in a month", f"outcome={outcome}&{month}"),
        ("searched", "of a client, by name", f"search={name}"),
    ):
        yield _page(caller, f"page-storico-{key}", f"Page: storico, {what}", f"history/?{query}", empty)
    graph = f"settings/crm/relations/graph/?from={today - timedelta(days=30)}&to={today}"
    yield _page(caller, "page-graph-month", "Page: graph with what happened in a month", graph, empty)
    times = caller.api_times(f"history/?outcome={outcome}")
    yield Row(
        name="rest-storico",
        what=f"REST: storico of an outcome, {ITEMS:,} recorded items",
        ours=str(times),
        other=f"GET me/ {me}",
        ratio=times.cpu / me.cpu,
    )


def _page(caller: Visitor, name: str, what: str, path: str, empty: Times) -> Row:
    times = caller.page_times(path)
    return Row(
        name=name,
        what=f"{what}, {ITEMS:,} recorded items",
        ours=str(times),
        other=f"empty page {empty}",
        ratio=times.cpu / empty.cpu,
        note="(Hint: p50 ≤ 60 ms, p95 ≤ 120 ms.)",
    )


def _statement(bench: Bench, caller: Visitor) -> Row:
    """A narrowed page, as it is read, against the bare keys by hand."""
    today = local_today(caller.firm)
    period = Period(first=today - timedelta(days=90), last=today - timedelta(days=30))
    start, end = period.bounds(caller.firm)
    ours, floor = [], []
    with use_firm(caller.firm):
        wanted = {"outcome": Outcome.objects.order_by("pk")[0], "since": period.first, "until": period.last}
        for _ in range(TIMES):
            with metered([clock.own_backend()]) as cost:
                found = list(storico(caller.member, wanted).order_by("-at", "-pk")[:SHOWN])
            ours.append(cost)
    given = {"firm": caller.firm.pk, "outcome": wanted["outcome"].pk, "start": start, "end": end}
    for _ in range(TIMES):
        with metered([clock.backend_of(bench.admin)]) as cost:
            by_hand = floors.run(bench.admin, "storico_page", given)
        floor.append(cost)
    mine, other = middle(ours), middle(floor)
    return Row(
        name="storico-statement",
        what="Reading a narrowed page of the storico with all that it names (against the bare keys)",
        ours=f"{mine.database * 1000:.1f} ms of the database, {mine.python * 1000:.1f} ms of Python",
        other=f"keys by hand {other.database * 1000:.1f} ms of the database",
        ratio=mine.database / max(other.database, 0.000_1),
        same_rows=[made.pk for made in found] == [pk for (pk,) in by_hand],
    )


def _file(caller: Visitor) -> Row:
    """The whole storico as a file, against about a tenth of it: the memory must not follow the rows."""
    tenth = local_today(caller.firm) - timedelta(days=38)
    _written(caller, f"?since={tenth}")
    few, few_peak, _cost, _statements = _written(caller, f"?since={tenth}")
    many, peak, cost, statements = _written(caller, "")
    return Row(
        name="storico-file",
        what=f"The storico as a file, {many:,} rows in {statements} statements: peak memory against {few:,} rows",
        ours=f"{peak / 2**20:.0f} MB ({many / max(cost.cpu, 0.001):,.0f} rows a second)",
        other=f"{few_peak / 2**20:.0f} MB",
        ratio=peak / few_peak,
        at_most=1.2,
        only_at_scale=False,
    )


def _written(caller: Visitor, query: str) -> tuple[int, int, Cost, int]:
    """Rows, peak memory of this process, cost, statements."""
    # The peak until now is forgotten.
    Path("/proc/self/clear_refs").write_text("5")
    seen = Statements()
    with metered([clock.own_backend()]) as cost, connection.execute_wrapper(seen):
        answer: Any = caller.page.get(f"/f/{caller.firm.slug}/history/export/{query}")
        count = sum(piece.count(b"\n") for piece in answer.streaming_content) - 1
    return count, clock.peak_memory(getpid()), cost, len(seen.seen)


def _fulfilment(bench: Bench, caller: Visitor) -> Row:
    """Recorded by the service and by hand, and taken back each time: nothing is left of it."""
    with use_firm(caller.firm):
        pair = Relation.objects.filter(active=True, follow_up_type__isnull=False).select_related("outcome", "type")[0]
        start = timezone.now() - timedelta(days=1)
        end = start + timedelta(minutes=15)
        clients = Client.objects.filter(state="active").order_by("pk").values_list("pk", flat=True)[:RECORDED]
        entries = [
            NewAppointment(client_id=pk, type=pair.type, starts_at=start, ends_at=end, assignee=caller.member)
            for pk in clients
        ]
        booked = enter_appointments(entries, by=caller.member, at=timezone.now())
        ours = [_recorded(caller, appointment, pair.outcome) for appointment in booked]
        transaction.set_rollback(True)
    with use_firm(caller.firm):
        planned = list(Appointment.objects.filter(state="planned").order_by("pk")[:RECORDED])
    floor = [_by_hand(bench, caller, appointment, pair) for appointment in planned]
    mine, other = middle(ours), middle(floor)
    return Row(
        name="fulfilment",
        what="Recording an outcome: status, points, next appointment, plan, audit (by hand: without plan and audit)",
        ours=f"{mine.database * 1000:.1f} ms of the database, {mine.python * 1000:.1f} ms of Python",
        other=f"SQL by hand {other.database * 1000:.1f} ms of the database",
        ratio=mine.database / max(other.database, 0.000_1),
        note=f"(Elapsed {mine.wall * 1000:.1f} ms.)",
    )


def _recorded(caller: Visitor, appointment: Appointment, outcome: Outcome) -> Cost:
    with transaction.atomic():
        with metered([clock.own_backend()]) as cost:
            fulfil_appointment(appointment, outcome, by=caller.member, at=timezone.now())
        transaction.set_rollback(True)
    return cost


def _by_hand(bench: Bench, caller: Visitor, appointment: Appointment, pair: Relation) -> Cost:
    given = {
        "firm": caller.firm.pk,
        "appointment": appointment.pk,
        "client": appointment.client_id,
        "member": caller.member.pk,
        "type": pair.type_id,
        "outcome": pair.outcome_id,
        "status": pair.status_id,
        "points": pair.points,
        "next_type": pair.follow_up_type_id,
        "days": pair.days,
    }
    with bench.admin.cursor() as cursor:
        cursor.execute("BEGIN")
        with metered([clock.backend_of(bench.admin)]) as cost:
            floors.run(bench.admin, "fulfilment", given)
        cursor.execute("ROLLBACK")
    return cost


@contextmanager
def _filled(bench: Bench, caller: Visitor) -> Iterator[None]:
    """The items are there for the block only."""
    with use_firm(caller.firm):
        pair = Relation.objects.filter(active=True)[0]
        outcomes = list(Outcome.objects.values_list("pk", flat=True))
    given = {"firm": caller.firm.pk, "type": pair.type_id, "outcomes": outcomes, "items": ITEMS}
    try:
        bench.execute(FILL, {**given, "members": [caller.member.pk]})
        bench.tidy("scheduling_appointment", "outcomes_fulfilment")
        yield
    finally:
        bench.execute(EMPTY, {"firm": caller.firm.pk})
        bench.tidy("scheduling_appointment", "outcomes_fulfilment")
