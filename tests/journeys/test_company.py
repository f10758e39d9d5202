"""The + inside a company in a browser (STY-03): the same record, a doubtful tax code kept, by keys and on a phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.clients.builders import new_client, new_company
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WRONG, RIGHT = "CCCFBA85D03L219X", "CCCFBA85D03L219P"


@pytest.fixture
def alfa(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        alfa = new_company("Alfa S.r.l.", advisor=alice, aum="2000000")
        new_company("Beta S.p.A.", advisor=alice, parent_company=alfa)
        new_client("Bianchi", first_name="Anna", advisor=alice, company=alfa)
        return alfa


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_a_contact_is_made_inside_a_company(
    page: Page, live_server: LiveServer, alice: Membership, alfa: Client, width: int, by_keys: bool
) -> None:
    def use(name: str, role: str = "button") -> None:
        found = page.get_by_role(role, name=name)  # type: ignore[arg-type]
        found.press("Enter") if by_keys else found.click()

    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, alice, "it")
    inside = f"{live_server.url}{address(alice, f'clients/{alfa.pk}/company/')}"
    page.goto(inside)
    expect(page.locator("main")).to_contain_text("Beta S.p.A.")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    use("Nuovo contatto", "link")
    expect(page.locator("[name=company]")).to_have_value("Alfa S.r.l.")
    page.locator("[name=last_name]").fill("Caccamo")
    page.locator("[name=first_name]").fill("Fabio")
    page.locator("[name=tax_code]").fill(WRONG)
    page.locator("[name=birth_date]").fill("1985-04-03")
    page.locator("[name=tax_code]").press("Enter")
    keep = page.locator("[name=keep_tax_code]")
    expect(keep).to_be_visible()
    assert violations(page) == []
    keep.press("Space") if by_keys else keep.check()
    page.locator("[name=tax_code]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Caccamo Fabio")
    expect(page.get_by_text("Codice fiscale da verificare")).to_be_visible()
    use("Scheda", "link")
    expect(page.get_by_role("region", name="Da verificare")).to_be_visible()
    assert violations(page) == []

    [made] = api_client(alice).get("/api/v1/clients/?search=caccamo").json()["results"]
    assert (made["company"], made["tax_code"], made["tax_code_kept"]) == (alfa.pk, WRONG, True)
    assert [each["code"] for each in made["warnings"]] == ["tax_code_kept"]
    api_client(alice).patch(f"/api/v1/clients/{made['id']}/", {"tax_code": RIGHT, "birth_place": "Milano"})
    page.reload()
    expect(page.get_by_role("region", name="Da verificare")).to_contain_text("Torino (TO)")
    expect(page.locator("main")).to_contain_text("Dal codice fiscale: Maschio, data di nascita 03/04/1985")
    page.goto(inside)
    expect(page.get_by_role("link", name="Caccamo Fabio")).to_be_visible()
