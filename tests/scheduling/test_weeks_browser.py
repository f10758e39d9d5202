"""A proposal for some weeks is adjusted in a real browser: by the mouse, by a finger, and without dragging."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from scheduling import planning
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address
from tests.scheduling.world import world_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def board(firm: Firm, ada: Membership, screen: Page, live_server: LiveServer) -> Page:
    """Three clients, met every quarter, who are due in about two weeks."""
    with use_firm(firm):
        world = world_of(firm)
        own = world.clients(3, advisor=ada)
        world.group(4, own)
        world.meetings(own, timezone.now() - timedelta(days=76))
        planning.recompute_firm(firm, at=timezone.now())
    screen.goto(live_server.url + address(ada, "planning/weeks/"))
    expect(screen.locator("cz-weeks[data-ready]")).to_be_visible()
    return screen


def hour_of(row: Locator) -> str:
    return row.locator("input[type=datetime-local]").input_value()


def answered(row: Locator) -> Locator:
    """Where the server says that the meeting is: the other field has the wish already before the answer comes."""
    return row.locator('input[name^="was."]')


def drag(screen: Page, thing: Locator, target: Locator) -> None:
    # In the middle of the window: bars lie over its edges.
    thing.evaluate("one => one.scrollIntoView({block: 'center'})")
    start = thing.bounding_box()
    assert start
    screen.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    screen.mouse.down()
    screen.mouse.move(start["x"] + 40, start["y"] + 30, steps=3)
    end = target.bounding_box()
    assert end
    screen.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=5)
    screen.mouse.up()


def test_a_meeting_is_dragged_to_a_free_hour_and_stays_where_it_was_when_it_may_not_go(
    firm: Firm, ada: Membership, board: Page
) -> None:
    row = board.locator("[data-visit]").first
    name, before = row.get_attribute("data-name"), hour_of(row)
    row = board.locator(f'[data-name="{name}"]')
    slot = board.locator(f'[data-day="{before[:10]}"] [data-slot]').first
    wanted = slot.get_attribute("data-slot")
    assert wanted

    drag(board, row.locator("[data-grip]"), slot)
    expect(answered(row)).to_have_value(wanted)
    expect(board.locator("[data-toast]")).to_contain_text(name or "-")
    expect(row.locator("[data-grip]")).to_be_focused()

    # The last day of these weeks is after his date: he stands where he stood, and it is said why.
    last = board.locator("[data-day]").last.locator("[data-slot]").first
    row.locator("input[type=datetime-local]").fill(last.get_attribute("data-slot") or "")
    row.locator("input[type=datetime-local]").press("Enter")
    expect(row.locator(".text-error")).to_be_visible()
    expect(answered(row)).to_have_value(wanted)
    assert violations(board) == []

    # Two change places.
    other = board.locator(f'[data-visit]:not([data-name="{name}"])').first
    theirs, other_name = hour_of(other), other.get_attribute("data-name")
    drag(board, row.locator("[data-grip]"), other)
    expect(answered(row)).to_have_value(theirs)
    expect(answered(board.locator(f'[data-name="{other_name}"]'))).to_have_value(wanted)

    board.locator("form .form-actions button").click()
    expect(board.locator("[data-visit]")).to_have_count(0)
    with use_firm(firm):
        kept = {str(one.client): one.starts_at for one in Appointment.objects.filter(planned_visits__isnull=False)}
    assert len(kept) == 3
    assert kept[name or ""].astimezone(ZoneInfo("Europe/Rome")).strftime("%Y-%m-%d") == theirs[:10]


def test_on_a_phone_a_meeting_is_moved_by_keys_and_by_a_finger(ada: Membership, board: Page) -> None:
    board.set_viewport_size({"width": 390, "height": 844})
    row = board.locator("[data-visit]").first
    name, day = row.get_attribute("data-name"), hour_of(row)[:10]
    row = board.locator(f'[data-name="{name}"]')
    grip, slots = row.locator("[data-grip]"), board.locator(f'[data-day="{day}"] [data-slot]')

    grip.focus()
    grip.press("Enter")
    expect(slots.first).to_be_focused()
    assert violations(board) == []
    assert board.evaluate("document.documentElement.scrollWidth") <= 390
    slots.first.press("Escape")
    expect(grip).to_be_focused()
    grip.press("Enter")
    slots.first.press("ArrowRight")
    expect(slots.nth(1)).to_be_focused()
    wanted = slots.nth(1).get_attribute("data-slot")
    slots.nth(1).press("Enter")
    expect(answered(row)).to_have_value(wanted or "-")

    free = slots.first
    wanted = free.get_attribute("data-slot")
    free.scroll_into_view_if_needed()
    finger = board.context.new_cdp_session(board)
    start, end = grip.bounding_box(), free.bounding_box()
    assert start
    assert end
    touch = {"x": start["x"] + 14, "y": start["y"] + 14}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touch]})
    for part in (0.3, 0.7, 1):
        there = {
            "x": touch["x"] + part * (end["x"] + 10 - touch["x"]),
            "y": touch["y"] + part * (end["y"] + 10 - touch["y"]),
        }
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(answered(row)).to_have_value(wanted or "-")
