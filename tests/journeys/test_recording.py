"""An outcome in two clicks from wherever the appointment is seen, and a type replaced; read back by REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from outcomes.models import Relation
from scheduling.models import Appointment
from tenants.binding import local_now, use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.browser import enter
from tests.cast import api_client
from tests.outcomes.making import CALL, INTERESTED, MEETING, book, make_client, type_named
from tests.outcomes.states import state

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [1440, 390]


@pytest.fixture
def call(firm: Firm, alice: Membership) -> Appointment:
    """Yesterday's telephone call to Rossi, whose outcome is missing."""
    with use_firm(firm):
        now = timezone.now()
        return book(make_client(advisor=alice), by=alice, at=now, assignee=alice, starts_at=now - timedelta(days=1))


@pytest.fixture
def todays(firm: Firm, alice: Membership) -> Appointment:
    """Today's, of half past ten; an outcome can be recorded at any hour of its day."""
    with use_firm(firm):
        now = local_now(firm, at=timezone.now())
        starts_at = now.replace(hour=10, minute=30, second=0, microsecond=0)
        return book(make_client(advisor=alice), by=alice, at=now, assignee=alice, starts_at=starts_at)


def history(member: Membership) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api_client(member).get("/api/v1/history/").json()["results"]
    return rows


def by_rossi(page: Page) -> Locator:
    return page.locator("main li").filter(has_text="Rossi").filter(has=page.locator("[popovertarget]")).first


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("where", ["", "appointments/unrecorded/"])
def test_two_clicks_from_the_overview_and_from_a_list(
    where: str, width: int, live_server: LiveServer, page: Page, alice: Membership, call: Appointment
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    enter(page.context, live_server, alice)
    record_from(page, f"{live_server.url}/f/aurora/{where}", alice, call)


def test_two_clicks_from_the_calendar_of_a_telephone(
    live_server: LiveServer, page: Page, alice: Membership, todays: Appointment
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    enter(page.context, live_server, alice)
    record_from(page, f"{live_server.url}/f/aurora/calendar/", alice, todays)


def record_from(page: Page, address: str, member: Membership, appointment: Appointment) -> None:
    page.goto(address)
    by_rossi(page).locator("[popovertarget]").click()
    choice = by_rossi(page).get_by_role("button", name=INTERESTED, exact=True)
    expect(choice).to_be_in_viewport()
    assert violations(page) == []
    choice.click()

    expect(page.locator("cz-toasts")).to_contain_text(INTERESTED)
    page.reload()
    expect(page.locator("main [popovertarget^=outcome]")).to_have_count(0)
    [made] = history(member)
    assert (made["appointment"], made["points"]) == (appointment.pk, 1)
    assert made["follow_up"] is not None


def test_two_clicks_from_the_calendar(
    live_server: LiveServer, page: Page, alice: Membership, todays: Appointment
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    enter(page.context, live_server, alice)
    page.goto(f"{live_server.url}/f/aurora/calendar/")
    page.locator("cz-calendar[data-ready]").wait_for()

    page.locator("cz-calendar").get_by_text("Rossi").first.click()
    page.get_by_role("button", name=INTERESTED).first.click()

    expect(page.locator("cz-toasts")).to_contain_text(INTERESTED)
    assert [made["appointment"] for made in history(alice)] == [todays.pk]


def test_by_keyboard(live_server: LiveServer, page: Page, alice: Membership, call: Appointment) -> None:
    enter(page.context, live_server, alice)
    page.goto(f"{live_server.url}/f/aurora/")

    by_rossi(page).locator("[popovertarget]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(by_rossi(page).get_by_role("button", name=INTERESTED, exact=True)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("cz-toasts")).to_contain_text(INTERESTED)
    assert [made["appointment"] for made in history(alice)] == [call.pk]


def test_undone_from_the_toast_it_leaves_everything_as_it_was(
    live_server: LiveServer, page: Page, firm: Firm, ada: Membership, call: Appointment
) -> None:
    with use_firm(firm):
        before = state(appointments=[call.pk])
    enter(page.context, live_server, ada)
    page.goto(f"{live_server.url}/f/aurora/appointments/{call.pk}/")
    page.get_by_role("button", name=INTERESTED).first.click()
    expect(page.locator("cz-toasts")).to_contain_text(INTERESTED)
    with use_firm(firm):
        assert state(appointments=[call.pk]) != before

    page.locator("cz-toasts").get_by_role("button", name="Annulla").click()

    page.locator("cz-toasts").get_by_text("annullat").first.wait_for()
    with use_firm(firm):
        assert state(appointments=[call.pk]) == before


@pytest.mark.parametrize("width", WIDTHS)
def test_a_type_is_replaced_with_its_counts_shown_before(
    width: int, live_server: LiveServer, page: Page, firm: Firm, ada: Membership, call: Appointment
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    with use_firm(firm):
        old, new = type_named(CALL), type_named(MEETING)
    enter(page.context, live_server, ada)
    page.goto(f"{live_server.url}/f/aurora/settings/appointment-types/")
    row = page.locator("main li, main tr").filter(has_text=CALL).first
    row.locator("[popovertarget]").first.click()
    page.get_by_role("link", name="Sostituisci").locator("visible=true").click()

    page.get_by_label("Sostituito da").select_option(label=MEETING)
    page.get_by_role("button", name="Mostra").click()
    expect(page.get_by_role("status").filter(has_text="appuntamenti: 1")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Sostituisci", exact=True).click()

    expect(page.locator("cz-toasts")).to_contain_text(MEETING)
    caller = api_client(ada)
    assert caller.get(f"/api/v1/appointments/{call.pk}/").json()["type"] == new.pk
    assert caller.get(f"/api/v1/appointment-types/{old.pk}/").json()["active"] is False
    with use_firm(firm):
        assert not Relation.objects.filter(type=old).exists()
