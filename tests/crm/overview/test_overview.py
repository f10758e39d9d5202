"""The general overview: reminders first, how the cadence is kept, and what a new firm does."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from crm.overview import figures
from groups.models import Group, GroupMember
from scheduling import planning, services
from scheduling.enums import AppointmentState
from scheduling.queries import default_meeting_type
from scheduling.services import NewAppointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import HOUR, NOW, TODAY, book, make_client, rome

Browse = Callable[[Membership], Browser]


@pytest.fixture(autouse=True)
def _today(db: None) -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def held(clients: list[int], when: datetime, by: Membership) -> None:
    kind = default_meeting_type()
    assert kind is not None
    entries = [
        NewAppointment(
            client_id=pk, type=kind, starts_at=when, ends_at=when + HOUR, state=AppointmentState.HELD, assignee=by
        )
        for pk in clients
    ]
    services.enter_appointments(entries, by=by, at=NOW)


def make_cadence(firm: Firm, advisor: Membership, *, number: int, size: int, last: datetime | None) -> list[int]:
    """A group of ``size`` clients of the advisor, last met then; their plan is computed."""
    with use_firm(firm):
        group = Group.objects.create(name=f"Gruppo {number}", yearly_meetings=number)
        clients = [make_client(f"Cliente {number}-{n}", advisor=advisor).pk for n in range(size)]
        GroupMember.objects.bulk_create(GroupMember(group=group, client_id=pk) for pk in clients)
        if last is not None:
            held(clients, last, advisor)
        planning.recompute_clients(clients, at=NOW)
        return clients


def test_reminders_come_first_then_how_things_stand(firm: Firm, alice: Membership, browse: Browse) -> None:
    make_cadence(firm, alice, number=4, size=2, last=rome(2025, 10, 1))
    make_cadence(firm, alice, number=1, size=3, last=rome(2026, 1, 15))
    make_cadence(firm, alice, number=2, size=1, last=None)
    with use_firm(firm):
        book(make_client("Odierno", advisor=alice), rome(2026, 3, 10, 15), by=alice, assignee=alice)
        book(make_client("Venturo", advisor=alice), rome(2026, 3, 12, 15), by=alice, assignee=alice)

    answer = browse(alice).get(page(alice))

    html = answer.content.decode()
    places = [html.index(f'id="{name}-title"') for name in ("reminders", "meetings", "today", "kept", "never-met")]
    assert places == sorted(places)
    assert [reminder.client.name for reminder in answer.context["reminders"]] == ["Cliente 4-0", "Cliente 4-1"]
    assert [one.client.name for one in answer.context["today_appointments"]] == ["Odierno"]
    assert [one.client.name for one in answer.context["upcoming"]] == ["Venturo"]
    assert [plan.client.name for plan in answer.context["never_met"]] == ["Cliente 2-0"]
    cadence = answer.context["cadence"]
    assert (cadence.clients, cadence.overdue, cadence.never_met, cadence.yearly_target) == (6, 2, 1, 13)
    assert [(group.name, group.kept, group.clients) for group in cadence.groups] == [
        ("Gruppo 4", 0, 2),
        ("Gruppo 2", 0, 1),
        ("Gruppo 1", 3, 3),
    ]


def test_an_advisor_sees_only_his_own_and_an_administrator_all(
    firm: Firm, alice: Membership, ada: Membership, carol: Membership, browse: Browse
) -> None:
    make_cadence(firm, alice, number=4, size=2, last=rome(2025, 10, 1))
    make_cadence(firm, ada, number=2, size=3, last=rome(2025, 2, 1))
    make_cadence(carol.firm, carol, number=4, size=4, last=rome(2025, 10, 1))

    seen = {member.name: browse(member).get(page(member)).context["cadence"].overdue for member in (alice, ada, carol)}

    assert seen == {"Alice Conti": 2, "Ada Ferri": 5, "Carol Neri": 4}


def test_the_page_costs_the_same_with_few_and_many(firm: Firm, alice: Membership, browse: Browse) -> None:
    make_cadence(firm, alice, number=4, size=1, last=rome(2025, 10, 1))
    make_cadence(firm, alice, number=2, size=1, last=None)
    browser = browse(alice)
    browser.get(page(alice))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(alice))
    make_cadence(firm, alice, number=12, size=20, last=rome(2025, 10, 1))
    make_cadence(firm, alice, number=6, size=20, last=None)
    with CaptureQueriesContext(connection) as many:
        browser.get(page(alice))

    assert len(few) == len(many)


def test_meetings_are_counted_in_the_month_of_the_firms_zone(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        clients = [make_client(f"C{n}", advisor=alice).pk for n in range(3)]
        # Half past midnight in Rome on 1 February is still January in UTC.
        held(clients, rome(2026, 2, 1, 0, 30), alice)
        held(clients[:1], rome(2025, 4, 1, 0, 30), alice)
        held(clients, rome(2025, 3, 31, 23, 30), alice)

        months = figures.meetings_by_month(alice, firm, yearly_target=18, at=NOW)

    assert (months[0].first, months[-1].first, len(months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)
    assert {month.first: month.held for month in months if month.held} == {date(2025, 4, 1): 1, date(2026, 2, 1): 3}
    assert {month.target for month in months} == {1.5}


def test_a_new_firm_is_told_its_first_steps_until_they_are_done(firm: Firm, alice: Membership, browse: Browse) -> None:
    before = browse(alice).get(page(alice)).context["steps"]
    clients = make_cadence(firm, alice, number=4, size=1, last=None)
    halfway = browse(alice).get(page(alice)).context["steps"]
    with use_firm(firm):
        held(clients, rome(2026, 1, 1), alice)
    after = browse(alice).get(page(alice))

    assert [step.is_done for step in before] == [False] * 4
    assert [step.is_done for step in halfway] == [True, True, True, False]
    assert after.context["steps"] == []
    assert 'id="steps-title"' not in after.content.decode()


def test_the_numbers_of_the_chart_stand_in_a_table(firm: Firm, alice: Membership, browse: Browse) -> None:
    make_cadence(firm, alice, number=4, size=3, last=rome(2026, 1, 15))

    answer = browse(alice).get(page(alice))

    bars, line = answer.context["chart"]["series"]
    assert (bars["data"][-3], line["data"][-3]) == (3, 1.0)
    assert answer.content.decode().count("<tr>") == 13
    assert [month.held for month in answer.context["months"]] == bars["data"]
    assert TODAY.replace(day=1) == answer.context["months"][-1].first


def test_whoever_sees_all_clients_may_look_at_his_own(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    make_cadence(firm, alice, number=4, size=2, last=rome(2025, 10, 1))
    make_cadence(firm, alice, number=2, size=1, last=None)
    make_cadence(firm, ada, number=6, size=1, last=rome(2025, 10, 2))
    make_cadence(firm, ada, number=1, size=1, last=None)
    with use_firm(firm):
        for member in (alice, ada):
            client = make_client(f"Di {member.name}", advisor=member)
            book(client, rome(2026, 3, 10, 15), by=member, assignee=member)
            book(client, rome(2026, 3, 12, 15), by=member, assignee=member)

    everybody, mine = (browse(ada).get(page(ada), asked).context for asked in ({}, {"whose": "mine"}))

    assert {reminder.client.name for reminder in everybody["reminders"]} > {"Cliente 6-0"}
    assert [reminder.client.name for reminder in mine["reminders"]] == ["Cliente 6-0"]
    assert [plan.client.name for plan in mine["never_met"]] == ["Cliente 1-0"]
    assert [one.client.name for one in mine["today_appointments"]] == [f"Di {ada.name}"]
    assert [one.client.name for one in mine["upcoming"]] == [f"Di {ada.name}"]
    assert (everybody["reminder_counts"]["all"], mine["reminder_counts"]["all"]) == (3, 1)
    assert (everybody["cadence"].clients, mine["cadence"].clients) == (5, 2)
    assert sum(month.held for month in everybody["months"]) == 3
    assert sum(month.held for month in mine["months"]) == 1


def test_an_empty_share_of_a_cadence_is_not_taken_for_none(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    before = browse(ada).get(page(ada), {"whose": "mine"}).content.decode()
    make_cadence(firm, alice, number=4, size=1, last=rome(2025, 10, 1))

    after = browse(ada).get(page(ada), {"whose": "mine"}).content.decode()

    assert ("Ancora nessuna cadenza" in before, "Ancora nessuna cadenza" in after) == (True, False)
    assert "Nessun cliente in una cadenza" in after


def test_the_switch_is_not_for_whoever_sees_only_his_own(firm: Firm, alice: Membership, browse: Browse) -> None:
    answer = browse(alice).get(page(alice), {"whose": "mine"})

    assert answer.context["only"] is None
    assert f'href="{page(alice)}?whose=mine"' not in answer.content.decode()


def test_a_past_appointment_is_told_once(firm: Firm, alice: Membership, browse: Browse) -> None:
    with use_firm(firm):
        client = make_client("Passato", advisor=alice)
        old, this_morning = (book(client, rome(2026, 3, day, 8), by=alice, assignee=alice) for day in (4, 10))

    answer = browse(alice).get(page(alice))

    html = answer.content.decode()
    assert [html.count(f'id="outcome-{one.pk}"') for one in (old, this_morning)] == [1, 1]
    assert answer.context["unrecorded"] == 2
