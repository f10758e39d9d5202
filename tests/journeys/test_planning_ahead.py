"""Planning with foresight in a browser: see the load before a number is saved; plan the weeks, and take them back."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from crm.nightly import run_now
from groups import services as groups
from groups.models import Group
from groups.services import GroupDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.journeys.test_first_meeting import log_in
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
def test_the_load_is_seen_before_saving_and_weeks_are_planned_and_taken_back(
    page: Page, live_server: LiveServer, ada: Membership, alice: Membership, gold: Group, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, "it")
    page.goto(f"{live_server.url}/f/aurora/planning/appointments/")
    page.get_by_role("link", name="Gold").click()
    panel = page.locator("#foresight [data-foresight]")
    expect(panel).to_have_attribute("data-foresight", re.compile(r"^(\d+) \1$"))
    page.locator("input[name=yearly_meetings]").fill("12")
    expect(panel).to_have_attribute("data-foresight", re.compile(r"^1\d 3\d$"))
    with use_firm(gold.firm_id):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == 4

    before = plans(alice)
    log_out(page, live_server)
    log_in(page, live_server, alice, "it")
    page.goto(f"{live_server.url}/f/aurora/planning/weeks/")
    expect(page.locator("[data-visit]")).to_have_count(3)
    assert violations(page) == []
    page.get_by_role("button", name="Accetta tutto ciò che è spuntato").press("Enter")
    expect(page.locator("[data-visit]")).to_have_count(0)
    assert all(plan["next_meeting_on"] for plan in plans(alice))
    page.reload()
    page.get_by_role("button", name=re.compile("^Annulla")).last.click()
    expect(page.locator("[data-visit]")).to_have_count(3)
    assert plans(alice) == before


def plans(member: Membership) -> list[dict[str, object]]:
    caller = api_client(member)
    rows = caller.get("/api/v1/clients/?ordering=id").json()["results"]
    return [caller.get(f"/api/v1/clients/{row['id']}/").json()["plan"] for row in rows]


def log_out(page: Page, live_server: LiveServer) -> None:
    page.context.clear_cookies()
