"""A communication in a browser: dry run, generated, an address changes, again, sent, on both time lines."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Email
from clients.services import update_client
from communications import outbox
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.clients.builders import NOON, new_company
from tests.communications.mail_server import mail_server
from tests.communications.sending import begin, reachable_client, template
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_generated_changed_generated_again_sent_and_on_both_time_lines(  # noqa: PLR0915 - one walk
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
        anna, _bruno = reachable_client("Anna", advisor=ada), reachable_client("Bruno", advisor=ada)
        reachable_client("Muto", consent=None)
        update_client(anna, {"company": company}, version=None, by=ada, at=NOON)
        template()
    caller, main = api_client(ada), page.locator("main")
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")

    page.goto(f"{live_server.url}{address(ada, 'client-relations/generate/')}")
    page.get_by_label("Modello").select_option(label="Lettera (Offerta)")
    page.get_by_label("Clienti", exact=True).select_option("all")
    look()
    press(page.get_by_role("button", name="Mostra a chi si scriverebbe"))
    expect(main).to_contain_text("Si scriverebbe a 2 di 4 clienti")
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
