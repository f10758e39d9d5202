"""Menus and questions of the calendar's pages, open: axe finds nothing, on a screen and on a phone, light and dark."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from scheduling.models import OutsideCalendar
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_whose_calendar_and_disconnecting_one_outside(
    firm: Firm, ada: Membership, alice: Membership, screen: Page, live_server: LiveServer, scheme: str, width: int
) -> None:
    now = timezone.now()
    with use_firm(firm):
        OutsideCalendar.objects.create(member=ada, provider="caldav", connected_at=now, from_at=now, next_at=now)
    screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    screen.set_viewport_size({"width": width, "height": 844})

    screen.goto(live_server.url + address(ada, "calendar/"))
    screen.locator("[popovertarget=whose]").click()
    expect(screen.locator("#whose")).to_be_visible()
    assert violations(screen) == []

    screen.goto(live_server.url + address(ada, "calendar/other/"))
    assert violations(screen) == []
    screen.locator("form[action*=disconnect] button").click()
    expect(screen.locator("dialog[open]")).to_be_visible()
    assert violations(screen) == []
    assert screen.evaluate("document.documentElement.scrollWidth") <= width
