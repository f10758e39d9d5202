"""The filter language in the largest firm, against a bare count over the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from clients.catalogue import fields, where
from clients.enums import ListName
from clients.filters.parsing import parse
from clients.models import Client, Status
from clients.queries import list_entries, present_clients
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.rows import Row
from tenants.binding import bound_firm, local_today, use_firm

TIMES = 15


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("A nested filter")
    firm_id = bench.firms()[0]
    with use_firm(firm_id):
        status = Status.objects.order_by("position")[0].pk
        risks = bold_profiles()
        costs, found = _product(document(status, risks), Client.objects.all())
    floor, wanted = _floor(bench, "filter_count", {"firm": firm_id, "status": status, "risks": risks})
    ours, other = middle(costs), middle(floor)
    yield Row(
        name="filter-count",
        what="Count of a nested filter of five conditions over two tables, in the largest firm",
        ours=f"{ours.database * 1000:.1f} ms of the database",
        other=f"bare count {other.database * 1000:.1f} ms",
        ratio=ours.database / other.database,
        at_most=1.5,
        same_rows=found == wanted,
        note=f"({found:,} clients match.)",
    )
    yield _household(bench, firm_id)


def _household(bench: Bench, firm_id: int) -> Row:
    """A sum over other clients: of everybody who is in the household of the one who is looked at."""
    floors.run(bench.admin, "households", {"firm": firm_id})
    bench.tidy("clients_household", "clients_profile")
    with use_firm(firm_id):
        costs, found = _product({"field": "household.aum", "op": "gte", "value": "1000000"}, present_clients())
    floor, wanted = _floor(bench, "household_total", {"firm": firm_id})
    ours, other = middle(costs), middle(floor)
    return Row(
        name="filter-household",
        what="Count of a filter on the RFA of the household, in the largest firm, two fifths of it in households",
        ours=f"{ours.database * 1000:.1f} ms of the database",
        other=f"summed by hand {other.database * 1000:.1f} ms",
        ratio=ours.database / other.database,
        at_most=1.5,
        same_rows=found == wanted,
        note=f"({found:,} clients match.)",
    )


def bold_profiles() -> list[int]:
    """The entries that the filters of the benchmark ask for."""
    entries = list_entries(ListName.RISK_PROFILE).filter(code__in=["dynamic", "aggressive"])
    return list(entries.values_list("pk", flat=True))


def document(status: int, risks: list[int]) -> dict[str, Any]:
    return {
        "all": [
            {"field": "aum", "op": "gte", "value": "50000"},
            {
                "any": [
                    {"field": "risk_profile", "op": "in", "value": risks},
                    {"field": "marketing_consent", "op": "eq", "value": True},
                ]
            },
            {"not": {"field": "status", "op": "eq", "value": status}},
            {"field": "birth_date", "op": "lt", "value": "1980-01-01"},
        ]
    }


def _product(filter_document: dict[str, Any], clients: QuerySet[Client]) -> tuple[list[Cost], int]:
    costs, found = [], 0
    for _ in range(TIMES):
        with metered([clock.own_backend()]) as cost:
            expression = parse(filter_document, fields())
            found = clients.filter(where(expression, today=local_today(bound_firm()))).count()
        costs.append(cost)
    return costs, found


def _floor(bench: Bench, name: str, given: dict[str, Any]) -> tuple[list[Cost], int]:
    costs, found = [], 0
    with bench.admin.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    for _ in range(TIMES):
        with metered([clock.backend_of(bench.admin)]) as cost:
            [(found,)] = floors.run(bench.admin, name, given)
        costs.append(cost)
    return costs, found
