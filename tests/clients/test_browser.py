"""The pages of clients in a real browser: what scripts add, what the keyboard does, and what axe says."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients import services
from clients.models import Client, Label, Status
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address
from tests.clients.builders import new_client, new_company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UNDO = re.compile("Undo|Annulla")


@pytest.fixture
def rossi(firm: Firm, ada: Membership) -> Client:
    with use_firm(firm):
        label = services.create_choice(Label(name="Medico", colour="teal"), by=ada)
        new_company("Officine Meccaniche Brambilla S.r.l.", vat_number="00743110157")
        new_client("Verdi", first_name="Anna")
        return new_client(
            "Rossi",
            first_name="Mario",
            advisor=ada,
            status=Status.objects.first(),
            aum="612000",
            labels=[label],
            notes="Di sera",
            emails=[{"address": "mario@example.com"}],
            phones=[{"number": "335 1234567"}],
            addresses=[{"street": "Via Roma 1", "city": "Milano", "province": "MI", "postal_code": "20100"}],
        )


def goto(screen: Page, live_server: LiveServer, ada: Membership, path: str) -> None:
    screen.goto(live_server.url + address(ada, path))


@pytest.mark.usefixtures("rossi")
def test_the_list_follows_what_is_typed_and_the_keyboard_opens_a_client(
    screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, "clients/")
    expect(screen.locator("tbody tr")).to_have_count(3)

    screen.locator("#client-search").press_sequentially("mar ros", delay=30)
    expect(screen.locator("tbody tr")).to_have_count(1)
    expect(screen.locator("#client-search")).to_be_focused()
    expect(screen.locator("#client-search")).to_have_value("mar ros")
    expect(screen).to_have_url(re.compile(r"q=mar(\+|%20)ros"))

    screen.locator("#client-search").blur()
    screen.keyboard.press("j")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text("Rossi Mario")


@pytest.mark.usefixtures("rossi")
def test_filters_are_applied_and_taken_off_one_by_one(screen: Page, live_server: LiveServer, ada: Membership) -> None:
    goto(screen, live_server, ada, "clients/")

    screen.locator("select[name=advisor]").select_option(label="Ada Ferri")
    expect(screen.locator("tbody tr")).to_have_count(1)
    screen.locator("[popovertarget=more-filters]").click()
    screen.locator("[name=aum_min]").fill("700.000")
    screen.locator("#more-filters button[type=submit]").click()
    expect(screen.locator("tbody tr")).to_have_count(0)
    screen.locator("a.badge", has_text="700.000").click()
    expect(screen.locator("tbody tr")).to_have_count(1)


def test_archived_and_undone_from_the_toast(
    firm: Firm, rossi: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, f"clients/{rossi.pk}/")

    screen.locator("[popovertarget=client-more]").click()
    screen.locator("#client-more form button").click()
    screen.locator("[data-toast]").get_by_role("button", name=UNDO).click()
    expect(screen.locator("[data-toast]", has_text="di nuovo seguito")).to_be_visible()

    with use_firm(firm):
        assert Client.objects.get(pk=rossi.pk).state == "active"


def test_the_status_is_changed_behind_its_arrow(
    firm: Firm, rossi: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, f"clients/{rossi.pk}/")

    screen.locator("[popovertarget=status-history]").click()
    screen.locator("#status-history select").select_option(label="Perso")
    screen.locator("#status-history form button").click()
    expect(screen.locator("[popovertarget=status-history]")).to_contain_text("Perso")

    screen.locator("[popovertarget=status-history]").click()
    expect(screen.locator("#status-history tbody tr")).to_have_count(2)


def test_a_form_shows_only_the_names_of_its_kind(
    screen: Page, live_server: LiveServer, ada: Membership, firm: Firm
) -> None:
    goto(screen, live_server, ada, "clients/new/")
    expect(screen.locator("[name=company_name]")).to_be_hidden()

    screen.locator("[name=kind][value=company]").check()
    expect(screen.locator("[name=last_name]")).to_be_hidden()
    screen.locator("[name=company_name]").fill("Alfa S.r.l.")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text("Alfa S.r.l.")


PAGES = [
    "clients/",
    "clients/?q=zzz",
    "clients/?status=none&aum_min=1",
    "clients/{pk}/",
    "clients/{pk}/profile/",
    "clients/{pk}/edit/",
    "clients/{pk}/status/",
    "clients/{pk}/deceased/",
    "clients/new/",
    "clients/settings/",
    "clients/settings/labels/",
    "clients/settings/statuses/new/",
]
POPOVERS = ("more-filters", "choose-columns", "status-history", "client-more")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    rossi: Client, screen: Page, live_server: LiveServer, ada: Membership, scheme: str, width: int
) -> None:
    screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    screen.set_viewport_size({"width": width, "height": 844})
    found: dict[str, list[str]] = {}

    for pattern in PAGES:
        goto(screen, live_server, ada, pattern.format(pk=rossi.pk))
        problems = violations(screen)
        if screen.evaluate("document.documentElement.scrollWidth") > width:
            problems.append("wide")
        for popover in POPOVERS:
            opener = screen.locator(f"[popovertarget={popover}]")
            if opener.count() and opener.is_visible():
                opener.click()
                problems += [f"{popover}: {problem}" for problem in violations(screen)]
                screen.keyboard.press("Escape")
        if problems:
            found[pattern] = problems

    assert found == {}


def test_a_value_is_changed_in_the_list_by_mouse_and_keyboard_and_taken_back(
    firm: Firm, rossi: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, "clients/?q=rossi")
    cell = screen.locator("[data-field=aum]")

    cell.click()
    screen.locator("[data-inline] input[name=aum]").fill("abc")
    screen.keyboard.press("Enter")
    expect(cell.locator(".field-error")).to_be_visible()
    screen.locator("[data-inline] input[name=aum]").fill("700.000")
    screen.keyboard.press("Enter")
    expect(cell).to_have_text(re.compile(r"700\.000,00"))
    expect(cell).to_be_focused()
    assert violations(screen) == []

    screen.keyboard.press("Enter")
    screen.locator("[data-inline] input[name=aum]").fill("1")
    screen.keyboard.press("Escape")
    expect(cell).to_have_text(re.compile(r"700\.000,00"))
    expect(cell).to_be_focused()

    screen.keyboard.press("e")
    screen.locator("[data-inline] input[name=aum]").fill("5")
    screen.locator("h1").click()
    expect(cell).to_have_text(re.compile(r"^\s*5,00"))

    screen.locator("[data-toast]", has_text=re.compile(r"→ 5,00")).get_by_role("button", name=UNDO).click()
    expect(screen.locator("[data-field=aum]")).to_have_text(re.compile(r"700\.000,00"))
    with use_firm(firm):
        assert str(Client.objects.get(pk=rossi.pk).aum) == "700000.00"


def test_the_arrows_walk_the_cells_of_a_row_and_a_choice_saves_itself(
    firm: Firm, rossi: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, "clients/?q=rossi")

    screen.keyboard.press("j")
    screen.keyboard.press("ArrowRight")
    screen.keyboard.press("ArrowRight")
    expect(screen.locator("[data-field=status]")).to_be_focused()
    screen.keyboard.press("Enter")
    screen.locator("[data-inline] select").select_option(label="Perso")

    expect(screen.locator("[data-inline]")).to_have_count(0)
    expect(screen.locator("[data-field=status]")).to_contain_text("Perso")
    with use_firm(firm):
        assert str(Client.objects.get(pk=rossi.pk).status) == "Perso"


def test_many_are_selected_by_keys_changed_and_taken_back(
    firm: Firm, rossi: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, "clients/")
    bar = screen.locator("[data-bulk-bar]")
    expect(bar).to_be_hidden()

    screen.keyboard.press("j")
    screen.keyboard.press("x")
    expect(screen.locator("[data-bulk-count]")).to_have_text("1")
    screen.keyboard.press("j")
    screen.keyboard.press("j")
    screen.keyboard.press("Shift+X")
    expect(screen.locator("[data-bulk-count]")).to_have_text("3")
    screen.keyboard.press("*")
    screen.keyboard.press("n")
    expect(bar).to_be_hidden()
    screen.keyboard.press("*")
    screen.keyboard.press("a")
    expect(screen.locator("[data-bulk-count]")).to_have_text("3")
    more = screen.locator("[popovertarget=bulk-menu]")
    clear = screen.locator("[data-bulk-clear]").bounding_box()
    beside = more.bounding_box()
    assert clear is not None
    assert beside is not None
    assert abs(clear["y"] - beside["y"]) < 8, "the bar is one line"
    more.focus()
    screen.keyboard.press("Enter")
    expect(screen.locator("#bulk-menu button[value=archive]")).to_be_visible()
    expect(screen.locator("#bulk-menu button[value=change_status]")).to_be_hidden()
    assert violations(screen) == []

    screen.locator("#bulk-menu button[value=assign_contact]").click()
    screen.locator("select[name=contact]").select_option(label="Ada Ferri")
    screen.locator("form[action$='confirm/'] button[type=submit]").click()
    expect(screen).to_have_url(re.compile(r"/clients/$"))
    with use_firm(firm):
        assert Client.objects.filter(contact=ada).count() == 3

    screen.locator("[data-toast]").get_by_role("button", name=UNDO).click()
    expect(screen.locator("[data-toast]", has_text="come prima")).to_be_visible()
    with use_firm(firm):
        assert not Client.objects.filter(contact=ada).exists()


def test_many_are_selected_on_a_telephone(
    firm: Firm, rossi: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    screen.set_viewport_size({"width": 390, "height": 844})
    goto(screen, live_server, ada, "clients/")

    screen.locator("tbody [data-row]").first.click()
    screen.locator("[popovertarget=bulk-menu]").click()
    screen.locator("#bulk-menu button[value=archive]").click()
    expect(screen.locator("#bulk-draft")).to_be_visible()
    assert violations(screen) == []
    assert screen.evaluate("document.documentElement.scrollWidth") <= 390
    screen.locator("form[action$='confirm/'] button[type=submit]").click()

    expect(screen.locator("tbody tr")).to_have_count(2)
