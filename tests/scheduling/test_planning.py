"""The plan computed where the rows are: the vectors of domain.md 8.14, and what is written."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.enums import ClientState
from clients.models import Client
from clients.planner import HASHED
from clients.worklist import EVERYBODY, Selection
from scheduling.batch import PLACES, STEPS, Batch, Moment
from scheduling.cadence import Decider, Interval, Target, interval, plan
from scheduling.models import Appointment, CadenceException, ClientPlan, Reminder
from scheduling.planning import recompute_clients, recompute_firm
from scheduling.statements import DROP_PLANS, UPDATE_REMINDERS, WRITE_PLANS
from tenants.binding import use_firm
from tenants.models import Firm
from tests.scheduling.vectors import VECTORS, Vector
from tests.scheduling.world import World, at, plans, reminders, versions, world_of

NOON = 12


@pytest.fixture
def world(bound: Firm) -> World:
    return world_of(bound)


def only_plan() -> ClientPlan:
    return ClientPlan.objects.get()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector_gives_the_same_date_where_the_rows_are(world: World, vector: Vector) -> None:
    [client] = world.clients(1)
    world.check.lead_days = vector.lead_days
    world.check.save()
    for number in vector.numbers:
        world.group(number, [client])
    if vector.last_on:
        world.meetings([client], at(vector.last_on, 0, 15))
    if vector.next_on:
        world.meetings([client], at(vector.next_on, NOON), state="planned")

    recompute_firm(world.firm, at=at(vector.today))

    stored = only_plan()
    assert (stored.last_meeting_on, stored.next_meeting_on) == (vector.last_on, vector.next_on)
    assert (stored.due_on, stored.remind_on) == (vector.due_on, vector.remind_from)
    assert (stored.beyond_cadence_days or 0) == vector.beyond_cadence_days
    assert Reminder.objects.filter(state="open", due_on=vector.due_on).exists() is vector.reminds


@pytest.mark.parametrize("number", range(1, 53))
def test_every_number_steps_as_in_python_from_month_ends(world: World, number: int) -> None:
    anchors = [date(2023, 12, 31) + timedelta(days=days) for days in (-1, 0, 28, 29, 30, 59, 60, 61, 91, 180, 243)]
    world.group(number, world.clients(len(anchors)))
    wanted = {}
    for client, anchor in zip(Client.objects.order_by("id"), anchors, strict=True):
        world.meetings([client.pk], at(anchor, NOON))
        wanted[client.pk] = plan(Target(Decider.GROUP, number), last_on=anchor, next_on=None).due_on

    recompute_firm(world.firm, at=at(date(2024, 9, 15)))

    assert dict(ClientPlan.objects.values_list("client_id", "due_on")) == wanted


def test_dates_are_those_of_the_firms_zone(world: World) -> None:
    [client] = world.clients(1)
    world.group(1, [client])
    world.meetings([client], at(date(2024, 7, 1), 0, 5))  # still 30 June in UTC

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert (only_plan().last_meeting_on, only_plan().due_on) == (date(2024, 7, 1), date(2025, 7, 1))


def test_of_equal_numbers_the_group_with_the_lowest_id_is_named(world: World) -> None:
    [client] = world.clients(1)
    world.group(2, [client])
    first = world.group(4, [client])
    world.group(4, [client])

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert (only_plan().yearly_meetings, only_plan().group_id) == (4, first.pk)


def test_an_inactive_group_drives_nothing(world: World) -> None:
    [client] = world.clients(1)
    group = world.group(4, [client])
    group.active = False
    group.save()

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert only_plan().yearly_meetings is None


@pytest.mark.parametrize(
    ("number", "ends_on", "wanted"),
    [(12, None, 12), (None, None, None), (12, date(2024, 7, 2), 12), (12, date(2024, 7, 1), 4)],
    ids=["own number", "none at all", "last day in force", "ended"],
)
def test_an_exception_in_force_wins_over_every_group(
    world: World, number: int | None, ends_on: date | None, wanted: int | None
) -> None:
    [client] = world.clients(1)
    world.group(4, [client])
    own = CadenceException.objects.create(client_id=client, yearly_meetings=number, ends_on=ends_on, reason="wish")

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    stored = only_plan()
    assert stored.yearly_meetings == wanted
    assert (stored.exception_id is None, stored.group_id is None) == ((False, True) if wanted != 4 else (True, False))
    assert stored.exception_id in (None, own.pk)


@pytest.mark.parametrize("state", [ClientState.ARCHIVED, ClientState.DECEASED])
def test_who_is_no_longer_served_has_no_plan_and_no_open_reminder(world: World, state: str) -> None:
    [client] = world.clients(1)
    world.group(4, [client])
    world.meetings([client], at(date(2024, 1, 2), NOON))
    recompute_firm(world.firm, at=at(date(2024, 7, 2)))
    assert [row.state for row in Reminder.objects.all()] == ["open"]

    Client.objects.update(state=state)
    recompute_clients([client], at=at(date(2024, 7, 3)))

    assert plans() == []
    assert [row.state for row in Reminder.objects.all()] == ["closed"]


def test_a_meeting_held_later_today_counts_and_one_held_tomorrow_does_not_yet(world: World) -> None:
    today, tomorrow = world.clients(2)
    world.group(4, [today, tomorrow])
    world.meetings([today], at(date(2024, 7, 2), NOON))
    world.meetings([tomorrow], at(date(2024, 7, 3), NOON))

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    held = dict(ClientPlan.objects.values_list("client_id", "last_meeting_on"))
    assert held == {today: date(2024, 7, 2), tomorrow: None}


def test_meetings_of_the_calendar_year_are_those_held_since_local_new_year(world: World) -> None:
    [client] = world.clients(1)
    for moment in (at(date(2024, 1, 1), 0, 0) - timedelta(minutes=1), at(date(2024, 1, 1), 0, 0)):
        world.meetings([client], moment)
    world.meetings([client], at(date(2024, 3, 1), NOON), state="no_show")
    world.meetings([client], at(date(2024, 12, 1), NOON), state="planned")

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert only_plan().meetings_this_year == 1


def a_busy_firm(world: World, count: int) -> list[int]:
    clients = world.clients(count)
    world.group(4, clients[::2])
    world.group(2, clients[::3])
    world.meetings(clients, at(date(2024, 1, 10), NOON))
    world.meetings(clients[::5], at(date(2024, 9, 10), NOON), state="planned")
    return clients


def test_the_same_moment_again_writes_nothing(world: World) -> None:
    a_busy_firm(world, 60)
    assert recompute_firm(world.firm, at=at(date(2024, 7, 2))) > 60
    tables = [("scheduling_clientplan", "client_id"), ("scheduling_reminder", "id")]
    before = [versions(*table) for table in tables]

    assert recompute_firm(world.firm, at=at(date(2024, 7, 2))) == 0

    assert [versions(*table) for table in tables] == before


def test_only_the_rows_that_changed_are_written(world: World) -> None:
    clients = a_busy_firm(world, 60)
    recompute_firm(world.firm, at=at(date(2024, 7, 2)))
    before = versions("scheduling_clientplan", "client_id")
    Appointment.objects.filter(client_id=clients[4], state="held").update(starts_at=at(date(2024, 1, 9), NOON))

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    after = versions("scheduling_clientplan", "client_id")
    assert [pk for pk in clients if after[pk] != before[pk]] == [clients[4]]


def test_plans_and_reminders_that_were_deleted_come_back_the_same(world: World) -> None:
    a_busy_firm(world, 60)
    recompute_firm(world.firm, at=at(date(2024, 7, 2)))
    wanted = plans(), reminders()
    assert all(wanted)
    ClientPlan.objects.all().delete()
    Reminder.objects.all().delete()

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert (plans(), reminders()) == wanted


def statements_of(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_statements_do_not_grow_with_the_clients(world: World) -> None:
    a_busy_firm(world, 10)
    few = statements_of(lambda: recompute_firm(world.firm, at=at(date(2024, 7, 2))))
    a_busy_firm(world, 1000)
    many = statements_of(lambda: recompute_firm(world.firm, at=at(date(2024, 7, 3))))

    assert few == many == 3


def test_one_client_is_recomputed_in_at_most_ten_statements(world: World) -> None:
    clients = a_busy_firm(world, 10)

    assert statements_of(lambda: recompute_clients(clients[:1], at=at(date(2024, 7, 2)))) <= 10


def test_some_clients_get_the_plan_that_the_whole_firm_would_give_them(world: World) -> None:
    clients = a_busy_firm(world, 60)
    recompute_clients(clients[:7], at=at(date(2024, 7, 2)))
    some = plans()
    assert len(some) == 7

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert [row for row in plans() if row[0] in clients[:7]] == some


def test_another_firm_is_neither_read_nor_written(world: World, other_firm: Firm) -> None:
    [client] = world.clients(1)
    with use_firm(other_firm):
        theirs = world_of(other_firm)
        theirs.group(4, theirs.clients(2))
        recompute_firm(other_firm, at=at(date(2024, 7, 2)))
        assert len(plans()) == 2

    recompute_firm(world.firm, at=at(date(2024, 7, 2)))

    assert [row[0] for row in plans()] == [client]


def moment(day: int) -> datetime:
    return at(date(2024, 4, day))


def test_a_missed_night_loses_no_reminder(world: World) -> None:
    clients = world.clients(1)
    world.group(4, clients)
    world.meetings(clients, at(date(2024, 1, 10), NOON))  # due 10 April, reminder from 3 April

    recompute_firm(world.firm, at=moment(2))
    assert reminders() == []
    recompute_firm(world.firm, at=moment(9))

    assert [(row.state, row.due_on) for row in Reminder.objects.all()] == [("open", date(2024, 4, 10))]


def test_a_reminder_ends_when_a_meeting_is_planned_and_returns_when_it_is_cancelled(world: World) -> None:
    clients = world.clients(1)
    world.group(4, clients)
    world.meetings(clients, at(date(2024, 1, 10), NOON))
    recompute_firm(world.firm, at=moment(5))

    [planned] = world.meetings(clients, at(date(2024, 4, 20), NOON), state="planned")
    recompute_clients(clients, at=moment(6))
    assert [row.state for row in Reminder.objects.all()] == ["closed"]

    Appointment.objects.filter(pk=planned.pk).update(state="cancelled", counts=False)
    recompute_clients(clients, at=moment(7))
    [reminder] = Reminder.objects.all()
    assert (reminder.state, reminder.ended_at, reminder.opened_on) == ("open", None, date(2024, 4, 7))


def test_a_dismissed_reminder_does_not_return_for_the_same_date_but_does_for_another(world: World) -> None:
    clients = world.clients(1)
    world.group(4, clients)
    world.meetings(clients, at(date(2024, 1, 10), NOON))
    recompute_firm(world.firm, at=moment(5))
    Reminder.objects.update(state="dismissed", ended_at=moment(5))

    recompute_firm(world.firm, at=moment(6))
    assert [row.state for row in Reminder.objects.all()] == ["dismissed"]

    world.meetings(clients, at(date(2024, 1, 15), NOON))
    recompute_firm(world.firm, at=moment(20))
    found = dict(Reminder.objects.values_list("due_on", "state"))
    assert found == {date(2024, 4, 10): "dismissed", date(2024, 4, 15): "open"}


def test_a_snoozed_reminder_wakes_on_its_day_and_ends_with_its_cause(world: World) -> None:
    waking, ending = world.clients(2)
    world.group(4, [waking, ending])
    world.meetings([waking, ending], at(date(2024, 1, 10), NOON))
    recompute_firm(world.firm, at=moment(5))
    Reminder.objects.update(state="snoozed", snoozed_until=date(2024, 4, 8))
    recompute_firm(world.firm, at=moment(7))
    assert {row.state for row in Reminder.objects.all()} == {"snoozed"}

    world.meetings([ending], at(date(2024, 4, 20), NOON), state="planned")
    recompute_firm(world.firm, at=moment(8))

    found = {row.client_id: (row.state, row.snoozed_until) for row in Reminder.objects.all()}
    assert found == {waking: ("open", None), ending: ("closed", None)}


@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "switched off"])
def test_without_the_planning_check_nothing_is_raised_and_what_was_open_ends(world: World, gone: bool) -> None:
    clients = world.clients(1)
    world.group(4, clients)
    world.meetings(clients, at(date(2024, 1, 10), NOON))
    recompute_firm(world.firm, at=moment(5))

    if gone:
        world.check.delete()
    else:
        world.check.active = False
        world.check.save()
    recompute_firm(world.firm, at=moment(6))

    assert only_plan().remind_on is None
    assert {row.state for row in Reminder.objects.all()} == (set() if gone else {"closed"})


def test_a_longer_notice_raises_the_reminder_earlier(world: World) -> None:
    clients = world.clients(1)
    world.group(4, clients)
    world.meetings(clients, at(date(2024, 1, 10), NOON))
    world.check.lead_days = 14
    world.check.save()

    recompute_firm(world.firm, at=at(date(2024, 3, 27)))

    assert [row.opened_on for row in Reminder.objects.all()] == [date(2024, 3, 27)]


def test_the_steps_are_those_of_the_cadence() -> None:
    assert [interval(number) for number in (1, 4, 5)] == [Interval(12), Interval(3), Interval(0, 73)]
    assert (STEPS[0], STEPS[3], STEPS[4]) == ("12 months 0 days", "3 months 0 days", "0 months 73 days")


@pytest.mark.parametrize("chosen", [EVERYBODY, Selection(range(1, 2000))], ids=["everybody", "some clients"])
@pytest.mark.parametrize("statement", [WRITE_PLANS, DROP_PLANS, UPDATE_REMINDERS], ids=["write", "drop", "remind"])
def test_without_statistics_no_statement_loops_over_sets(world: World, statement: str, chosen: Selection) -> None:
    """The tables of this test were never analysed: to the planner a firm of any size is a handful of rows."""
    batch = Batch(Moment.at(world.firm, moment(5)), chosen)
    places = {place: chosen.restriction(column) for place, column in PLACES.items()}

    with connection.cursor() as cursor:
        cursor.execute(HASHED + "EXPLAIN " + statement.format(**places), batch.given)
        shown = "\n".join(line for (line,) in cursor.fetchall())

    assert "Nested Loop" not in shown


def test_each_table_of_clients_is_restricted_where_only_some_are_looked_at() -> None:
    for statement in (WRITE_PLANS, DROP_PLANS, UPDATE_REMINDERS):
        tables = re.findall(
            r"(?:FROM|JOIN|UPDATE) (?:clients_client|scheduling_\w+|groups_groupmember) (\w+)", statement
        )
        restricted = {column.partition(".")[0] for place, column in PLACES.items() if f"{{{place}}}" in statement}
        assert set(tables) - {"k"} <= restricted, statement
