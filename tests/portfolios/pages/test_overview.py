"""Heat map, totals and drift: what they count, where they lead, what they export."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from clients.models import Client
from clients.services import create_client
from portfolios import scoring
from portfolios.drift import drift
from portfolios.enums import Measure
from portfolios.models import LevelChange, Portfolio, Sale, Typology
from portfolios.services import create_portfolio, set_link
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.portfolios.ledger import sale
from tests.portfolios.test_services import AT

Browse = Callable[[Membership], Browser]


@pytest.fixture
def gold(firm: Firm, ada: Membership, alice: Membership) -> Portfolio:
    """Three clients of Alice's in a portfolio of the second typology, one of Ada's in none."""
    with use_firm(firm):
        second, today = Typology.objects.get(position=2), local_today(firm)
        made = create_portfolio(second, by=ada, name="Gold", colour="amber")
        for place, days in enumerate([1, 1, 200]):
            client = create_client({"last_name": f"Rossi{place}", "advisor": alice}, by=alice, at=AT)
            set_link(client, second, {"portfolio": made}, by=ada, at=AT)
            Sale.objects.bulk_create([sale(client.pk, second, today - timedelta(days=days), Decimal(1_000))])
        create_client({"last_name": "Bianchi", "advisor": ada}, by=ada, at=AT)
        Typology.objects.filter(pk=second.pk).update(is_automatic=True)
        second.is_automatic = True
        scoring.score(second, today=today)
    return made


def test_a_portfolios_heat_map_counts_its_clients_and_each_number_leads_to_them(
    browse: Browse, firm: Firm, ada: Membership, gold: Portfolio
) -> None:
    browser = browse(ada)
    heat = browser.get(page(ada, f"portfolios/{gold.pk}/")).context["heat"]
    assert (heat.clients, heat.monetary) == (3, Decimal(3_000))
    cells = {(cell.recency, cell.frequency): cell for row in heat.rows for cell in row.cells if cell.clients}
    assert {place: (cell.clients, cell.monetary) for place, cell in cells.items()} == {
        (5, 2): (2, Decimal(2_000)),
        (2, 2): (1, Decimal(1_000)),
    }
    listed = browser.get(page(ada, f"clients/?filter={quote(cells[5, 2].filter)}"))
    assert [row.client.last_name for row in listed.context["listing"].rows] == ["Rossi0", "Rossi1"]


def test_the_overview_totals_the_portfolios_and_whoever_is_in_none(
    browse: Browse, ada: Membership, alice: Membership, gold: Portfolio
) -> None:
    rows = browse(ada).get(page(ada, "portfolios/types/2/")).context["dividers"]
    assert [(row.portfolio, row.clients, row.monetary) for row in rows] == [
        (gold, 3, Decimal(3_000)),
        (None, 1, Decimal(0)),
    ]
    seen = browse(alice).get(page(alice, "portfolios/types/2/")).context
    assert seen["heat"].clients == 3, "an advisor sees the figures of his own clients"
    assert browse(ada).get(page(ada, "portfolios/types/3/")).status_code == 404, "not active, hence hidden"
    assert browse(ada).get(page(ada, "portfolios/")).context["typology"].position == 1


def test_levels_by_month_follow_the_history(firm: Firm, ada: Membership, gold: Portfolio) -> None:
    with use_firm(firm):
        second, today = Typology.objects.get(position=2), local_today(firm)
        first = Client.objects.get(last_name="Rossi0")
        earlier = {"frequency_level": 1, "monetary_level": 1, "recency_level": 3}
        LevelChange.objects.create(client=first, position=2, on=today - timedelta(days=100), **earlier)
        ends = drift(ada, second, Measure.RECENCY, today=today)
        assert ends[-1].counts == [0, 1, 0, 0, 2]
        before = [end.counts for end in ends[:-1]]
        assert before
        assert all(counts == [0, 0, 1, 0, 0] for counts in before if sum(counts) == 1)
        client_ids = list(Client.objects.values_list("pk", flat=True))
        Client.objects.filter(pk__in=client_ids, last_name="Rossi0").update(state="archived")
        assert drift(ada, second, Measure.RECENCY, today=today)[-1].counts == [0, 1, 0, 0, 1]


def test_a_portfolios_drift_is_that_of_its_clients(
    browse: Browse, api: Callable[..., Any], firm: Firm, ada: Membership, gold: Portfolio
) -> None:
    with use_firm(firm):
        second, today = gold.typology, local_today(firm)
        outside = Client.objects.get(last_name="Bianchi")
        Sale.objects.bulk_create([sale(outside.pk, second, today, Decimal(9))])
        scoring.score(second, today=today)
        whole = drift(ada, second, Measure.RECENCY, today=today)[-1].counts
        own = drift(ada, second, Measure.RECENCY, today=today, portfolio=gold)[-1].counts
        first = Portfolio.objects.get(is_default=True)
        Typology.objects.filter(position=1).update(is_automatic=True)
        scoring.score(Typology.objects.get(position=1), today=today)
        assert drift(ada, first.typology, Measure.FREQUENCY, today=today, portfolio=first)[-1].clients == 4
    assert (whole, own) == ([0, 1, 0, 0, 3], [0, 1, 0, 0, 2])
    shown = browse(ada).get(page(ada, f"portfolios/{gold.pk}/?measure=recency")).context["ends"]
    told = api(ada).get(f"/api/v1/portfolios/{gold.pk}/drift/?measure=recency").json()
    assert shown[-1].counts == told[-1]["counts"] == own


def test_everything_is_exported(browse: Browse, ada: Membership, gold: Portfolio) -> None:
    def table(path: str) -> list[list[object]]:
        answer = browse(ada).get(page(ada, path))
        return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()[1:]

    assert [row for row in table(f"portfolios/{gold.pk}/export/?format=xlsx") if row[2]] == [
        [5, 2, 2, 2000],
        [2, 2, 1, 1000],
    ]
    assert table("portfolios/types/2/export/?part=portfolios&format=xlsx")[0] == ["Gold", 3, 3, 3000]
    assert table("portfolios/types/2/export/?part=drift&format=xlsx")[-1][1:] == [0, 1, 0, 0, 2]
    assert table(f"portfolios/{gold.pk}/export/?part=drift&format=xlsx")[-1][1:] == [0, 1, 0, 0, 2]


def test_an_overview_costs_the_same_however_many_clients(browse: Browse, firm: Firm, ada: Membership) -> None:
    browser = browse(ada)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page(ada, "portfolios/")).status_code == 200
        return len(captured)

    statements()
    few = statements()
    with use_firm(firm):
        for place in range(8):
            create_client({"last_name": f"Verdi{place}"}, by=ada, at=AT)
            create_portfolio(Typology.objects.get(position=1), by=ada, name=f"P{place}")
    assert statements() == few
