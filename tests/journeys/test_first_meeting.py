"""The main job in a browser: log in, overview, reminder, appointment, reminder gone, and the result read by REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from crm.nightly import run_now
from groups import services as groups
from groups.services import GroupDetails
from scheduling.models import Reminder
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import PASSWORD, api_client
from tests.scheduling.making import book, make_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "it": {"reminders": "Promemoria", "plan": "Pianifica", "submit": "Pianifica l'appuntamento"},
    "en": {"reminders": "Reminders", "plan": "Plan", "submit": "Plan the appointment"},
}


@pytest.fixture
def overdue(firm: Firm, ada: Membership, alice: Membership) -> Client:
    """A client of Alice's, met 200 days ago in a group that promises four meetings a year."""
    now = timezone.now()
    with use_firm(firm):
        client = make_client("Rossi", advisor=alice)
        Client.objects.filter(pk=client.pk).update(aum=600_000)
        book(client, now - timedelta(days=200), by=alice, assignee=alice, at=now)
        gold = GroupDetails(name="Gold", filter={"field": "aum", "op": "gt", "value": "500000"})
        groups.create_group(gold, by=ada, at=now, yearly_meetings=4)
    run_now(firm.pk, None, at=now)
    with use_firm(firm):
        assert Reminder.objects.filter(client_id=client.pk, state="open").count() == 1
    return client


def log_in(page: Page, live_server: LiveServer, member: Membership, language: str) -> None:
    with use_firm(member.firm_id):
        Membership.objects.filter(pk=member.pk).update(language=language)
    page.goto(f"{live_server.url}/account/login/")
    page.locator("input[name=login]").fill(member.user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/f/aurora/")


def plan_of(member: Membership, client: Client) -> dict[str, Any]:
    answer = api_client(member).get(f"/api/v1/clients/{client.pk}/")
    assert answer.status_code == 200
    plan: dict[str, Any] = answer.json()["plan"]
    return plan


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_reminder_to_a_planned_meeting(
    page: Page, live_server: LiveServer, alice: Membership, overdue: Client, language: str, width: int
) -> None:
    words = WORDS[language]
    page.set_viewport_size({"width": width, "height": 900})
    before = plan_of(alice, overdue)
    log_in(page, live_server, alice, language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    reminder = page.locator("li, tr, article").filter(has_text=overdue.name).first

    reminder.get_by_role("link", name=words["plan"]).first.click()
    page.get_by_role("button", name=words["submit"]).click()
    page.wait_for_url(lambda address: "/new/" not in address)

    page.goto(f"{live_server.url}/f/aurora/reminders/")
    expect(page.locator("main")).not_to_contain_text(overdue.name)
    page.reload()
    expect(page.locator("main")).not_to_contain_text(overdue.name)
    after = plan_of(alice, overdue)
    assert before["next_meeting_on"] is None
    assert before["overdue_days"] > 0
    assert after["next_meeting_on"] is not None
    assert after["due_on"] > before["due_on"]


def test_the_same_by_keyboard(page: Page, live_server: LiveServer, alice: Membership, overdue: Client) -> None:
    log_in(page, live_server, alice, "it")
    # Not the ways to the planner of weeks, which stand on every page.
    plan = page.locator("main").get_by_role("link", name=WORDS["it"]["plan"]).filter(has_not_text="settimane").first

    plan.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=WORDS["it"]["submit"]).focus()
    page.keyboard.press("Enter")

    page.wait_for_url(lambda address: "/new/" not in address)
    assert plan_of(alice, overdue)["next_meeting_on"] is not None
