"""The filter builder in a real browser: by mouse, by keyboard, with the preview following, and what axe says."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients import search
from clients.models import Client, Profile
from groups.models import Group
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(firm: Firm, ada: Membership) -> None:
    with use_firm(firm):
        for name, aum, profession in (("Bianchi", 900_000, "Medico"), ("Verdi", 200_000, "Medico"), ("Neri", 10, "")):
            made = Client.objects.create(name=name, last_name=name, aum=Decimal(aum), advisor=ada)
            Profile.objects.create(client=made, profession=profession)
        search.index_names(list(Client.objects.values_list("pk", flat=True)))


def choose(screen: Page, place: int, typed: str) -> None:
    """Open the picker of the condition at that place, type a part of the field's name, take the first."""
    screen.locator(".pick-button").nth(place).click()
    search_box = screen.locator(".pick-panel:popover-open input")
    search_box.fill(typed)
    search_box.press("Enter")
    screen.locator("[name^='op.']").nth(place).wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_group_is_built_and_counted_while_one_builds(
    firm: Firm, people: None, screen: Page, live_server: LiveServer, ada: Membership, width: int
) -> None:
    screen.set_viewport_size({"width": width, "height": 900})
    screen.goto(live_server.url + address(ada, "groups/new/"))

    screen.get_by_label("Nome", exact=True).fill("Medici Gold")
    choose(screen, 0, "rfa (aum)")
    screen.locator("[name='op.0.0']").select_option("gt")
    screen.locator("[name='op.0.0'] option[value=gt][selected]").wait_for(state="attached")
    screen.locator("[name='value.0.0']").fill("500.000,00")
    expect(screen.locator("[data-count]")).to_contain_text("1")
    screen.locator("[name='value.0.0']").fill("100.000")
    expect(screen.locator("[data-count]")).to_contain_text("2")
    screen.get_by_role("button", name="Condizione", exact=True).click()
    expect(screen.locator(".pick-button")).to_have_count(2)
    choose(screen, 1, "professione")
    screen.locator("[name='value.0.1']").fill("medico")
    screen.get_by_role("button", name="Crea gruppo").click()

    expect(screen.get_by_role("heading", name="Medici Gold")).to_be_visible()
    with use_firm(firm):
        stored = Group.objects.get().filter
    assert [(part["field"], part["op"]) for part in stored["all"]] == [("aum", "gt"), ("profession", "eq")]


def test_members_are_searched_as_one_types(
    firm: Firm, people: None, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    with use_firm(firm):
        group = Group.objects.create(name="All", filter={"field": "aum", "op": "gte", "value": "0"})
    screen.goto(live_server.url + address(ada, f"groups/{group.pk}/"))
    expect(screen.locator("tbody tr")).to_have_count(3)

    screen.get_by_role("searchbox").press_sequentially("bian")

    expect(screen.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    firm: Firm, people: None, screen: Page, live_server: LiveServer, ada: Membership, scheme: str
) -> None:
    with use_firm(firm):
        group = Group.objects.create(name="All", filter={"field": "aum", "op": "gte", "value": "0"})
    screen.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {}
    for path in ("groups/", "groups/new/", f"groups/{group.pk}/", f"groups/{group.pk}/edit/", "clients/filter/"):
        screen.goto(live_server.url + address(ada, path))
        if screen.locator(".pick-button").count():
            screen.locator(".pick-button").first.click()
        found[path] = violations(screen)

    assert found == dict.fromkeys(found, [])
