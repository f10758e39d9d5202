"""A real bank's 45,211 contacts: every client's date and every reminder, against a computation of its own."""

import csv
import json
from collections.abc import Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from crm import nightly
from groups.models import Group
from scheduling.enums import ReminderState
from scheduling.models import ClientPlan, NightlyRun, Reminder
from tenants.models import Firm
from tests.scheduling.bank.oracle import MONTHS_BETWEEN, Contact, Expected, contacts, expected
from tests.scheduling.world import World, at, plans, reminders, versions, world_of
from tests.shared_data import shared_data

TODAYS = [date(2010, 12, 1), date(2009, 5, 15), date(2010, 2, 28)]
CLOCK = at(date(2010, 12, 1))
GROUPS = {
    4: {"field": "aum", "op": "gt", "value": "5000.00"},
    2: {"field": "aum", "op": "between", "value": ["500.00", "5000.00"]},
    1: {"field": "aum", "op": "lt", "value": "500.00"},
}

COLUMNS = {
    "client": "name",
    "number": "external_id",
    "born": "birth_date",
    "job": "profession",
    "marital": "marital_status",
    "education": "education",
    "balance": "aum",
    "contact": "last_meeting_on",
}

Found = dict[str, Expected]


@pytest.fixture
def bank_file() -> Path:
    return shared_data("bank_marketing", "bank-full.csv.gz")


@pytest.fixture
def world(bound: Firm) -> World:
    world = world_of(bound)
    for number, document in GROUPS.items():
        Group.objects.create(name=f"{number} a year", filter=document, yearly_meetings=number)
    return world


def import_rows(rows: list[Contact], folder: Path, firm: Firm) -> dict[str, Any]:
    """Through the product's own door: the file's rows, each on its own line, with the day that its order tells."""
    file, mapping = folder / "clients.csv", folder / "mapping.json"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        for row in rows:
            born = date(row.met_on.year - int(row.row["age"]), 1, 1)
            told = [row.row[name] for name in ("job", "marital", "education")]
            writer.writerow([f"N. {row.line}", row.line, born, *told, row.row["balance"], row.met_on])
    mapping.write_text(json.dumps({"columns": COLUMNS, "delimiter": ";", "date_format": "%Y-%m-%d"}))
    out = StringIO()
    call_command("import_clients", str(file), firm=firm.slug, mapping=str(mapping), json=True, stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


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
    world: World, bank_file: Path, tmp_path: Path
) -> None:
    everything = list(contacts(bank_file))
    rows = [row for row in everything if row.balance >= 0]
    refused = [(row.line, "balance", row.row["balance"]) for row in everything if row.balance < 0]
    assert (len(everything), len(refused)) == (45_211, 3_766)

    report = import_rows(everything, tmp_path, world.firm)

    assert (report["created"], report["updated"], report["skipped"]) == (len(rows), 0, 0)
    assert [(error["line"], error["column"], error["value"]) for error in report["errors"]] == refused
    assert {error["code"] for error in report["errors"]} == {"negative_amount"}

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
def test_an_interval_that_is_wrong_by_a_month_would_be_noticed(
    world: World, bank_file: Path, tmp_path: Path, number: int
) -> None:
    rows = [row for row in contacts(bank_file) if row.balance >= 0][::100]
    import_rows(rows, tmp_path, world.firm)
    run_night(world, TODAYS[0])
    assert found() == wanted(rows, TODAYS[0])

    altered = {**MONTHS_BETWEEN, number: MONTHS_BETWEEN[number] + 1}

    assert found() != wanted(rows, TODAYS[0], altered)
