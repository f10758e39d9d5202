"""A vista in a browser: built, grouped, its white space seen, and a service proposed to all whom it shows (issue 6)."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from communications.models import ClientOpportunity
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address
from tests.clients.builders import new_client
from tests.groups.test_browser import choose
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_vista_is_built_grouped_and_acted_upon(  # noqa: PLR0915 - one walk
    page: Page, live_server: LiveServer, firm: Firm, alice: Membership
) -> None:
    def look() -> None:
        assert violations(page) == []

    with use_firm(firm):
        for number in range(6):
            new_client(f"Cliente {number}", advisor=alice, aum=number * 100_000)
    main = page.locator("main")
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, live_server, alice, "it")

    # Viste → Nuova vista (SIS-10).
    page.goto(f"{live_server.url}{address(alice, 'clients/')}")
    page.get_by_role("button", name="Viste").click()
    expect(page.locator("#views-menu")).to_be_visible()
    look()
    page.get_by_role("link", name="Nuova vista").click()
    page.get_by_role("textbox", name="Nome").fill("Ricchi")
    page.get_by_label("Raggruppata per").select_option("aum")
    page.locator("[name=columns][value=aum]").check()
    choose(page, 0, "rfa (aum)")
    expect(main.locator("[name='value.0.0']")).to_be_visible()
    main.locator("select[name='op.0.0']").select_option("gte")
    # Choosing asks the server; what it answers stands there before anything is typed.
    expect(main.locator("select[name='op.0.0'] option[value=gte][selected]")).to_be_attached()
    main.locator("[name='value.0.0']").fill("300000")
    expect(main.locator("[data-count]")).to_have_text("3")
    look()
    page.get_by_role("button", name="Salva", exact=True).click()

    # Its tab, its groups with counts and sums; a group leads to its clients.
    expect(page.get_by_role("link", name="Ricchi").first).to_have_attribute("aria-current", "page")
    expect(main.get_by_role("cell", name="1.200.000,00")).to_be_visible()
    expect(page.locator("cz-chart[data-ready]")).to_be_visible()
    look()
    main.get_by_role("link", name="da 500.000").click()
    expect(main).to_contain_text("Cliente 5")
    expect(main.locator("[data-list-row]")).to_have_count(1)
    page.go_back()
    expect(main.locator("[data-list-row]")).to_have_count(3)

    # As a board, as the matrix: to three of them LTC was never proposed, and is now to all.
    main.get_by_role("link", name="Bacheca").click()
    expect(main.locator(".board-card")).to_have_count(3)
    look()
    main.get_by_role("link", name="Servizi", exact=True).click()
    main.get_by_role("button", name="Proponi Polizza LTC a chi non").click()
    page.get_by_role("button", name="Proponi un servizio").last.click()
    expect(page.locator("[data-toast]").first).to_be_visible()
    with use_firm(firm):
        proposed = ClientOpportunity.objects.filter(opportunity__key="ltc").order_by("client__name")
        assert [row.client.name for row in proposed] == ["Cliente 3", "Cliente 4", "Cliente 5"]
    look()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
