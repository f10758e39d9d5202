"""Two entries of one client in a browser: compared, merged, read by REST, taken back; by mouse, keys and on a phone."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients import services
from clients.models import Client, Label
from crm.nightly import run_now
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.clients.builders import new_client
from tests.clients.merging.rows import Rows, rows_of
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def twins(firm: Firm, ada: Membership) -> tuple[Client, Client]:
    with use_firm(firm):
        label = services.create_choice(Label(name="Medico", colour="teal"), by=ada)
        born: dict[str, Any] = {"birth_date": date(1970, 5, 6), "advisor": ada}
        emails = [{"address": "mario@example.it"}]
        kept = new_client("Rossi", first_name="Mario", **born, aum="100000", emails=emails)
        other = new_client("Rosi", first_name="Mario", **born, profession="Medico", labels=[label])
    run_now(firm.pk, None, at=timezone.now())
    api_client(ada).post(f"/api/v1/clients/{other.pk}/notes/", {"text": "Vuole una polizza", "title": "Polizza"})
    return kept, other


def rows(firm: Firm, twins: tuple[Client, Client]) -> Rows:
    with use_firm(firm):
        return rows_of([client.pk for client in twins])


@pytest.mark.parametrize(("width", "by_keys"), [(1440, False), (390, True)])
def test_merged_and_taken_back(
    page: Page,
    live_server: LiveServer,
    firm: Firm,
    ada: Membership,
    twins: tuple[Client, Client],
    width: int,
    by_keys: bool,
) -> None:
    kept, other = twins
    before = rows(firm, twins)
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")

    page.goto(f"{live_server.url}{address(ada, 'clients/duplicates/')}")
    expect(page.locator("main")).to_contain_text("Rosi Mario")
    assert violations(page) == []
    page.get_by_role("link", name="Unisci").press("Enter") if by_keys else page.get_by_role(
        "link", name="Unisci"
    ).click()
    page.wait_for_url("**/merge/**")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    theirs = page.get_by_role("radio", name="Cognome: Rosi", exact=True)
    theirs.press("Space") if by_keys else theirs.check()
    expect(theirs).to_be_checked()
    merge = page.get_by_role("button", name="Unisci le due schede")
    merge.press("Enter") if by_keys else merge.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rosi Mario")
    expect(page.locator("[data-toast]")).to_be_visible()
    assert violations(page) == []

    caller = api_client(ada)
    record = caller.get(f"/api/v1/clients/{kept.pk}/").json()
    assert (record["name"], record["profession"], record["aum"]) == ("Rosi Mario", "Medico", "100000.00")
    assert [event["title"] for event in caller.get(f"/api/v1/clients/{kept.pk}/timeline/").json()["results"]] == [
        "Polizza"
    ]
    assert caller.get(f"/api/v1/clients/{other.pk}/").status_code == 302
    page.goto(f"{live_server.url}{address(ada, f'clients/{other.pk}/privacy/')}")
    expect(page).to_have_url(f"{live_server.url}{address(ada, f'clients/{kept.pk}/privacy/')}")
    page.reload()
    assert violations(page) == []

    undo = page.get_by_role("button", name="Annulla l’unione con Rosi Mario")
    undo.press("Enter") if by_keys else undo.click()
    expect(page.locator("[data-toast]").filter(has_text="Sono di nuovo due schede.")).to_be_visible()
    after = rows(firm, twins)
    assert after == before
    assert caller.get(f"/api/v1/clients/{other.pk}/").json()["name"] == "Rosi Mario"


def test_undone_from_the_toast_and_a_pair_that_is_two(
    page: Page, live_server: LiveServer, firm: Firm, ada: Membership, twins: tuple[Client, Client]
) -> None:
    kept, other = twins
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}{address(ada, f'clients/{kept.pk}/merge/?with={other.pk}')}")
    page.get_by_role("button", name="Unisci le due schede").click()

    page.locator("[data-toast]").get_by_role("button", name="Annulla").click()
    expect(page.locator("[data-toast]").filter(has_text="Sono di nuovo due schede.")).to_be_visible()
    assert api_client(ada).get(f"/api/v1/clients/{other.pk}/").status_code == 200

    page.goto(f"{live_server.url}{address(ada, 'clients/duplicates/')}")
    page.locator("form[action*='duplicate/dismiss'] button").press("Enter")
    expect(page.locator("main")).not_to_contain_text("Rosi Mario")
    page.locator("[data-toast]").get_by_role("button", name="Annulla").press("Enter")
    expect(page.locator("main")).to_contain_text("Rosi Mario")
