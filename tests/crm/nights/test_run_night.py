"""``run_night``: the night by command, for integrations and operators (api.md)."""

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from scheduling.models import ClientPlan, NightlyRun, Reminder
from tenants.binding import local_today, use_firm
from tenants.models import Firm
from tests.scheduling.world import at, world_of

FIELDS = [
    "firm",
    "date",
    "state",
    "clients",
    "plans_changed",
    "reminders_opened",
    "reminders_closed",
    "seconds",
    "error",
]


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """Three clients to be met four times a year, last met on 10 January 2024: due on 10 April."""
    with use_firm(firm):
        world = world_of(firm)
        clients = world.clients(3)
        world.group(4, clients)
        world.meetings(clients, at(date(2024, 1, 10), 12))
    return firm


def run(*arguments: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("run_night", "--json", *arguments, stdout=out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def test_the_answer_has_the_fields_of_the_contract(busy: Firm) -> None:
    [row] = run("--firm", busy.slug)

    assert list(row) == FIELDS
    today = local_today(busy).isoformat()
    assert (row["firm"], row["date"], row["state"], row["error"]) == (busy.slug, today, "done", "")
    assert (row["clients"], row["plans_changed"], row["reminders_opened"]) == (3, 3, 3)


def test_a_past_date_counts_as_today_and_its_end_as_now(busy: Firm) -> None:
    [row] = run("--firm", busy.slug, "--date", "2024-04-02")
    assert (row["plans_changed"], row["reminders_opened"]) == (3, 0)

    [row] = run("--firm", busy.slug, "--date", "2024-04-03")
    assert (row["plans_changed"], row["reminders_opened"]) == (0, 3)

    [row] = run("--firm", busy.slug, "--date", "2024-01-09")
    with use_firm(busy):
        assert {plan.last_meeting_on for plan in ClientPlan.objects.all()} == {None}
        assert {reminder.state for reminder in Reminder.objects.all()} == {"closed"}
        assert NightlyRun.objects.get(local_date=date(2024, 4, 3)).as_of == at(date(2024, 4, 4), 0, 0) - timedelta(
            microseconds=1
        )


def test_a_date_to_come_counts_as_today(busy: Firm) -> None:
    with use_firm(busy):
        world = world_of(busy)
        world.meetings(world.clients(1), timezone.now() - timedelta(days=1))
        day = local_today(busy) + timedelta(days=1)

    [row] = run("--firm", busy.slug, "--date", day.isoformat())

    assert (row["date"], row["state"]) == (day.isoformat(), "done")
    with use_firm(busy):
        as_of = NightlyRun.objects.get().as_of
        assert as_of is not None
        assert as_of <= timezone.now()


def test_a_finished_date_is_computed_again_and_reports_no_change(busy: Firm) -> None:
    run("--firm", busy.slug, "--date", "2024-04-05")

    [row] = run("--firm", busy.slug, "--date", "2024-04-05")

    assert (row["state"], row["clients"]) == ("done", 3)
    assert (row["plans_changed"], row["reminders_opened"], row["reminders_closed"]) == (0, 0, 0)


def test_without_a_firm_every_firm_has_its_night(busy: Firm, other_firm: Firm) -> None:
    assert [(row["firm"], row["state"]) for row in run()] == [(busy.slug, "done"), (other_firm.slug, "done")]


def test_for_people_it_prints_one_line_for_each_firm(busy: Firm) -> None:
    out = StringIO()

    call_command("run_night", "--date", "2024-04-05", stdout=out)

    [line] = out.getvalue().splitlines()
    assert line.startswith("aurora 2024-04-05: done, 3 clients, 3 plans changed, 3 reminders opened, 0 closed, ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--firm", "nobody"], "There is no firm named nobody."),
        (["--date", "2024-02-30"], "2024-02-30 is not a date such as 2026-01-31."),
    ],
)
def test_a_mistake_is_told_in_one_line(busy: Firm, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("run_night", *arguments)


def test_a_night_that_somebody_else_runs_is_not_run_and_the_command_fails(busy: Firm) -> None:
    with use_firm(busy):
        NightlyRun.objects.create(
            local_date=date(2024, 4, 5), state="running", lease_until=timezone.now() + timedelta(minutes=5)
        )

    out = StringIO()
    with pytest.raises(CommandError, match="The night was not finished for: aurora"):
        call_command("run_night", "--json", "--date", "2024-04-05", stdout=out)

    assert [row["state"] for row in json.loads(out.getvalue())] == ["running"]
