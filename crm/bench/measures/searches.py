"""The search of the whole product, in the largest firm: what the palette asks at each key."""

from __future__ import annotations

from collections.abc import Iterator

from clients.models import Client
from crm.bench.context import Bench
from crm.bench.measures.visits import Times, Visitor, visitor
from crm.bench.rows import Row
from tenants.binding import use_firm


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Search")
    bench.tidy("clients_client", "clients_clientword", "clients_email", "clients_phone", "clients_note")
    with visitor(bench.firms()[0]) as caller:
        empty = caller.page_times("bench/")
        for name, what, text in _asked(caller):
            yield _row(caller, name, what, text, empty)


def _asked(caller: Visitor) -> Iterator[tuple[str, str, str]]:
    with use_firm(caller.firm):
        client = Client.objects.filter(state="active").order_by("pk")[0]
    last, first = client.last_name, client.first_name
    yield "name", "a whole name", f"{last} {first}"
    yield "start", "three letters that many names begin with", last[:3]
    # Two letters changed places: nothing is found as it is written, and slips are forgiven.
    yield "slip", "a name with a slip", f"{last[0]}{last[2]}{last[1]}{last[3:]} {first}"
    yield "nothing", "what nobody is called", "qwxyzt"


def _row(caller: Visitor, name: str, what: str, text: str, empty: Times) -> Row:
    took = caller.page_times(f"palette/?q={text}")
    return Row(
        name=f"search-{name}",
        what=f"Search in the palette: {what}",
        ours=str(took),
        other=f"empty page {empty}",
        ratio=took.cpu / empty.cpu,
        note="(Hint: p95 ≤ 20 ms, 38 ms at four at once, as the name search of the list.)",
    )
