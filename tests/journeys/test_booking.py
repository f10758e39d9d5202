"""A client books through the link on his telephone, without an account; his advisor finds it in the Calendar."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from scheduling.models import Appointment
from scheduling.services import NewLink, make_booking_links
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.browser import enter, uncomplaining
from tests.clients.builders import new_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_client_books_on_his_telephone_and_moves_it_and_the_advisor_sees_it(
    page: Page, browser: Browser, live_server: LiveServer, firm: Firm, alice: Membership
) -> None:
    with use_firm(firm):
        client = new_client("Rossi", first_name="Anna", advisor=alice, emails=[{"address": "anna@casa.example"}])
        wanted = [NewLink(client, alice, "anna@casa.example")]
        ((_link, url),) = make_booking_links(wanted, by=alice, at=timezone.now())
    address = live_server.url + re.sub(r"^https?://[^/]+", "", url)

    seen = {"locale": "it-IT", "viewport": {"width": 390, "height": 844}}
    dark = browser.new_context(color_scheme="dark", **seen).new_page()
    dark.goto(address)
    expect(dark.get_by_role("heading", name="Incontrare Alice Conti")).to_be_visible()
    assert violations(dark) == []
    with uncomplaining(browser.new_context(**seen).new_page()) as phone:
        phone.goto(address)
        expect(phone.get_by_role("heading", name="Incontrare Alice Conti")).to_be_visible()
        assert violations(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        phone.locator("a[href^='?at=']").first.click()
        expect(phone.get_by_role("heading", name="Confermi l'incontro")).to_be_visible()
        assert violations(phone) == []
        phone.get_by_role("button", name="Conferma").click()
        expect(phone.get_by_role("heading", name="Il suo incontro è prenotato")).to_be_visible()
        assert violations(phone) == []
        phone.get_by_role("link", name="Scegli un altro orario").click()
        phone.locator("a[href^='?at=']").nth(3).click()
        phone.get_by_role("button", name="Conferma").click()
        expect(phone.get_by_role("heading", name="Il suo incontro è prenotato")).to_be_visible()
    with use_firm(firm):
        made = Appointment.objects.get()
        assert (made.client, made.assignee, made.version) == (client, alice, 2)

    enter(page.context, live_server, alice)
    page.goto(f"{live_server.url}/f/aurora/appointments/{made.pk}/")
    expect(page.get_by_role("heading", name="Rossi", level=1)).to_be_visible()
