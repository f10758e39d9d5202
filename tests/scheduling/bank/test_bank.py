"""A real bank's 45,211 contacts: every client's date and every reminder, against a computation of its own."""

import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clients.models import Client
from crm import nightly
from groups.models import Group
from scheduling.enums import ReminderState
from scheduling.models import Appointment, ClientPlan, Reminder
from scheduling.nights import NightlyRun
from tenants.models import Firm
from tests.scheduling.bank.oracle import MONTHS_BETWEEN, Contact, Expected, contacts, expected
from tests.scheduling.world import HOUR, World, at, plans, reminders, versions, world_of

FILE = Path(__file__).parents[4] / "shared/data/bank_marketing/bank-full.csv.gz"
TODAYS = [date(2010, 12, 1), date(2009, 5, 15), date(2010, 2, 28)]
CLOCK = at(date(2010, 12, 1))
GROUPS = {
    4: {"field": "aum", "op": "gt", "value": "5000.00"},
    2: {"field": "aum", "op": "between", "value": ["500.00", "5000.00"]},
    1: {"field": "aum", "op": "lt", "value": "500.00"},
}

Found = dict[str, Expected]


@pytest.fixture
def bank_file() -> Path:
    if not FILE.exists():
        assert not os.environ.get("REQUIRE_SHARED_DATA"), f"{FILE} is missing"
        pytest.skip("the shared data set is not here")
    return FILE


@pytest.fixture
def world(bound: Firm) -> World:
    world = world_of(bound)
    for number, document in GROUPS.items():
        Group.objects.create(name=f"{number} a year", filter=document, yearly_meetings=number)
    return world


def load(world: World, rows: list[Contact]) -> None:
    clients = Client.objects.bulk_create(
        (
            Client(
                last_name=f"N. {row.line}", name=f"N. {row.line}", external_id=str(row.line), aum=Decimal(row.balance)
            )
            for row in rows
        ),
        batch_size=5000,
    )
    Appointment.objects.bulk_create(
        (
            Appointment(client=client, type=world.meeting, starts_at=start, ends_at=start + HOUR, state="held")
            for client, row in zip(clients, rows, strict=True)
            for start in [at(row.met_on, 12, 0)]
        ),
        batch_size=5000,
    )


def found() -> Found:
    """What the product says of every client, by the line of the file that he came from."""
    open_for = {reminder.client_id: reminder.due_on for reminder in Reminder.objects.filter(state=ReminderState.OPEN)}
    rows = ClientPlan.objects.values_list(
        "client__external_id", "client_id", "last_meeting_on", "yearly_meetings", "due_on"
    )
    return {
        line: Expected(last_on, number, due_on, client_id in open_for and open_for[client_id] == due_on)
        for line, client_id, last_on, number, due_on in rows
    }


def wanted(rows: list[Contact], today: date, months_between: Mapping[int, int] = MONTHS_BETWEEN) -> Found:
    return {str(row.line): expected(row, today, months_between) for row in rows}


def run_night(world: World, today: date) -> NightlyRun:
    run = nightly.run_now(world.firm.pk, today, at=CLOCK)
    assert (run.state, run.error) == ("done", "")
    return run


def test_every_client_gets_the_date_and_the_reminder_of_an_independent_computation(
    world: World, bank_file: Path
) -> None:
    rows = [row for row in contacts(bank_file) if row.balance >= 0]
    assert len(rows) == 45_211 - 3_766
    load(world, rows)

    for today in TODAYS:
        run = run_night(world, today)
        assert run.clients == len(rows)
        assert found() == wanted(rows, today)
        assert Reminder.objects.filter(state=ReminderState.OPEN).count() == sum(
            one.reminds for one in wanted(rows, today).values()
        )

    tables = [("scheduling_clientplan", "client_id"), ("scheduling_reminder", "id"), ("groups_groupmember", "id")]
    before = [plans(), reminders(), *(versions(*table) for table in tables)]
    again = run_night(world, TODAYS[-1])
    assert (again.plans_changed, again.members_changed, again.reminders_opened, again.reminders_closed) == (0, 0, 0, 0)
    assert [plans(), reminders(), *(versions(*table) for table in tables)] == before


@pytest.mark.parametrize("number", MONTHS_BETWEEN)
def test_an_interval_that_is_wrong_by_a_month_would_be_noticed(world: World, bank_file: Path, number: int) -> None:
    rows = [row for row in contacts(bank_file) if row.balance >= 0][::100]
    load(world, rows)
    run_night(world, TODAYS[0])
    assert found() == wanted(rows, TODAYS[0])

    altered = {**MONTHS_BETWEEN, number: MONTHS_BETWEEN[number] + 1}

    assert found() != wanted(rows, TODAYS[0], altered)
