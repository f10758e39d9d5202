"""A person is erased in a browser: the dossier first, the name typed, nothing left that names him."""

import json

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.clients.builders import new_client
from tests.clients.merging.rows import rows_of
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def zampieri(firm: Firm, ada: Membership) -> Client:
    with use_firm(firm):
        client = new_client(
            "Zampieri",
            first_name="Ottavia",
            advisor=ada,
            emails=[{"address": "ottavia@example.it"}],
            phones=[{"number": "335 7654321"}],
            notes="Conosciuta al golf",
            document_number="CA12345XY",
        )
    api_client(ada).post(f"/api/v1/clients/{client.pk}/notes/", {"text": "Ottavia vende la barca"})
    return client


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_a_person_is_erased(
    page: Page, live_server: LiveServer, firm: Firm, ada: Membership, zampieri: Client, width: int, by_keys: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}{address(ada, f'clients/{zampieri.pk}/privacy/')}")
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    assert "golf" in str(json.loads(download.value.path().read_text())["record"])

    link = page.get_by_role("link", name="Cancella questa persona")
    link.press("Enter") if by_keys else link.click()
    page.wait_for_url("**/erase/")
    expect(page.locator("main")).to_contain_text("Adeguata verifica")
    assert violations(page) == []
    button = page.get_by_role("button", name="Cancella definitivamente")
    page.locator("[name=name]").fill("Zampieri")
    button.press("Enter") if by_keys else button.click()
    expect(page.get_by_text("Il nome non corrisponde.")).to_be_visible()
    assert violations(page) == []
    page.locator("[name=name]").fill("Zampieri Ottavia")
    button.press("Enter") if by_keys else button.click()

    page.wait_for_url("**/erasures/")
    expect(page.locator("[data-toast]")).to_contain_text("La persona è stata cancellata.")
    assert violations(page) == []
    page.reload()
    expect(page.locator("main")).not_to_contain_text("Zampieri")
    caller = api_client(ada)
    assert caller.get(f"/api/v1/clients/{zampieri.pk}/").status_code == 404
    assert caller.get("/api/v1/clients/?search=zampieri").json()["results"] == []
    answer = page.goto(f"{live_server.url}{address(ada, f'clients/{zampieri.pk}/')}")
    assert answer is not None
    assert answer.status == 404
    with use_firm(firm):
        left = str(rows_of([zampieri.pk]).values())
    assert [
        word for word in ("Zampieri", "Ottavia", "golf", "335", "barca") if word.casefold() in left.casefold()
    ] == []
