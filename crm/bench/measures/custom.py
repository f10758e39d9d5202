"""A filter on one user field beside the same filter on a built-in column, in the largest firm.

Counted as the product counts: of the clients whom a member may see, without those who were merged or erased.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from clients.catalogue import fields, where
from clients.filters.parsing import parse
from clients.models import Client, Email
from clients.queries import visible_clients
from crm.bench import clock, floors
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.rows import Row
from tenants.binding import bound_firm, local_today, use_firm
from tenants.enums import Role
from tenants.models import Membership

TIMES = 21


@dataclass(frozen=True, slots=True)
class Pair:
    """The same values twice: in a user field, and in a column."""

    name: str
    what: str
    custom: str
    built_in: str
    operator: str
    value: str
    note: str = ""


PAIRS = (
    Pair("custom-date", "a date that half of them have, against the profile's", "custom.bench_date", "birth_date",
         "lt", "1970-01-01"),
    Pair("custom-date-few", "a date that few have, against the profile's", "custom.bench_date", "birth_date",
         "lt", "1942-01-01"),
    Pair("custom-amount", "an amount that many have, against RFA, which has an index of the narrow row",
         "custom.bench_money", "aum", "gte", "100000"),
    Pair("custom-amount-few", "an amount that few have, against RFA, which stands in the narrow row itself, with its"
         " index", "custom.bench_money", "aum", "gte", "2000000",
         "What differs is planning: one table on one side, two on the other."),
)  # fmt: skip
# The same search in a built-in column that has a table of its own, as every user field has.
ADDRESS = Pair("custom-text-few", "a text that one has, against the e-mail address, built in, in a table of its own"
               " with its index", "custom.bench_text", "email", "eq", "")  # fmt: skip


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Filters on user fields")
    firm_id = bench.firms()[0]
    floors.run(bench.admin, "custom_values", {"firm": firm_id})
    bench.tidy("clients_customvalue", "clients_customfield", "clients_client", "clients_profile")
    with use_firm(firm_id):
        seen = visible_clients(Membership.objects.filter(role=Role.ADMIN).earliest("pk"))
        [address] = Email.objects.order_by("client_id").values_list("address", flat=True)[:1]
        for pair in (*PAIRS, replace(ADDRESS, value=address)):
            yield _compared(pair, seen)


def _compared(pair: Pair, seen: QuerySet[Client]) -> Row:
    """Turn by turn, so that other work on the machine meets both."""
    ours: list[Cost] = []
    other: list[Cost] = []
    found: dict[str, set[int]] = {}
    for _ in range(TIMES):
        for name, costs in ((pair.custom, ours), (pair.built_in, other)):
            with metered([clock.own_backend()]) as cost:
                _selected(name, pair, seen).count()
            costs.append(cost)
    for name in (pair.custom, pair.built_in):
        found[name] = set(_selected(name, pair, seen).values_list("pk", flat=True))
    mine, theirs = middle(ours), middle(other)
    return Row(
        name=pair.name,
        what=f"Count of a filter on a user field: {pair.what}",
        ours=f"{mine.database * 1000:.1f} ms of the database",
        other=f"column {theirs.database * 1000:.1f} ms",
        ratio=mine.database / theirs.database,
        at_most=1.5,
        only_at_scale=False,
        same_rows=found[pair.custom] == found[pair.built_in],
        note=f"({len(found[pair.custom]):,} of {seen.count():,} clients match.{' ' + pair.note if pair.note else ''})",
    )


def _selected(name: str, pair: Pair, seen: QuerySet[Client]) -> QuerySet[Client]:
    document = {"field": name, "op": pair.operator, "value": pair.value}
    expression = parse(document, fields())
    return seen.filter(where(expression, today=local_today(bound_firm())))
