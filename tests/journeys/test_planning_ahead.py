"""Planning with foresight in a browser: see the load before a number is saved; plan the weeks, and take them back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from crm.nightly import run_now
from groups import services as groups
from groups.models import Group
from groups.services import GroupDetails
from scheduling.models import Appointment, ClientPlan, Reminder
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.journeys.test_first_meeting import log_in
from tests.outcomes.states import rows
from tests.scheduling.making import book, make_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gold(firm: Firm, ada: Membership, alice: Membership) -> Group:
    """Three clients of Alice's, overdue in a group that promises four meetings a year."""
    now = timezone.now()
    with use_firm(firm):
        for name in ("Rossi", "Bianchi", "Verdi"):
            client = make_client(name, advisor=alice)
            Client.objects.filter(pk=client.pk).update(aum=600_000)
            book(client, now - timedelta(days=200), by=alice, assignee=alice, at=now)
        details = GroupDetails(name="Gold", filter={"field": "aum", "op": "gt", "value": "500000"})
        group = groups.create_group(details, by=ada, at=now, yearly_meetings=4)
    run_now(firm.pk, None, at=now)
    return group


@pytest.mark.parametrize("width", [1440, 390])
def test_the_load_is_seen_before_a_number_is_saved_and_the_number_is_taken_back(
    page: Page, live_server: LiveServer, ada: Membership, gold: Group, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}/f/aurora/planning/appointments/")
    page.get_by_role("link", name="Gold").press("Enter")
    panel = page.locator("#foresight [data-foresight]")
    expect(panel).to_have_attribute("data-foresight", re.compile(r"^(\d+) \1$"))
    number = page.locator("input[name=yearly_meetings]")
    number.fill("12")
    expect(panel).to_have_attribute("data-foresight", re.compile(r"^1\d 3\d$"))
    assert violations(page) == []
    assert number_of(gold, ada) == 4

    before = state(gold.firm_id)
    number.press("Enter")
    row = page.locator(f"#group-{gold.pk}")
    expect(row.locator('[data-cadence="set"]')).to_be_visible()
    assert number_of(gold, ada) == 12
    page.locator("cz-toasts").get_by_role("button", name="Annulla").press("Enter")
    expect(page.locator("cz-toasts")).to_contain_text("4 incontri")
    page.reload()
    expect(row).to_contain_text("4")
    assert number_of(gold, ada) == 4
    assert state(gold.firm_id) == before


@pytest.mark.parametrize("width", [1440, 390])
def test_weeks_are_planned_and_taken_back(
    page: Page, live_server: LiveServer, alice: Membership, gold: Group, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    before, told = state(gold.firm_id), plans(alice)
    log_in(page, live_server, alice, "it")
    page.goto(f"{live_server.url}/f/aurora/planning/weeks/")
    expect(page.locator("[data-visit]")).to_have_count(3)
    assert violations(page) == []
    page.get_by_role("button", name="Accetta tutto ciò che è spuntato").press("Enter")
    expect(page.locator("[data-visit]")).to_have_count(0)
    # Three who are overdue are not met on the same day.
    days = {plan["next_meeting_on"] for plan in plans(alice)}
    assert None not in days
    assert len(days) == 3
    page.reload()
    expect(page.locator("[data-visit]")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Annulla")).last.press("Enter")
    expect(page.locator("[data-visit]")).to_have_count(3)
    page.reload()
    expect(page.locator("[data-visit]")).to_have_count(3)
    assert plans(alice) == told
    assert state(gold.firm_id) == before


def plans(member: Membership) -> list[dict[str, object]]:
    caller = api_client(member)
    rows = caller.get("/api/v1/clients/?ordering=id").json()["results"]
    return [caller.get(f"/api/v1/clients/{row['id']}/").json()["plan"] for row in rows]


def number_of(group: Group, member: Membership) -> object:
    return api_client(member).get(f"/api/v1/groups/{group.pk}/").json()["yearly_meetings"]


def state(firm_id: int) -> list[list[dict[str, Any]]]:
    """Row by row what a number and a plan of weeks touch, but for when the night is to look at it."""
    with use_firm(firm_id):
        reminders = rows(Reminder, state__in=["open", "snoozed"])
        return [
            [{**row, "changed_at": None} for row in rows(Group)],
            rows(Appointment),
            rows(ClientPlan),
            [{**row, "opened_on": None} for row in reminders],
        ]
