"""From a vista to the time lines in a browser: built, its white space seen, a service proposed, written to, an address
that changes, generated again, sent."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Email
from clients.services import update_client
from communications import outbox
from communications.models import ClientOpportunity
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.clients.builders import NOON, new_client, new_company
from tests.communications.mail_server import mail_server
from tests.communications.making import service
from tests.communications.sending import begin, reachable_client, template
from tests.groups.test_browser import choose
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RICH = {"Anna": 300_000, "Bruno": 400_000, "Muto": 500_000}


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_from_a_vista_over_its_white_space_to_both_time_lines(  # noqa: PLR0915 - one walk
    page: Page, live_server: LiveServer, firm: Firm, ada: Membership, settings: Any, width: int, by_keys: bool
) -> None:
    def press(what: Locator) -> None:
        expect(what).to_be_visible()
        what.press("Enter") if by_keys else what.click()

    def look() -> None:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    with use_firm(firm):
        begin(ada)
        company = new_company("Alfa S.r.l.")
        for number in range(3):
            new_client(f"Cliente {number}", advisor=ada, aum=number * 100_000)
        anna, _bruno, _mute = (
            reachable_client(name, advisor=ada, aum=aum, consent=None if name == "Muto" else True)
            for name, aum in RICH.items()
        )
        update_client(anna, {"company": company}, version=None, by=ada, at=NOON)
        template(opportunity=service())
    caller, main = api_client(ada), page.locator("main")
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")

    # Viste → Nuova vista (SIS-10).
    page.goto(f"{live_server.url}{address(ada, 'clients/')}")
    press(page.get_by_role("button", name="Viste"))
    expect(page.locator("#views-menu")).to_be_visible()
    look()
    press(page.get_by_role("link", name="Nuova vista"))
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
    press(page.get_by_role("button", name="Salva", exact=True))

    # Its tab, its groups with counts and sums; a group leads to its clients.
    expect(page.get_by_role("link", name="Ricchi").first).to_have_attribute("aria-current", "page")
    expect(main.get_by_text("1.200.000,00").first).to_be_attached()
    if width > 640:
        expect(page.locator("cz-chart[data-ready]")).to_be_visible()
    look()
    press(main.get_by_role("link", name="da 500.000"))
    expect(main.locator("[data-list-row]")).to_have_count(1)
    expect(main).to_contain_text("Muto")
    page.go_back()
    expect(main.locator("[data-list-row]")).to_have_count(3)

    # As a board; as the matrix: LTC was never proposed to three of them, and is now to all.
    press(main.get_by_role("link", name="Bacheca"))
    expect(main.locator(".board-card")).to_have_count(3)
    look()
    press(main.get_by_role("link", name="Servizi", exact=True))
    expect(page.get_by_role("link", name="Polizza LTC, Mai offerti: 3")).to_be_visible()
    look()
    press(main.get_by_role("button", name="Proponi Polizza LTC a chi non"))
    expect(main).to_contain_text("3 clienti saranno modificati")
    press(main.get_by_role("button", name="Proponi un servizio"))
    expect(page.get_by_role("link", name="Polizza LTC, Aperta: 3")).to_be_visible()
    with use_firm(firm):
        proposed = ClientOpportunity.objects.filter(opportunity__key="ltc").order_by("client__name")
        assert [row.client.name for row in proposed] == list(RICH)

    # To whom it is open: the dry run of them and nobody else.
    page.reload()
    press(main.get_by_role("button", name="Polizza LTC, Aperta: Genera comunicazione"))
    expect(main.get_by_label("Clienti", exact=True)).to_contain_text("3 clienti selezionati")
    page.get_by_label("Modello").select_option(label="Lettera (Offerta)")
    look()
    press(page.get_by_role("button", name="Mostra a chi si scriverebbe"))
    expect(main).to_contain_text("Si scriverebbe a 2 di 3 clienti")
    look()
    press(main.locator('[data-reason="no_consent"]'))
    expect(main).to_contain_text("Muto")
    press(page.get_by_role("button", name="Genera 2 comunicazioni"))
    expect(main).to_contain_text("2 di 2 comunicazioni generate")

    with use_firm(firm):
        Email.objects.filter(client=anna).update(address="nuova@example.com", address_key="nuova@example.com")
    press(page.get_by_role("link", name="Alla distribuzione"))
    press(main.get_by_role("link", name="Da rigenerare 1"))
    expect(main.get_by_role("row", name="Anna")).to_contain_text("Da rigenerare")
    look()
    press(main.get_by_role("button", name="Rigenera tutte"))
    expect(page.locator("[data-toast]")).to_contain_text("1 comunicazione rigenerata")
    page.goto(f"{live_server.url}{address(ada, 'communications/?state=generated')}")
    expect(main).to_contain_text("nuova@example.com")
    page.reload()
    press(main.get_by_role("button", name="Invia tutte"))
    expect(page.locator("[data-toast]")).to_contain_text("2 comunicazioni in invio")

    with mail_server(settings) as server:
        while outbox.send_due(firm.pk):
            pass
        assert sorted(str(mail["To"]) for mail in server.received) == ["bruno@example.com", "nuova@example.com"]
    page.goto(f"{live_server.url}{address(ada, 'communications/?state=sent')}")
    expect(main.get_by_role("row", name="Anna")).to_contain_text("Inviata")
    for client in (anna, company):
        page.goto(f"{live_server.url}{address(ada, f'clients/{client.pk}/timeline/')}")
        expect(main).to_contain_text("Per Anna")
        told = caller.get(f"/api/v1/clients/{client.pk}/timeline/").json()["results"]
        assert [event["title"] for event in told if event["kind"] == "communication"] == ["Per Anna"]
