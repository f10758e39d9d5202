"""Every page in a real browser, wide and narrow, light and dark: axe, no sideways scrolling, no complaint.

``SCREENS=folder`` keeps a picture of each (``make screens``).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tenants.models import Membership
from tests.accessibility import violations
from tests.architecture.routes import pages
from tests.browser import enter
from tests.journeys.pages import open_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUTSIDE = ("/account/login/", "/account/password/reset/")
FEWEST = 150
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Several tests, so that two processes share them.
PARTS = 4


@pytest.fixture(params=[1440, 390])
def screen(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, ada: Membership
) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, locale="it-IT")
    enter(context, live_server, ada)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_whole(screen: Page, live_server: LiveServer, ada: Membership, part: int) -> None:
    faults: list[str] = []
    screen.on("console", lambda it: faults.append(f"{screen.url}: {it.text}") if it.type == "error" else None)
    screen.on("pageerror", lambda error: faults.append(f"{screen.url}: {error}"))
    addresses = [page.address for page in open_pages(ada, pages()[part::PARTS])] + [*OUTSIDE[part::PARTS]]

    for address in addresses:
        faults += [f"{address}: {fault}" for fault in faults_of(screen, live_server.url + address)]

    assert faults == []
    assert len(addresses) >= FEWEST / PARTS


def faults_of(screen: Page, address: str) -> Iterator[str]:
    """What is wrong with the page, in the light and in the dark."""
    for scheme in SCHEMES:
        screen.emulate_media(color_scheme=scheme)
        # Charts take their colours when they are drawn.
        if scheme == SCHEMES[0] or "SCREENS" in os.environ:
            mail = show(screen, address)
        keep(screen, address, scheme)
        yield from (f"axe {violation} ({scheme})" for violation in violations(screen, mail=mail))
        beyond = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            yield f"scrolls {beyond} px sideways"


def show(screen: Page, address: str) -> bool:
    """Whether it is a mail: no script may run there, not axe's either, so it is shown without its policy."""
    answer = screen.goto(address)
    if answer is None or "sandbox" not in answer.headers.get("content-security-policy", ""):
        return False
    text = answer.text()
    screen.goto("about:blank")
    screen.set_content(text)
    return True


def keep(screen: Page, address: str, scheme: str) -> None:
    folder = os.environ.get("SCREENS")
    if folder:
        width = screen.evaluate("window.innerWidth")
        name = urlsplit(address).path.strip("/").replace("/", "-") or "start"
        screen.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
