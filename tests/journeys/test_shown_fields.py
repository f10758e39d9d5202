"""Fields hidden and shown again in a browser (STY-10, O-51): for oneself, for everybody, and what that leaves alone."""

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
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rossi(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return new_client("Rossi", first_name="Mario", advisor=alice, profession="Medico", education="Laurea")


def choose_fields(page: Page, name: str, by_keys: bool) -> None:
    """Untick or tick one field, and save for oneself."""
    link = page.get_by_role("link", name="Scegli i campi")
    link.press("Enter") if by_keys else link.click()
    page.wait_for_url("**/form/**")
    assert violations(page) == []
    box = page.locator(f"input[name=shown][value={name}]")
    box.press("Space") if by_keys else box.click()
    save = page.get_by_role("button", name="Mostra questi a me")
    save.press("Enter") if by_keys else save.click()


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_a_field_is_hidden_and_shown_and_keeps_what_is_in_it(
    page: Page, live_server: LiveServer, alice: Membership, rossi: Client, width: int, by_keys: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, alice, "it")
    form = f"{live_server.url}{address(alice, f'clients/{rossi.pk}/edit/')}"
    page.goto(form)
    expect(page.locator("[name=profession]")).to_have_value("Medico")
    # What must be filled in is not offered.
    assert violations(page) == []

    choose_fields(page, "profession", by_keys)
    expect(page).to_have_url(form)
    expect(page.locator("[name=education]")).to_have_value("Laurea")
    expect(page.locator("[name=profession]")).to_have_count(0)
    assert violations(page) == []
    page.locator("[name=education]").fill("Diploma")
    page.locator("[name=education]").press("Enter")
    page.wait_for_url(f"**/clients/{rossi.pk}/")

    record = api_client(alice).get(f"/api/v1/clients/{rossi.pk}/").json()
    assert (record["profession"], record["education"]) == ("Medico", "Diploma")
    page.goto(f"{live_server.url}{address(alice, f'clients/{rossi.pk}/profile/')}")
    expect(page.locator("main")).to_contain_text("Diploma")
    expect(page.locator("main")).not_to_contain_text("Medico")
    page.goto(form)
    page.reload()
    expect(page.locator("[name=profession]")).to_have_count(0)

    choose_fields(page, "profession", by_keys)
    expect(page.locator("[name=profession]")).to_have_value("Medico")


def test_the_firms_default_is_everybodys_until_he_chooses(
    page: Page, live_server: LiveServer, ada: Membership, alice: Membership, rossi: Client
) -> None:
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}{address(ada, 'clients/form/crm/fields/')}")
    assert page.locator("input[name=shown][value=last_name]").count() == 0
    page.locator("input[name=shown][value=education]").uncheck()
    page.get_by_role("button", name="Predefinito per tutti").click()
    expect(page.locator("[data-toast]")).to_be_visible()

    page.context.clear_cookies()
    log_in(page, live_server, alice, "it")
    form = f"{live_server.url}{address(alice, f'clients/{rossi.pk}/edit/')}"
    page.goto(f"{form}?sheet=crm")
    expect(page.locator("[name=profession]")).to_have_value("Medico")
    expect(page.locator("[name=education]")).to_have_count(0)
    # Of the one form, not of the others.
    page.goto(form)
    expect(page.locator("[name=education]")).to_have_value("Laurea")
    page.goto(f"{form}?sheet=crm")
    choose_fields(page, "education", by_keys=False)
    expect(page.locator("[name=education]")).to_have_value("Laurea")
    page.get_by_role("link", name="Scegli i campi").click()
    page.get_by_role("button", name="Come impostato dallo studio").click()
    expect(page.locator("[name=education]")).to_have_count(0)
