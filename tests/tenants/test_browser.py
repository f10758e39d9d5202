"""The pages about people in a real browser: axe in light and dark, wide and narrow; and joining by invitation."""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tenants.signals import person_invited
from tests.accessibility import violations
from tests.browser import enter
from tests.cast import PASSWORD, page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("PEOPLE_SHOTS")
PAGES = [
    "settings/members/",
    "settings/members/invite/",
    "settings/permissions/",
    "settings/tokens/",
    "settings/tokens/new/",
    "settings/audit/",
    "settings/firm/",
    "settings/me/",
]


@pytest.fixture
def people(firm: Firm, ada: Membership, alice: Membership, bob: Membership, rita: Membership) -> None:
    """A firm in which something has happened."""
    with use_firm(firm):
        services.change_own_settings(ada, language="en")
        services.change_rights(alice, by=ada, edits_groups=True)
        services.deactivate_member(rita, by=ada, at=timezone.now())
        services.change_firm(firm, by=ada, holiday_province="MI")
        services.invite("nina.blu@example.org", name="Nina Blu", role=Role.ADVISOR, by=ada, at=timezone.now())
        services.create_token(ada, name="Nightly export to the accountant", scopes=["read"], by=ada)
        old = services.create_token(alice, name="Spreadsheet", scopes=["write"], by=alice)
        services.revoke_token(old.row, by=ada, at=timezone.now())


def opened(context: BrowserContext, live_server: LiveServer, member: Membership) -> Page:
    enter(context, live_server, member)
    return context.new_page()


def look(screen: Page, name: str) -> list[str]:
    """What axe says in light and dark, at 1440 and 390 pixels."""
    found = []
    for width, height in ((1440, 900), (390, 844)):
        screen.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            screen.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            if SHOTS:
                screen.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
            found += [f"{name} {width} {theme}: {violation}" for violation in violations(screen)]
            if screen.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{name} {width}: wider than the screen")
    return found


@pytest.mark.usefixtures("people")
def test_pages_have_nothing_for_axe_to_say(
    ada: Membership, alice: Membership, context: BrowserContext, live_server: LiveServer
) -> None:
    screen = opened(context, live_server, ada)
    found = []
    for path in [*PAGES, f"settings/members/{alice.pk}/"]:
        screen.goto(live_server.url + page(ada, path))
        found += look(screen, path.removeprefix("settings/").strip("/").replace("/", "-"))

    screen.goto(live_server.url + page(ada, "settings/members/"))
    screen.set_viewport_size({"width": 1440, "height": 900})
    screen.get_by_role("button", name="Actions for Alice Conti").click()
    found += look(screen, "members-menu")
    screen.goto(live_server.url + page(ada, "settings/tokens/new/"))
    screen.get_by_label("What it is for").fill("Website")
    screen.get_by_role("button", name="Create the token").click()
    expect(screen.get_by_label("Token")).to_have_value(re.compile(r"^cdz_\d+_"))
    found += look(screen, "token-created")

    assert found == []


@pytest.mark.usefixtures("people")
def test_a_member_is_deactivated_from_the_list(
    ada: Membership, context: BrowserContext, live_server: LiveServer
) -> None:
    screen = opened(context, live_server, ada)
    screen.goto(live_server.url + page(ada, "settings/members/"))
    screen.get_by_role("button", name="Actions for Bob Riva").click()
    screen.get_by_role("button", name="Deactivate", exact=True).click()
    screen.get_by_role("dialog").get_by_role("button", name=re.compile("Deactivate|Confirm|Continue|Yes")).click()

    expect(screen.get_by_role("row", name=re.compile("Bob Riva"))).to_contain_text("deactivated")


def test_an_invited_person_joins(ada: Membership, context: BrowserContext, live_server: LiveServer) -> None:
    secrets: list[str] = []

    def listen(secret: str, **kwargs: object) -> None:
        secrets.append(secret)

    person_invited.connect(listen, dispatch_uid="test")
    try:
        with use_firm(ada.firm_id):
            services.invite("nina@example.org", name="Nina", role=Role.ADVISOR, by=ada, at=timezone.now())
    finally:
        person_invited.disconnect(dispatch_uid="test")
    screen = context.new_page()
    screen.goto(f"{live_server.url}/invitations/{ada.firm_id}/{secrets[0]}/")
    assert look(screen, "invitation") == []

    screen.get_by_label(re.compile("name|nome", re.IGNORECASE)).fill("Nina Blu")
    screen.get_by_label("Password").fill(PASSWORD)
    screen.get_by_role("button", name=re.compile("Join|Entra")).click()

    expect(screen).to_have_url(live_server.url + page(ada))
    screen.goto(f"{live_server.url}/invitations/{ada.firm_id}/{secrets[0]}/")
    assert look(screen, "invitation-ended") == []


def test_somebody_in_two_firms_chooses(
    firm: Firm, carol: Membership, context: BrowserContext, live_server: LiveServer
) -> None:
    with use_firm(firm):
        services.add_member(carol.user.email, name="Carol", role=Role.READ_ONLY)
    screen = opened(context, live_server, carol)
    screen.goto(live_server.url)
    assert look(screen, "firms") == []

    screen.get_by_role("link", name=re.compile("Studio Aurora")).click()
    expect(screen).to_have_url(f"{live_server.url}/f/aurora/")
