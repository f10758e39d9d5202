"""A client books through the link on his telephone, without an account; his advisor finds it in the Calendar."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from scheduling import planning
from scheduling.models import ClientPlan, Reminder
from scheduling.services import NewLink, make_booking_links
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.browser import enter, uncomplaining
from tests.cast import api_client
from tests.clients.builders import new_client
from tests.outcomes.states import rows

SEEN: dict[str, Any] = {"locale": "it-IT", "viewport": {"width": 390, "height": 844}}
FREE, BOOKED = "Incontrare Alice Conti", "Il suo incontro è prenotato"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def client_(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        client = new_client("Rossi", first_name="Anna", advisor=alice, emails=[{"address": "anna@casa.example"}])
        planning.recompute_firm(firm, at=timezone.now())
        return client


@pytest.fixture
def address(live_server: LiveServer, client_: Client, alice: Membership) -> str:
    with use_firm(client_.firm_id):
        wanted = [NewLink(client_, alice, "anna@casa.example")]
        ((_link, url),) = make_booking_links(wanted, by=alice, at=timezone.now())
    return live_server.url + re.sub(r"^https?://[^/]+", "", url)


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    with uncomplaining(browser.new_context(**SEEN).new_page()) as phone:
        phone.goto(address)
        yield phone


def test_the_page_is_legible_in_the_dark(browser: Browser, address: str) -> None:
    dark = browser.new_context(color_scheme="dark", **SEEN).new_page()
    dark.goto(address)
    expect(dark.get_by_role("heading", name=FREE)).to_be_visible()
    assert violations(dark) == []


def test_a_client_books_on_his_telephone_and_his_advisor_finds_it(
    page: Page, live_server: LiveServer, phone: Page, client_: Client, alice: Membership
) -> None:
    expect(phone.get_by_role("heading", name=FREE)).to_be_visible()
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.locator("a[href^='?at=']").first.click()
    expect(phone.get_by_role("heading", name="Confermi l'incontro")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_role("button", name="Conferma").click()
    expect(phone.get_by_role("heading", name=BOOKED)).to_be_visible()
    assert violations(phone) == []
    phone.reload()
    expect(phone.get_by_role("heading", name=BOOKED)).to_be_visible()

    [made] = booked(alice)
    assert (made["client"], made["assignee"], made["state"]) == (client_.pk, alice.pk, "planned")
    enter(page.context, live_server, alice)
    page.goto(f"{live_server.url}/f/aurora/appointments/{made['id']}/")
    expect(page.get_by_role("heading", name="Rossi", level=1)).to_be_visible()


def test_by_keyboard_he_books_moves_and_cancels_and_all_is_as_before(
    phone: Page, client_: Client, alice: Membership
) -> None:
    before = state(client_.firm_id)
    phone.locator("a[href^='?at=']").first.press("Enter")
    phone.get_by_role("button", name="Conferma").press("Enter")
    phone.get_by_role("link", name="Scegli un altro orario").press("Enter")
    phone.locator("a[href^='?at=']").nth(3).press("Enter")
    phone.get_by_role("button", name="Conferma").press("Enter")
    expect(phone.get_by_role("heading", name=BOOKED)).to_be_visible()
    assert [one["version"] for one in booked(alice)] == [2]

    phone.get_by_role("button", name="Annulla l'incontro").press("Enter")
    expect(phone.get_by_role("heading", name=FREE)).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", name=FREE)).to_be_visible()
    assert [one["state"] for one in booked(alice)] == ["cancelled"]
    assert state(client_.firm_id) == before


def state(firm_id: int) -> list[list[dict[str, Any]]]:
    """Row by row what a meeting changes of a client; the cancelled one itself stays to be read."""
    with use_firm(firm_id):
        return [rows(model) for model in (Client, ClientPlan, Reminder)]


def booked(member: Membership) -> list[dict[str, Any]]:
    """What REST tells of the appointments."""
    found: list[dict[str, Any]] = api_client(member).get("/api/v1/appointments/").json()["results"]
    return found
