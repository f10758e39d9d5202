"""The graph in a real browser: drawn by mouse, by keys and, on a phone, by its list."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from outcomes.models import Relation
from outcomes.queries.graph import stored_graph
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.browser import enter
from tests.cast import page as address
from tests.outcomes.making import CALL, INTERESTED, MEETING, book, fulfil, ids, make_client

pytestmark = pytest.mark.django_db


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_line_drawn_by_mouse_takes_effect(live_server: LiveServer, page: Page, firm: Firm, ada: Membership) -> None:
    """Draw from a type to an outcome; the outcome can then be recorded and gives its points."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": 1440, "height": 1000})
    enter(page.context, live_server, ada)
    with use_firm(firm):
        names = ids(MEETING, INTERESTED, CALL)
    page.goto(f"{live_server.url}{address(ada, 'settings/crm/relations/graph/')}")
    page.locator("cz-graph[data-ready]").wait_for()
    page.get_by_role("button", name="Disegna linee").click()
    start, end = (
        place_of(page, node) for node in (f"type-{names[MEETING]}", f"pair-{names[CALL]}-{names[INTERESTED]}")
    )
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    page.locator("cz-graph[data-ready]").wait_for()
    with use_firm(firm):
        assert Relation.objects.get(type=names[MEETING], outcome=names[INTERESTED]).active
    # What was drawn is in the form; a few points more, and it takes effect.
    page.get_by_label("Punti").fill("6")
    page.get_by_role("button", name="Salva", exact=True).click()
    page.get_by_text("Relazione salvata").first.wait_for()
    with use_firm(firm):
        recorded = fulfil(book(make_client(), MEETING, by=ada), INTERESTED, by=ada)
        assert recorded.points == 6
    assert problems == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_line_drawn_by_keys_and_a_phone_that_shows_the_list(
    live_server: LiveServer, page: Page, firm: Firm, ada: Membership
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    enter(page.context, live_server, ada)
    target = f"{live_server.url}{address(ada, 'settings/crm/relations/graph/')}"
    page.goto(target)
    page.locator("cz-graph[data-ready]").wait_for()
    page.locator("[data-canvas]").focus()
    page.keyboard.press("ArrowRight")
    told = page.locator("[data-live]")
    expect(told).not_to_be_empty()
    first = told.inner_text()
    page.keyboard.press("ArrowRight")
    expect(told).not_to_have_text(first)
    with use_firm(firm):
        names, before = ids(MEETING, INTERESTED, CALL), stored_graph()
    walk_to(page, f"type-{names[MEETING]}")
    page.keyboard.press("l")
    walk_to(page, f"pair-{names[CALL]}-{names[INTERESTED]}")
    with page.expect_navigation():
        page.keyboard.press("l")
    page.locator("cz-graph[data-ready]").wait_for()
    with use_firm(firm):
        assert Relation.objects.get(type=names[MEETING], outcome=names[INTERESTED]).active
    assert violations(page) == []
    page.locator("[data-canvas]").focus()
    with page.expect_navigation():
        page.keyboard.press("Control+z")
    with use_firm(firm):
        assert stored_graph() == before
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(target)
    expect(page.locator("cz-graph")).to_be_hidden()
    expect(page.get_by_role("heading", name="Come elenco, con ciò che è successo davvero")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def walk_to(page: Page, node: str) -> None:
    """By arrows, until the node is chosen."""
    chosen = "document.querySelector('[data-canvas]')._cyreg.cy.$(':selected').first().id()"
    for _ in range(60):
        if page.evaluate(chosen) == node:
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"{node} was not reached")


def place_of(page: Page, node: str) -> tuple[float, float]:
    """Where a node is on the screen."""
    x, y = page.evaluate(
        """node => { const canvas = document.querySelector("[data-canvas]");
            const at = canvas._cyreg.cy.getElementById(node).renderedPosition();
            const box = canvas.getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; }""",
        node,
    )
    return x, y
