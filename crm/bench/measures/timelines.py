"""The time line of a client with 5,000 events, and of a company that has most of its own from its people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from clients.models import Client
from clients.timeline.reading import Wish, events
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.measures.visits import Times, Visitor, visitor
from crm.bench.rows import Row
from scheduling.queries import appointment_types
from tenants.binding import use_firm

EVENTS = 5_000
PEOPLE = 20
TIMES = 20
SIZE = 50
TABLES = (
    "clients_note",
    "clients_statuschange",
    "clients_managementevent",
    "scheduling_task",
    "scheduling_appointment",
)
# Events of one client, one every four hours back from now; his share of each kind is a column.
FILL = """
INSERT INTO clients_note (firm_id, client_id, company_id, at, title, text, version, created_at, updated_at)
SELECT %(firm)s, %(client)s, %(company)s, now() - n * interval '4 hours', 'bench', repeat('word ', 60), 1, now(), now()
FROM generate_series(1, %(events)s * 30 / 100) n;
INSERT INTO scheduling_task (firm_id, client_id, company_id, kind, subject, notes, at, whole_day, assignee_id, state,
                             done_at, version, created_at, updated_at)
SELECT %(firm)s, %(client)s, %(company)s, CASE n %% 2 WHEN 0 THEN 'task' ELSE 'call' END, 'bench', 'said',
       now() - n * interval '4 hours 3 minutes', false, %(member)s, 'done', now(), 1, now(), now()
FROM generate_series(1, %(events)s * 40 / 100) n;
INSERT INTO scheduling_appointment (firm_id, client_id, company_id, type_id, starts_at, ends_at, place, notes, state,
                                    counts, origin, external_source, external_id, created_at, updated_at, version)
SELECT %(firm)s, %(client)s, %(company)s, %(type)s, at, at + interval '1 hour', '', '', 'held', false, 'import',
       'bench', %(client)s || ':' || n, now(), now(), 1
FROM generate_series(1, %(events)s * 20 / 100) n, LATERAL (SELECT now() - n * interval '9 hours' AS at) AS moment;
INSERT INTO clients_managementevent (firm_id, client_id, company_id, kind, "on", at, number, amount, description,
                                     external_source, external_id, created_at, updated_at)
SELECT %(firm)s, %(client)s, %(company)s, 'commission', at::date, at, n::text, 12345, '', 'bench',
       %(client)s || ':' || n, now(), now()
FROM generate_series(1, %(events)s * 5 / 100) n, LATERAL (SELECT now() - n * interval '31 hours' AS at) AS moment;
INSERT INTO clients_statuschange (firm_id, client_id, company_id, at, cause)
SELECT %(firm)s, %(client)s, %(company)s, now() - n * interval '29 hours', 'api'
FROM generate_series(1, %(events)s * 5 / 100) n
"""
# What other clients have, so that an index has something to leave aside.
OTHERS = """
INSERT INTO clients_note (firm_id, client_id, at, title, text, version, created_at, updated_at)
SELECT %(firm)s, id, now() - id %% 1000 * interval '1 day', 'bench', 'text', 1, now(), now()
FROM clients_client WHERE firm_id = %(firm)s
"""
EMPTY = """
DELETE FROM clients_note WHERE firm_id = %(firm)s AND title = 'bench';
DELETE FROM scheduling_task WHERE firm_id = %(firm)s AND subject = 'bench';
DELETE FROM scheduling_appointment WHERE firm_id = %(firm)s AND external_source = 'bench';
DELETE FROM clients_managementevent WHERE firm_id = %(firm)s AND external_source = 'bench';
DELETE FROM clients_statuschange WHERE firm_id = %(firm)s AND from_status_id IS NULL AND to_status_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Lines:
    """Whose lines are measured."""

    person: Client
    company: Client


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Time lines")
    with visitor(bench.firms()[0]) as caller, _filled(bench, caller) as lines:
        empty, me = caller.page_times("bench/"), caller.api_times("me/")
        for name, client in (("person", lines.person), ("company", lines.company)):
            yield _page(caller, client, name, empty)
            yield _rest(caller, client, name, me)
        yield _statement(bench, caller, lines.person)


def _page(caller: Visitor, client: Client, name: str, empty: Times) -> Row:
    times = caller.page_times(f"clients/{client.pk}/timeline/")
    return Row(
        name=f"page-timeline-{name}",
        what=f"Page: time line of a {name} with {EVENTS:,} events",
        ours=str(times),
        other=f"empty page {empty}",
        ratio=times.cpu / empty.cpu,
    )


def _rest(caller: Visitor, client: Client, name: str, me: Times) -> Row:
    times = caller.api_times(f"clients/{client.pk}/timeline/?page_size={SIZE}")
    return Row(
        name=f"rest-timeline-{name}",
        what=f"REST: {SIZE} events of a {name} with {EVENTS:,}",
        ours=str(times),
        other=f"GET me/ {me}",
        ratio=times.cpu / me.cpu,
        note="(Hint: p95 ≤ 14 ms.)",
    )


def _statement(bench: Bench, caller: Visitor, client: Client) -> Row:
    """The whole reading, merged and told in words, against the bare merge by hand."""
    ours: list[Cost] = []
    with use_firm(caller.firm):
        for _ in range(TIMES):
            with metered([clock.own_backend()]) as cost:
                found = events(client, Wish(now=timezone.now(), size=SIZE), by=caller.member).items
            ours.append(cost)
    floor: list[Cost] = []
    for _ in range(TIMES):
        with metered([clock.backend_of(bench.admin)]) as cost:
            wanted = floors.run(bench.admin, "timeline_page", {"firm": caller.firm.pk, "client": client.pk})
        floor.append(cost)
    mine, other = middle(ours), middle(floor)
    return Row(
        name="timeline-statement",
        what=f"Reading {SIZE} of {EVENTS:,} events of six kinds, told in words (against the bare merge)",
        ours=f"{mine.database * 1000:.1f} ms of the database, {mine.python * 1000:.1f} ms of Python",
        other=f"merge by hand {other.database * 1000:.1f} ms of the database",
        ratio=mine.database / other.database,
        same_rows=[(event.kind, event.id) for event in found] == [tuple(row) for row in wanted],
    )


@contextmanager
def _filled(bench: Bench, caller: Visitor) -> Iterator[Lines]:
    """The events are there for the block only: the data sets of the bench are kept from run to run."""
    with use_firm(caller.firm):
        clients = list(Client.objects.order_by("pk")[: PEOPLE + 2])
        own_kind = clients[1].kind
        Client.objects.filter(pk=clients[1].pk).update(kind="company")
        clients[1].kind = "company"
        kind = appointment_types()[0].pk
    person, company, *people = clients
    given: dict[str, object] = {"firm": caller.firm.pk, "member": caller.member.pk, "type": kind}
    try:
        bench.execute(OTHERS, given)
        bench.execute(FILL, {**given, "client": person.pk, "company": None, "events": EVENTS})
        bench.execute(FILL, {**given, "client": company.pk, "company": None, "events": EVENTS // 5})
        for client in people:
            share = {"client": client.pk, "company": company.pk, "events": EVENTS * 4 // 5 // len(people)}
            bench.execute(FILL, {**given, **share})
        bench.tidy(*TABLES)
        yield Lines(person, company)
    finally:
        bench.execute(EMPTY, {"firm": caller.firm.pk})
        with use_firm(caller.firm):
            Client.objects.filter(pk=company.pk).update(kind=own_kind)
