"""The elements of every page in a real browser, under the real content security policy (frontend.md 2)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tenants.models import Membership
from tests.accessibility import violations
from tests.browser import enter, uncomplaining
from tests.cast import page as address

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.web.parts"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def parts(live_server: LiveServer, context: BrowserContext, ada: Membership) -> Iterator[Page]:
    """The page of parts, logged in as the administrator; the browser may not have complained at the end."""
    enter(context, live_server, ada)
    with uncomplaining(context.new_page()) as page:
        page.goto(live_server.url + address(ada, "parts/"))
        expect(page.locator("cz-toasts")).to_be_attached()
        yield page


def toast(page: Page, text: str) -> None:
    expect(page.locator("[data-toast]", has_text=text)).to_be_visible()


def test_a_change_is_told_and_undone(parts: Page) -> None:
    parts.get_by_role("button", name="Change", exact=True).click()
    toast(parts, "Changed")
    parts.get_by_role("button", name=re.compile("Undo|Annulla")).click()
    toast(parts, "Taken back")


def test_a_part_that_changes_tells_it_and_its_undo_returns_to_the_page(parts: Page) -> None:
    parts.goto(parts.url + "?filter=x")
    parts.get_by_role("button", name="Change a part").click()
    expect(parts.locator("#fragment")).to_have_text("after")
    toast(parts, "Part changed")
    parts.get_by_role("button", name=re.compile("Undo|Annulla")).click()
    toast(parts, "Taken back")
    expect(parts).to_have_url(re.compile(r"\?filter=x$"))


def test_a_toast_leaves_by_itself_but_not_while_it_is_looked_at(parts: Page) -> None:
    parts.clock.install()
    parts.get_by_role("button", name="Change a part").click()
    toast(parts, "Part changed")
    parts.locator("[data-toast]").hover()
    parts.clock.run_for(20_000)
    toast(parts, "Part changed")
    parts.mouse.move(0, 0)
    parts.clock.run_for(5_000)
    expect(parts.locator("[data-toast]")).to_have_count(0)


def test_a_failure_of_the_server_is_told_and_does_not_enter_the_page(parts: Page) -> None:
    parts.get_by_role("button", name="Break").click()
    expect(parts.locator('[data-toast="error"]')).to_be_visible()
    expect(parts.locator("#fragment")).to_have_text("before")


def test_what_cannot_be_undone_is_asked_first(parts: Page) -> None:
    parts.get_by_role("button", name="Erase").click()
    question = parts.get_by_role("dialog")
    expect(question).to_contain_text("Erase for good?")
    expect(question.locator("[value=no]")).to_be_focused()
    parts.keyboard.press("Escape")
    expect(parts.locator("[data-toast]")).to_have_count(0)
    parts.get_by_role("button", name="Erase").click()
    question.locator("[value=yes]").click()
    toast(parts, "Changed")


def test_a_refused_form_stays_with_its_error_and_then_goes_through(parts: Page) -> None:
    field = parts.locator("#form input[name=name]")
    parts.locator("#form button").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(parts.locator("#id_name_error")).to_be_visible()
    field.fill("Anna")
    parts.locator("#form button").click()
    toast(parts, "Saved")


def test_rows_are_selected_by_range_and_counted(parts: Page) -> None:
    boxes, bar, every = parts.locator("[data-row]"), parts.get_by_role("toolbar"), parts.get_by_label("All", exact=True)
    expect(bar).to_be_hidden()
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    assert every.evaluate("box => [box.checked, box.indeterminate]") == [False, True]
    every.click()
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    assert every.evaluate("box => [box.checked, box.indeterminate]") == [False, False]


def test_rows_are_walked_and_ticked_by_single_keys(parts: Page) -> None:
    parts.keyboard.press("j")
    parts.keyboard.press("j")
    expect(parts.get_by_role("link", name="Bruno", exact=True)).to_be_focused()
    parts.keyboard.press("x")
    expect(parts.get_by_label("Select Bruno")).to_be_checked()
    parts.keyboard.press("k")
    expect(parts.get_by_role("link", name="Anna", exact=True)).to_be_focused()


def test_two_keys_lead_to_a_page_and_to_a_new_record(parts: Page) -> None:
    parts.keyboard.press("g")
    parts.keyboard.press("l")
    parts.wait_for_url(re.compile("/clients/$"))  # … and its scripts, which hear the keys
    parts.keyboard.press("n")
    parts.keyboard.press("c")
    expect(parts).to_have_url(re.compile("/clients/new/$"))


def test_single_keys_can_be_switched_off_while_control_k_stays(parts: Page) -> None:
    parts.keyboard.press("?")
    parts.locator("#shortcuts button[name=shortcuts]").click()
    expect(parts.locator("body")).to_have_attribute("data-shortcuts", "off")
    parts.keyboard.press("?")
    expect(parts.locator("#shortcuts")).to_be_hidden()
    parts.keyboard.press("Control+k")
    expect(parts.get_by_role("combobox")).to_be_focused()


def test_single_keys_do_nothing_while_typing(parts: Page) -> None:
    parts.locator("#form input[name=name]").press_sequentially("j?/")
    expect(parts.get_by_role("dialog")).to_have_count(0)
    expect(parts.locator("#form input[name=name]")).to_have_value("j?/")


def test_the_list_of_keys_opens_by_its_key_and_closes(parts: Page) -> None:
    parts.keyboard.press("?")
    expect(parts.locator("#shortcuts")).to_be_visible()
    parts.keyboard.press("Escape")
    expect(parts.locator("#shortcuts")).to_be_hidden()


def test_the_palette_opens_filters_its_commands_and_follows_the_arrows(parts: Page) -> None:
    parts.keyboard.press("Control+k")
    box = parts.get_by_role("combobox")
    expect(box).to_be_focused()
    options = parts.locator("cz-palette [role=option]:visible")
    first = options.first.get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", str(first))
    parts.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", str(first))
    box.fill("zzzz")
    expect(options).to_have_count(0)
    expect(parts.locator("cz-palette [data-nothing]")).to_be_visible()
    parts.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_an_answer_that_comes_after_the_arrows_does_not_undo_them(parts: Page) -> None:
    held: list[Route] = []
    parts.route("**/palette/**", lambda route: held.append(route))
    with parts.expect_request("**/palette/**"):
        parts.keyboard.press("Control+k")
    chosen = parts.locator("cz-palette [aria-selected=true]")
    parts.keyboard.press("ArrowDown")
    second = str(chosen.get_attribute("href"))
    with parts.expect_response("**/palette/**") as answered:
        held[0].continue_()
    answered.value.finished()
    expect(parts.locator("#palette-found")).not_to_have_class(re.compile("htmx-"))
    expect(chosen).to_have_attribute("href", second)


def test_the_theme_changes_at_once_and_is_kept(parts: Page) -> None:
    parts.locator("[popovertarget=user-menu]").click()
    with parts.expect_request("**/preferences/"):
        parts.locator("[data-theme-switch] [value=dark]").click()
    expect(parts.locator("html")).to_have_attribute("data-theme", "dark")
    expect(parts.locator("[data-theme-switch] [value=dark]")).to_have_attribute("aria-pressed", "true")


def test_a_menu_is_walked_by_arrows_and_closed_by_escape(parts: Page) -> None:
    parts.get_by_role("button", name="More").click()
    parts.keyboard.press("Tab")
    expect(parts.get_by_role("link", name="One", exact=True)).to_be_focused()
    parts.keyboard.press("ArrowDown")
    expect(parts.get_by_role("link", name="Two", exact=True)).to_be_focused()
    parts.keyboard.press("Escape")
    expect(parts.locator("#more")).to_be_hidden()


def test_the_menu_of_the_phone_holds_the_focus_and_closes(parts: Page) -> None:
    parts.set_viewport_size({"width": 390, "height": 844})
    expect(parts.locator(".sidebar")).to_be_hidden()
    parts.locator("[commandfor=phone-menu][command=show-modal]").click()
    sheet = parts.locator("#phone-menu")
    expect(sheet).to_be_visible()
    assert parts.evaluate("document.activeElement.closest('#phone-menu') !== null")
    parts.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert parts.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_table_that_scrolls_can_be_scrolled_by_keyboard(parts: Page) -> None:
    box = parts.locator(".table-scroll")
    expect(box).not_to_have_attribute("tabindex", "0")
    parts.set_viewport_size({"width": 390, "height": 844})
    expect(box).to_have_attribute("tabindex", "0")
    expect(box).to_have_attribute("aria-label", "Parts")
    parts.set_viewport_size({"width": 1280, "height": 800})
    expect(box).not_to_have_attribute("tabindex", "0")


def test_the_first_tab_leads_past_the_navigation(parts: Page) -> None:
    parts.keyboard.press("Tab")
    expect(parts.locator(".skip-link")).to_be_focused()
    parts.keyboard.press("Enter")
    expect(parts.locator("main")).to_be_focused()


@pytest.mark.parametrize(
    "opened", ["nothing", "palette", "menu", "keys", "phone", "question", "toasts", "refused form"]
)
def test_axe_finds_nothing_in_light_and_dark(parts: Page, opened: str) -> None:
    open_on(parts, opened)

    for theme in ("light", "dark"):
        parts.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert violations(parts) == [], theme


def open_on(page: Page, name: str) -> None:
    if name == "palette":
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox")).to_be_focused()
    elif name == "menu":
        page.locator("[popovertarget=user-menu]").click()
        expect(page.locator("#user-menu")).to_be_visible()
    elif name == "keys":
        page.keyboard.press("?")
        expect(page.locator("#shortcuts")).to_be_visible()
    elif name == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
        page.locator("[commandfor=phone-menu][command=show-modal]").click()
        expect(page.locator("#phone-menu")).to_be_visible()
    elif name == "question":
        page.get_by_role("button", name="Erase").click()
        expect(page.get_by_role("dialog")).to_be_visible()
    elif name == "toasts":
        page.get_by_role("button", name="Change a part").click()
        toast(page, "Part changed")
    elif name == "refused form":
        page.locator("#form button").click()
        expect(page.locator("#id_name_error")).to_be_visible()
