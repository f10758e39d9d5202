"""Portfolios in a browser: a third typology, its thresholds, a file of sales, the levels, a group of those who dropped;
and a portfolio that is handed over and comes back. By mouse on a desk, by keys on a telephone.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from clients.services import create_client
from crm.celery import app
from crm.nightly import run_now
from portfolios import services
from portfolios.models import Link, Portfolio, Typology
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# How long ago each bought, as the file says; C4 never.
BOUGHT = {"C1": [2, 150], "C2": [104], "C3": [290], "C4": []}


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    """A worker that is never late; real ones stand in tests/faults."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def people(firm: Firm, ada: Membership) -> dict[str, Client]:
    at = timezone.now() - timedelta(days=400)
    with use_firm(firm):
        return {key: create_client({"last_name": f"Rossi {key}", "external_id": key}, by=ada, at=at) for key in BOUGHT}


@pytest.fixture
def file(firm: Firm, tmp_path: Path) -> Path:
    today = local_today(firm)
    lines = [
        f"{key};{today - timedelta(days=days):%d/%m/%Y};1.250,00;Linea C" for key in BOUGHT for days in BOUGHT[key]
    ]
    path = tmp_path / "vendite.csv"
    path.write_text("\n".join(["Codice cliente;Data operazione;Controvalore;Tipologia", *lines, ""]))
    return path


class Hand:
    """Does what it is told by mouse or by keys."""

    def __init__(self, page: Page, *, keys: bool) -> None:
        self.page, self.keys = page, keys

    def press(self, button: Locator) -> None:
        expect(button).to_be_visible()
        if self.keys:
            button.press("Enter")
        else:
            button.click()

    def choose(self, place: int, typed: str) -> None:
        """The field of a condition, by a part of its name."""
        self.press(self.page.locator(".pick-button").nth(place))
        box = self.page.locator(".pick-panel:popover-open input")
        box.fill(typed)
        box.press("Enter")
        expect(self.page.locator(f"[name='op.0.{place}']")).to_be_visible()

    def ask(self, place: int, field: str, operator: str, value: str) -> None:
        self.choose(place, field)
        # Choosing asks the server; what it answers stands there before anything is typed.
        if self.page.locator(f"[name='op.0.{place}']").input_value() != operator:
            self.page.locator(f"[name='op.0.{place}']").select_option(operator)
            expect(self.page.locator(f"[name='op.0.{place}'] option[value={operator}][selected]")).to_be_attached()
        self.page.locator(f"[name='value.0.{place}']").fill(value)


def once_in_use(firm: Firm, ada: Membership, client: Client) -> Typology:
    """The third typology, switched off since: what was sold in it returns with it (GAT-21)."""
    with use_firm(firm):
        third, at = Typology.objects.get(position=3), timezone.now()
        services.edit_typology(third, {"name": "Linea C"}, by=ada, at=at)
        third = services.activate_typology(third, by=ada, at=at)
        day = local_today(firm) - timedelta(days=300)
        sold = services.SaleDetails(client=client, typology=third, date=day, amount=Decimal(500))
        services.enter_sale(sold, by=ada, at=at)
        return services.deactivate_typology(third, by=ada, at=at)


def fits(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.parametrize(("width", "keys"), [(1440, False), (390, True)])
def test_from_a_third_typology_to_a_group_of_those_who_dropped(  # noqa: PLR0915 - one way, step by step
    screen: Page,
    live_server: LiveServer,
    firm: Firm,
    ada: Membership,
    people: dict[str, Client],
    file: Path,
    width: int,
    keys: bool,
) -> None:
    hand, base = Hand(screen, keys=keys), live_server.url
    screen.set_viewport_size({"width": width, "height": 900})
    third = once_in_use(firm, ada, people["C3"])

    screen.goto(base + address(ada, "settings/portfolio-types/"))
    hand.press(screen.get_by_role("button", name="Attiva Linea C", exact=True))
    expect(screen.locator("[data-toast]")).to_be_visible()

    screen.goto(base + address(ada, f"settings/portfolio-types/{third.pk}/levels/"))
    slider = screen.locator("cz-levels[data-measure=recency]").get_by_role("slider").first
    slider.focus()
    before = screen.locator("#id_recency_1").input_value()
    slider.press("ArrowLeft")
    expect(screen.locator("#id_recency_1")).not_to_have_value(before)
    screen.locator("#id_recency_1").fill("20")
    assert fits(screen, width)
    hand.press(screen.get_by_role("button", name="Salva", exact=True))
    expect(screen.locator("[data-toast]")).to_be_visible()
    screen.reload()
    expect(screen.locator("#id_recency_1")).to_have_value("20")

    screen.goto(base + address(ada, "sales/import/"))
    screen.set_input_files("input[type=file]", file)
    hand.press(screen.get_by_role("button", name="Leggi il file"))
    expect(screen.locator("#id_column-0")).to_have_value("client")
    assert violations(screen) == []
    hand.press(screen.get_by_role("button", name="Verifica le righe"))
    run = screen.locator("form[action$='/run/'] button")
    expect(run).to_be_visible()
    assert violations(screen) == []
    assert fits(screen, width)
    hand.press(run)
    expect(screen.get_by_role("button", name="Annulla l'intera importazione")).to_be_visible()
    assert violations(screen) == []

    screen.goto(base + address(ada, f"clients/{people['C1'].pk}/measures/3/"))
    expect(screen.locator("main .badge-level").first).to_contain_text("5")
    assert fits(screen, width)

    # What the nights of a hundred days would have noted: a hundred days ago, and today.
    for day in (local_today(firm) - timedelta(days=100), None):
        assert run_now(firm.pk, day, at=timezone.now()).state == "done"
    screen.goto(base + address(ada, "groups/new/"))
    screen.get_by_label("Nome", exact=True).fill("In calo")
    hand.ask(0, "linea c: livello di recency 90 giorni fa", "eq", "5")
    expect(screen.locator("[data-count]")).to_contain_text("1")
    hand.press(screen.get_by_role("button", name="Condizione", exact=True))
    expect(screen.locator(".pick-button")).to_have_count(2)
    hand.ask(1, "linea c: livello di recency", "lte", "3")
    expect(screen.locator("[name='field.0.1']")).to_have_value("portfolio.3.recency_level")
    expect(screen.locator("[data-count]")).to_contain_text("1")
    assert violations(screen) == []
    assert fits(screen, width)
    hand.press(screen.get_by_role("button", name="Crea gruppo"))
    expect(screen.get_by_role("heading", name="In calo")).to_be_visible()
    screen.reload()
    expect(screen.locator("main")).to_contain_text("Rossi C2")

    rest = api_client(ada)
    [group] = [row for row in rest.get("/api/v1/groups/").json()["results"] if row["name"] == "In calo"]
    members = rest.get(f"/api/v1/groups/{group['id']}/members/").json()["results"]
    assert [row["id"] for row in members] == [people["C2"].pk]
    [score] = [row for row in rest.get(f"/api/v1/clients/{people['C2'].pk}/scores/").json() if row["typology"] == 3]
    assert (score["recency"], score["recency_level"], score["frequency"]) == (104, 3, 1)


def rows(firm: Firm) -> dict[str, list[dict[str, Any]]]:
    """All that a handover may touch, row by row; only what counts a row's changes may go on."""
    found = {}
    with use_firm(firm):
        for model in (Client, Link, Portfolio):
            found[model.__name__] = [
                {name: value for name, value in row.items() if name not in ("version", "updated_at")}
                for row in model.objects.order_by("pk").values()
            ]
    return found


@pytest.mark.parametrize(("width", "keys"), [(1440, False), (390, True)])
def test_a_portfolio_is_handed_over_and_comes_back_as_it_was(
    screen: Page,
    live_server: LiveServer,
    firm: Firm,
    ada: Membership,
    people: dict[str, Client],
    width: int,
    keys: bool,
) -> None:
    hand, base = Hand(screen, keys=keys), live_server.url
    screen.set_viewport_size({"width": width, "height": 900})
    with use_firm(firm):
        first = Typology.objects.get(position=1)
        gold = services.create_portfolio(first, by=ada, name="Oro")
        agent = services.create_subject("agent", by=ada, code="A", name="Anna")
        for client in people.values():
            Client.objects.filter(pk=client.pk).update(created_at=timezone.now() - timedelta(days=400))
        services.set_link(people["C1"], first, {"agent": agent}, by=ada, at=timezone.now() - timedelta(days=30))
        generic = Portfolio.objects.get(is_default=True)
    before = rows(firm)

    screen.goto(base + address(ada, "settings/handover/"))
    screen.locator("#id_former").select_option(str(generic.pk))
    screen.locator("#id_to").select_option(str(gold.pk))
    hand.press(screen.get_by_role("button", name="Mostra che cosa cambia"))
    expect(screen.locator("[data-sample]")).to_contain_text("Rossi C1")
    assert fits(screen, width)
    hand.press(screen.locator(".panel-foot .btn-primary"))
    undo = screen.locator("[data-toast]").get_by_role("button", name="Annulla")
    expect(undo).to_be_visible()
    assert violations(screen) == []

    rest = api_client(ada)

    def told() -> set[int]:
        return {rest.get(f"/api/v1/clients/{client.pk}/").json()["main_portfolio"] for client in people.values()}

    assert told() == {gold.pk}
    links = rest.get(f"/api/v1/clients/{people['C1'].pk}/portfolios/").json()["results"]
    in_force = [row for row in links if row["until"] is None]
    assert [(row["portfolio"], row["agent"]) for row in in_force] == [(gold.pk, agent.pk)]
    hand.press(undo)
    expect(screen.locator("[data-toast]").filter(has_text="come prima")).to_be_visible()
    screen.reload()
    assert told() == {generic.pk}
    assert rows(firm) == before


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing_with_menus_and_dialogs_open(
    screen: Page,
    live_server: LiveServer,
    firm: Firm,
    ada: Membership,
    people: dict[str, Client],
    width: int,
    scheme: Any,
) -> None:
    screen.emulate_media(color_scheme=scheme)
    screen.set_viewport_size({"width": width, "height": 900})
    with use_firm(firm):
        first, today = Typology.objects.get(position=1), local_today(firm)
        gold = services.create_portfolio(first, by=ada, name="Oro", colour="amber")
        services.create_subject("agent", by=ada, code="A", name="Anna")
        entries = [
            services.SaleDetails(
                client=people[key], date=today - timedelta(days=days), amount=Decimal(100), typology=first
            )
            for key in BOUGHT
            for days in BOUGHT[key]
        ]
        sales = services.enter_sales(entries, by=ada, at=timezone.now())
        services.reverse_sale(sales[0], reason="Recesso", by=ada, at=timezone.now())
    mine = people["C1"].pk
    for path in (
        "portfolios/",
        f"portfolios/{gold.pk}/",
        "sales/",
        f"clients/{mine}/measures/",
        f"clients/{mine}/measures/1/",
        f"clients/{mine}/measures/1/values/",
        f"clients/{mine}/portfolios/",
        f"clients/{mine}/timeline/",
        f"clients/{mine}/sales/new/",
        "settings/portfolio-types/",
        f"settings/portfolio-types/{first.pk}/portfolios/",
        f"settings/portfolio-types/{first.pk}/levels/",
        "settings/subjects/",
        "settings/handover/",
    ):
        screen.goto(live_server.url + address(ada, path))
        assert violations(screen) == [], path
        assert fits(screen, width), path
        for place in range(screen.locator("main [popovertarget]").count()):
            button = screen.locator("main [popovertarget]").nth(place)
            if not button.is_visible():
                continue
            button.click()
            expect(screen.locator(f"#{button.get_attribute('popovertarget')}")).to_be_visible()
            assert violations(screen) == [], (path, place)
            screen.keyboard.press("Escape")
