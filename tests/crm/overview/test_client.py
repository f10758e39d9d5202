"""Panoramica of one client (REL-32 … REL-38): what stands there follows the appointments at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from clients import services
from clients.models import Client
from groups.models import Group, GroupMember
from scheduling.services import set_cadence_exception
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.scheduling.making import NOW, book, rome

BUSINESS = re.compile(r'^SELECT "?\(?(SELECT )?"?(clients|scheduling|groups)_|^\(')

Browse = Callable[[Membership], Browser]


@pytest.fixture(autouse=True)
def _today(db: None) -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def gold(firm: Firm) -> Group:
    with use_firm(firm):
        return Group.objects.create(name="Gold", kind="fixed", yearly_meetings=4)


@pytest.fixture
def rossi(firm: Firm, gold: Group, alice: Membership) -> Client:
    with use_firm(firm):
        client = new_client("Rossi", advisor=alice, aum="612000")
        GroupMember.objects.create(group=gold, client_id=client.pk)
        return client


def shown(browser: Browser, member: Membership, client: Client) -> Any:
    answer = browser.get(page(member, f"clients/{client.pk}/"))
    assert answer.status_code == 200
    return answer.context["overview"]


def meet(firm: Firm, client: Client, when: Any, by: Membership) -> None:
    with use_firm(firm):
        book(client, when, by=by)


def test_last_next_hypothetical_date_and_count(firm: Firm, rossi: Client, alice: Membership, browse: Browse) -> None:
    meet(firm, rossi, rome(2025, 12, 12), alice)
    meet(firm, rossi, rome(2026, 1, 20), alice)

    held = shown(browse(alice), alice, rossi)
    assert (held.plan.last_meeting_on.isoformat(), held.plan.next_meeting_on) == ("2026-01-20", None)
    assert (held.plan.due_on.isoformat(), held.meetings_this_year, held.plan.yearly_meetings) == ("2026-04-20", 1, 4)
    assert [appointment.starts_at for appointment in held.past] == [rome(2026, 1, 20), rome(2025, 12, 12)]

    meet(firm, rossi, rome(2026, 5, 4), alice)
    planned = shown(browse(alice), alice, rossi)
    assert (planned.plan.next_meeting_on.isoformat(), planned.plan.due_on.isoformat()) == ("2026-05-04", "2026-08-04")
    assert planned.plan.beyond_cadence_days == 14
    assert [appointment.starts_at for appointment in planned.upcoming] == [rome(2026, 5, 4)]


def test_the_date_explains_itself(firm: Firm, rossi: Client, alice: Membership, browse: Browse) -> None:
    meet(firm, rossi, rome(2026, 1, 20), alice)
    with use_firm(firm):
        alice.language = "en"
        alice.save()

    with translation.override("en"):
        first = shown(browse(alice), alice, rossi).explanation
    with use_firm(firm):
        set_cadence_exception(rossi, yearly_meetings=5, reason="Bereavement", ends_on=None, by=alice, at=NOW)
    own = shown(browse(alice), alice, rossi)

    assert first == "4 meetings a year because of the group Gold (RFA €612,000.00); last meeting 20/01/2026 + 3 months."
    assert (
        own.explanation
        == "5 meetings a year by the client's own exception: Bereavement; last meeting 20/01/2026 + 73 days."
    )
    assert own.exception.reason == "Bereavement"


def test_without_a_previous_meeting_there_is_no_date_and_the_page_says_so(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    meet(firm, rossi, rome(2026, 5, 4), alice)

    overview = shown(browse(alice), alice, rossi)

    assert (overview.plan.last_meeting_on, overview.plan.due_on) == (None, None)
    assert len(overview.upcoming) == 1


def test_overdue_is_told_in_days_and_the_reminder_leads_to_a_new_appointment(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    meet(firm, rossi, rome(2025, 11, 1), alice)
    answer = browse(alice).get(page(alice, f"clients/{rossi.pk}/"))

    assert answer.context["plan"].due_on.isoformat() == "2026-02-01"
    assert "37" in answer.content.decode()
    assert len(answer.context["overview"].reminders) == 1
    assert f"client={rossi.pk}&amp;due=2026-02-01" in answer.content.decode()


def test_an_archived_client_has_no_cadence(firm: Firm, rossi: Client, alice: Membership, browse: Browse) -> None:
    meet(firm, rossi, rome(2026, 1, 20), alice)
    with use_firm(firm):
        services.archive(Client.objects.filter(pk=rossi.pk), by=alice, at=NOW)

    overview = shown(browse(alice), alice, rossi)

    assert overview.plan is None or overview.plan.due_on is None


def test_the_page_takes_the_same_statements_for_any_number_of_appointments(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    browser, counts = browse(alice), []
    for months in ((1,), (2, 3, 4, 5)):
        for month in months:
            meet(firm, rossi, rome(2025, month, 3), alice)
            meet(firm, rossi, rome(2026, 6 + month, 3), alice)
        with CaptureQueriesContext(connection) as captured:
            shown(browser, alice, rossi)
        counts.append(len([query for query in captured if BUSINESS.search(query["sql"])]))

    # Client, e-mails, addresses that send back, telephones, labels, plan, who decides, appointments, reminders.
    assert counts == [9, 9]
