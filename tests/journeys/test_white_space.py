"""The white space in a browser: a service is proposed to whoever was never offered it, closed for one, taken back."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from communications.models import ClientOpportunity
from groups.services import GroupDetails, create_group
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.communications.making import NOON, new_client, propose, service
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOLD = {"field": "aum", "op": "gte", "value": "300000"}


@pytest.fixture
def gold(firm: Firm, ada: Membership) -> int:
    """Three of six clients are in it; one of them has the policy open."""
    with use_firm(firm):
        clients = [new_client(f"Cliente {number}", advisor=ada, aum=number * 100_000) for number in range(6)]
        propose(clients[3], by=ada)
        return int(create_group(GroupDetails(name="Gold", filter=GOLD), by=ada, at=NOON).pk)


def rows(firm: Firm) -> list[dict[str, Any]]:
    with use_firm(firm):
        return list(ClientOpportunity.objects.order_by("pk").values())


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_seen_proposed_to_all_closed_for_one_and_taken_back(
    page: Page, live_server: LiveServer, firm: Firm, ada: Membership, gold: int, width: int, by_keys: bool
) -> None:
    def press(what: Locator) -> None:
        expect(what).to_be_visible()
        what.press("Enter") if by_keys else what.click()

    before, caller = rows(firm), api_client(ada)
    with use_firm(firm):
        ltc = service().pk
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}{address(ada, f'clients/?group={gold}&show=services')}")
    expect(page.get_by_role("link", name="Polizza LTC, Mai offerti: 2")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    # To all who were never offered it: previewed, confirmed, one undo.
    press(page.get_by_role("button", name="Proponi Polizza LTC a chi non l'ha mai avuta in offerta: 2"))
    expect(page.locator("main")).to_contain_text("2 clienti saranno modificati")
    assert violations(page) == []
    press(page.get_by_role("main").get_by_role("button", name="Proponi un servizio"))
    expect(page.get_by_role("link", name="Polizza LTC, Aperta: 3")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Polizza LTC, Aperta: 3")).to_be_visible()
    listed = caller.get(f"/api/v1/client-opportunities/?opportunity={ltc}&open=true").json()["results"]
    assert len(listed) == 3

    # One of them says no.
    own = next(row["id"] for row in listed if row["id"] not in {each["id"] for each in before})
    page.goto(f"{live_server.url}{address(ada, f'opportunities/{own}/')}")
    page.get_by_label("Esito").select_option("declined")
    page.get_by_label("Com'è finita").fill("Costa troppo")
    assert violations(page) == []
    press(page.get_by_role("button", name="Chiudi l'opportunità"))
    expect(page.locator("main")).to_contain_text("Rifiutata")
    told = caller.get(f"/api/v1/client-opportunities/{own}/").json()
    assert (told["state"], told["outcome_note"], told["closed_by"]) == ("declined", "Costa troppo", ada.pk)
    press(page.locator("[data-toast]").get_by_role("button", name="Annulla"))
    expect(page.locator("main")).to_contain_text("Aperta")
    assert caller.get(f"/api/v1/client-opportunities/{own}/").json()["closed_at"] is None


def test_one_cell_and_its_undo_leave_everything_as_it_was(
    page: Page, live_server: LiveServer, firm: Firm, ada: Membership, gold: int
) -> None:
    before = rows(firm)
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}{address(ada, 'clients/?show=services&q=Cliente')}")
    page.get_by_role("button", name="Proponi PAC a Cliente 5").click()
    expect(page.get_by_role("link", name="PAC: Aperta")).to_be_visible()
    expect(page.locator("[data-toast]")).to_be_visible()
    assert violations(page) == []
    page.locator("[data-toast]").get_by_role("button", name="Annulla").click()
    expect(page.get_by_role("button", name="Proponi PAC a Cliente 5")).to_be_visible()
    assert rows(firm) == before
