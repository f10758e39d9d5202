"""Every page in a real browser, wide and narrow, light and dark: axe, no sideways scrolling, no complaint.

``SCREENS=folder`` keeps a picture of each (``make screens``).
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tenants.models import Membership
from tests.accessibility import violations
from tests.browser import enter
from tests.journeys.pages import open_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUTSIDE = ("/account/login/", "/account/password/reset/")
FEWEST = 30


@pytest.fixture(params=[(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")], ids=str)
def screen(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, ada: Membership
) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="it-IT")
    enter(context, live_server, ada)
    yield context.new_page()
    context.close()


def test_every_page_is_whole(screen: Page, live_server: LiveServer, ada: Membership) -> None:
    faults: dict[str, list[str]] = {}
    visited = 0
    screen.on("console", lambda message: note(faults, screen, message.text) if message.type == "error" else None)
    screen.on("pageerror", lambda error: note(faults, screen, str(error)))

    for address in [*(page.address for page in open_pages(ada)), *OUTSIDE]:
        screen.goto(live_server.url + address)
        keep(screen, address)
        for fault in looked_at(screen):
            note(faults, screen, fault)
        visited += 1

    assert faults == {}
    assert visited >= FEWEST


def looked_at(screen: Page) -> Iterator[str]:
    """What is wrong with the page that is shown."""
    yield from (f"axe {violation}" for violation in violations(screen))
    beyond = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if beyond > 0:
        yield f"scrolls {beyond} px sideways"


def note(faults: dict[str, list[str]], screen: Page, fault: str) -> None:
    faults.setdefault(screen.url.partition("/f/aurora/")[2] or screen.url, []).append(fault)


def keep(screen: Page, address: str) -> None:
    folder = os.environ.get("SCREENS")
    if folder:
        size = screen.viewport_size or {"width": 0}
        scheme = "dark" if screen.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
        name = address.strip("/").replace("/", "-") or "start"
        screen.screenshot(path=Path(folder) / f"{name}-{size['width']}-{scheme}.png", full_page=True)
