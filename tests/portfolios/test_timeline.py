"""Sales on the time line of a client and of his company (STY-21 … STY-26)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from clients.services import NoteContent, create_note, update_client
from clients.timeline.reading import When, Wish, events
from portfolios import services
from portfolios.models import Sale, Typology
from portfolios.sale_files.kind import SALES
from portfolios.services import SaleDetails
from tenants.models import Firm, Membership
from tests.clients.builders import new_client, new_company

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def inside(bound: Firm) -> Firm:
    return bound


@pytest.fixture
def rossi() -> Client:
    return new_client("Rossi")


def sell(client: Client, day: date, amount: str = "100", *, position: int = 1, **details: Any) -> Sale:
    typology = Typology.objects.get(position=position)
    line = SaleDetails(client=client, typology=typology, date=day, amount=Decimal(amount), **details)
    return services.enter_sale(line, by=None, at=AT)


def told(client: Client, by: Membership, **wish: Any) -> list[tuple[str, Any]]:
    found = events(client, Wish(**{"now": AT, **wish}), by=by).items
    return [(event.kind, event.amount if event.kind == "sale" else event.text) for event in found]


def test_a_sale_stands_at_the_beginning_of_its_day_among_other_events(rossi: Client, ada: Membership) -> None:
    """The firm's day: a note of half past midnight in Rome comes after a sale of that day."""
    sold = sell(rossi, date(2026, 11, 12), "12500", description="Fondo")
    for text, at in (
        ("before", datetime(2026, 11, 11, 22, 59, tzinfo=UTC)),
        ("after", datetime(2026, 11, 11, 23, 30, tzinfo=UTC)),
    ):
        create_note(rossi, NoteContent(text=text), by=ada, at=at)

    assert told(rossi, ada) == [("note", "after"), ("sale", Decimal(12500)), ("note", "before")]
    [event] = events(rossi, Wish(now=AT, kinds=["sale"]), by=ada).items
    assert (event.whole_day, event.text, event.at.utcoffset()) == (True, "Fondo", timedelta(hours=1))
    services.reverse_sale(sold, reason="Recesso", by=ada, at=AT)
    [event] = events(rossi, Wish(now=AT, kinds=["sale"]), by=ada).items
    assert (event.state, event.amount) == ("reversed", Decimal(12500)), "nothing leaves a time line"
    assert "Recesso" in event.text


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_lose_no_sale_and_show_none_twice(size: int, rossi: Client, ada: Membership) -> None:
    """Several on one day, and notes at that very moment."""
    for place in range(9):
        sell(rossi, date(2026, 11, 10) + timedelta(days=place // 3), str(place + 1))
        midnight = datetime(2026, 11, 9, 23, tzinfo=UTC) + timedelta(days=place // 2)
        create_note(rossi, NoteContent(text=str(place)), by=ada, at=midnight)
    whole = told(rossi, ada, size=100)
    assert len(whole) == 18
    page = events(rossi, Wish(now=AT, size=size), by=ada)
    pages = [page]
    while page.next:
        page = events(rossi, Wish(now=AT, size=size, cursor=page.next), by=ada)
        pages.append(page)
    back = [page]
    while page.previous:
        page = events(rossi, Wish(now=AT, size=size, cursor=page.previous), by=ada)
        back.insert(0, page)
    identities = [[(event.kind, event.id) for each in walked for event in each.items] for walked in (pages, back)]
    assert identities[0] == identities[1]
    assert len(set(identities[0])) == len(identities[0]) == 18
    assert events(rossi, Wish(now=AT, when=When.FUTURE), by=ada).items == []


def test_a_sale_stays_with_the_company_of_its_time(ada: Membership) -> None:
    first, second = new_company("Alfa S.r.l."), new_company("Beta S.r.l.")
    rossi = new_client("Rossi", company=first, external_id="C1")
    sell(rossi, date(2026, 11, 1), "1")
    SALES.import_file(
        BytesIO(b"client,date,amount\nC1,2026-11-02,2\n"), name="v.csv", mapping=None, dry_run=False, by=None, at=AT
    )
    update_client(rossi, {"company": second}, version=None, by=None, at=AT)
    sell(rossi, date(2026, 11, 3), "3")

    assert told(rossi, ada) == [("sale", Decimal(3)), ("sale", Decimal(2)), ("sale", Decimal(1))]
    assert told(first, ada) == [("sale", Decimal(2)), ("sale", Decimal(1))]
    assert told(second, ada) == [("sale", Decimal(3))]


def test_sales_of_a_typology_that_is_not_in_use_are_hidden_and_come_back(rossi: Client, ada: Membership) -> None:
    sell(rossi, date(2026, 11, 1), position=2)
    second = Typology.objects.get(position=2)
    services.deactivate_typology(second, by=ada, at=AT)
    hidden = told(rossi, ada)
    services.activate_typology(Typology.objects.get(position=2), by=ada, at=AT)
    assert (hidden, told(rossi, ada)) == ([], [("sale", Decimal(100))])


def test_many_sales_cost_as_many_statements_as_one(rossi: Client, ada: Membership) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            events(rossi, Wish(now=AT), by=ada)
        return len(captured)

    sell(rossi, date(2026, 11, 1))
    statements()
    one = statements()
    for day in range(1, 15):
        sell(rossi, date(2026, 10, day))
    assert statements() == one


def test_the_ledger_of_a_client_is_walked_along_its_index(rossi: Client, ada: Membership) -> None:
    """However many sales he has, a page reads only what it shows."""
    first = Typology.objects.get(position=1)
    Sale.objects.bulk_create(
        Sale(client=rossi, typology=first, date=date(2020, 1, 1) + timedelta(days=n), amount=1) for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE portfolios_sale")
    rows = Sale.objects.filter(client=rossi, date__lte=date(2026, 1, 1), typology__active=True)
    assert "portfolios_sale_by_client" in rows.order_by("-date", "-pk")[:50].explain()


def test_the_api_tells_of_them_too(rossi: Client, firm: Firm, ada: Membership, api: Callable[..., Any]) -> None:
    sell(rossi, date(2026, 11, 1), "12.50")
    [event] = api(ada).get(f"/api/v1/clients/{rossi.pk}/timeline/?kind=sale").json()["results"]
    assert (event["kind"], event["amount"], event["whole_day"]) == ("sale", "12.50", True)
