"""Pages and REST in the largest firm, against the empty page of the same base template and ``GET me/``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from clients.models import Client
from crm.bench import clock, floors
from crm.bench.clock import metered, middle
from crm.bench.context import Bench
from crm.bench.measures.visits import Statements, Visitor, sequential_scans, visitor
from crm.bench.rows import Row
from scheduling import queries
from scheduling.planning import recompute_clients
from tenants.binding import use_firm

BOOKED = 100
RECOMPUTED = 50


def rows(bench: Bench) -> Iterator[Row]:
    firm_id = bench.firms()[0]
    bench.tidy("clients_client", "clients_profile", "scheduling_appointment", "scheduling_clientplan")
    with visitor(firm_id) as caller:
        paths = paths_of(caller)
        bench.announce("Pages")
        yield from _pages(caller, paths)
        bench.announce("REST")
        yield from _rest(bench, caller, paths)
        yield _scans(caller, paths)
        bench.announce("Appointments")
        yield _booking(caller)
    yield _recompute(firm_id)


def paths_of(caller: Visitor) -> dict[str, str]:
    """Three filters that leave a few thousand, a name that a few hundred have, and a client with a history."""
    with use_firm(caller.firm):
        busiest = Client.objects.values("advisor").annotate(n=Count("pk")).order_by("-n")[0]["advisor"]
        status = Client.objects.values("status").annotate(n=Count("pk")).order_by("-n")[0]["status"]
        client = Client.objects.filter(state="active", appointments__state="held").order_by("pk")[0]
    rich = json.dumps({"field": "aum", "op": "gte", "value": "100000"})
    return {
        "three filters": f"clients/?advisor={busiest}&status={status}&aum_min=100000&ordering=-aum",
        "three filters by REST": f"clients/?advisor={busiest}&status={status}&filter={rich}&ordering=-aum&page_size=50",
        "search": f"clients/?status={status}&q={client.last_name[:4]}",
        "search by REST": f"clients/?status={status}&search={client.last_name[:4]}",
        "client": f"clients/{client.pk}/",
    }


def _pages(caller: Visitor, paths: dict[str, str]) -> Iterator[Row]:
    empty = caller.page_times("bench/")
    for name, what, hint in (
        ("three filters", "Client list with three filters", "≤ 60 ms p50, ≤ 120 ms p95"),
        ("search", "Client list with a filter and a search by name", ""),
        ("client", "Client with his history", ""),
    ):
        took = caller.page_times(paths[name])
        yield Row(
            name=f"page-{name}".replace(" ", "-"),
            what=f"Page: {what}",
            ours=str(took),
            other=f"empty page {empty}",
            ratio=took.cpu / empty.cpu,
            note=f"(Hint: {hint}.)" if hint else "",
        )


def _rest(bench: Bench, caller: Visitor, paths: dict[str, str]) -> Iterator[Row]:
    empty = caller.api_times("me/")
    for name, what, hint in (
        ("three filters by REST", "50 clients with three filters", 12),
        ("search by REST", "clients with a filter and a search by name", 20),
        ("client", "one client", 14),
    ):
        took = caller.api_times(paths[name])
        yield Row(
            name=f"rest-{name}".removesuffix(" by REST").replace(" ", "-"),
            what=f"REST: {what}",
            ours=str(took),
            other=f"GET me/ {empty}",
            ratio=took.cpu / empty.cpu,
            same_rows=_same_page(bench, caller, paths[name]) if name == "three filters by REST" else None,
            note=f"(Hint: p95 ≤ {hint} ms.)",
        )


def _same_page(bench: Bench, caller: Visitor, path: str) -> bool:
    """Whether the page holds the clients that the floor's statement gives, in its order."""
    given = dict(
        part.split("=") for part in path.partition("?")[2].split("&") if part.startswith(("advisor", "status"))
    )
    wanted = floors.run(bench.admin, "list_page", {"firm": caller.firm.pk, **{k: int(v) for k, v in given.items()}})
    found = caller.api.get(f"/api/v1/{path}").json()["results"]
    return [client["id"] for client in found] == [pk for (pk,) in wanted]


def _scans(caller: Visitor, paths: dict[str, str]) -> Row:
    seen = Statements()
    with connection.execute_wrapper(seen):
        for name, path in paths.items():
            if "by REST" not in name:
                caller.page.get(f"/f/{caller.firm.slug}/{path}")
            if "by REST" in name or name == "client":
                caller.api.get(f"/api/v1/{path}")
        caller.page.get(f"/f/{caller.firm.slug}/")
    scanned = sequential_scans(seen.seen, caller.firm.pk)
    return Row(
        name="sequential-scans",
        what="Sequential scans of client or appointment in the hot queries of the largest firm",
        ours=f"{len(scanned)} in {len(seen.seen)} statements",
        other="none",
        ratio=len(scanned),
        at_most=0,
        note=", ".join(sorted(set(scanned))),
    )


def _booking(caller: Visitor) -> Row:
    """Appointments by REST: rights, audit, plan and reminders of the client in the same transaction."""
    with use_firm(caller.firm):
        clients = list(Client.objects.filter(state="active").order_by("pk").values_list("pk", flat=True)[:BOOKED])
        kind = queries.default_meeting_type()
    begins = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=200)
    body: dict[str, Any] = {"type": kind and kind.pk, "starts_at": begins.isoformat()}
    body["ends_at"] = (begins + timedelta(hours=1)).isoformat()
    began = perf_counter()
    with metered([clock.own_backend()]) as cost:
        for client in clients:
            answer = caller.api.post("/api/v1/appointments/", {"client": client, **body}, format="json")
            if answer.status_code != 201:
                raise RuntimeError(f"an appointment was refused: {answer.content!r}")
    elapsed = perf_counter() - began
    goal = 5 * 23.5
    return Row(
        name="create-appointment",
        what="Create an appointment by REST, with rights, audit and plan",
        ours=f"{len(clients) / elapsed:.0f} a second ({cost.cpu / len(clients) * 1000:.1f} ms of processor each)",
        other="5 × EspoCRM's 23.5 a second",
        ratio=len(clients) / elapsed / goal,
        at_least=1,
        not_shown="EspoCRM is not here: its figure is from another machine",
    )


def _recompute(firm_id: int) -> Row:
    """The plan and reminders of one client after his appointment changed; undone."""
    costs = []
    with use_firm(firm_id):
        clients = list(Client.objects.filter(state="active").order_by("pk").values_list("pk", flat=True)[:RECOMPUTED])
        for client in clients:
            with metered([clock.own_backend()]) as cost:
                recompute_clients([client], at=timezone.now())
            costs.append(cost)
        counted = _Counted()
        with connection.execute_wrapper(counted):
            recompute_clients(clients[:1], at=timezone.now())
        transaction.set_rollback(True)
    usual = middle(costs)
    half, most = clock.percentiles(cost.wall * 1000 for cost in costs)
    cpu = usual.cpu * 1000
    return Row(
        name="one-client",
        what="Recompute one client in the largest firm (against ten statements)",
        ours=f"{counted.number} statements, p50 {half:.1f} ms, p95 {most:.1f} ms ({cpu:.1f} ms of processor)",
        other="10 statements, 20 ms",
        ratio=counted.number / 10,
        at_most=1,
        only_at_scale=False,
    )


class _Counted:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)
