"""Macros: whom they meet with and whom not, at most once a period, by hand and by night, confirmed and undone."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clients.models import Client
from groups.models import SavedSearch
from groups.services import SearchDetails, create_search, delete_search
from scheduling import queries, services
from scheduling.enums import AppointmentOrigin, AppointmentState, Recipient, Rhythm, RunState
from scheduling.models import Appointment, AppointmentType, ClientPlan, Macro, MacroRun
from scheduling.queries.macros import choice_of, clients_chosen
from tenants.models import Membership
from tests.scheduling.making import NOW, ROME, TODAY, make_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]
RICH = {"field": "aum", "op": "gte", "value": "500000"}


@pytest.fixture
def search(ada: Membership) -> SavedSearch:
    return create_search(SearchDetails(name="Rich", filter=RICH), by=ada)


def make_macro(search: SavedSearch, ada: Membership, **changes: Any) -> Macro:
    values: dict[str, Any] = {"name": "Renewal", "search": search, "type": queries.default_meeting_type(), **changes}
    active = values.pop("active", True)
    macro = services.create_macro(services.MacroDetails(**values), by=ada, at=NOW)
    return services.set_macro_active(macro, active=active, by=ada, at=NOW)


def rich(name: str = "Ricco", **values: Any) -> Client:
    return make_client(name, aum=600_000, **values)


def planned() -> list[tuple[int, int | None]]:
    return list(Appointment.objects.order_by("client_id").values_list("client_id", "assignee_id"))


def night(day: date, at: datetime | None = None) -> list[int]:
    return services.run_due_macros(on=day, at=at or NOW)


# What a run makes


def test_a_run_plans_an_appointment_for_each_client_that_the_search_finds(
    search: SavedSearch, ada: Membership, alice: Membership
) -> None:
    macro = make_macro(search, ada, offset_days=3, at_time=time(15, 30))
    first, second, poor = rich("A", advisor=alice), rich("B"), make_client("Povero", aum=5)
    run = services.run_macro(macro, by=ada, at=NOW)
    assert (run.state, run.found, run.made) == (RunState.DONE, 2, 2)
    assert planned() == [(first.pk, alice.pk), (second.pk, ada.pk)]
    made = Appointment.objects.get(client=first)
    assert made.starts_at == datetime(2026, 3, 13, 15, 30, tzinfo=ROME)
    assert made.ends_at - made.starts_at == timedelta(minutes=macro.type.duration_minutes)
    assert (made.origin, made.state, made.counts, made.created_by) == ("macro", "planned", True, ada)
    assert made.notes == ""
    assert "consulente" in Appointment.objects.get(client=second).notes or Appointment.objects.get(client=second).notes
    # The cadence follows at once: an appointment that counts is the next meeting.
    assert ClientPlan.objects.get(client=first).next_meeting_on == date(2026, 3, 13)
    assert not ClientPlan.objects.filter(client=poor, next_meeting_at__isnull=False).exists()


def test_the_wall_clock_holds_over_the_change_of_the_hour(search: SavedSearch, ada: Membership) -> None:
    client = rich()
    before = datetime(2026, 3, 28, 12, tzinfo=ROME)
    services.run_macro(make_macro(search, ada, offset_days=1), by=ada, at=before)
    assert Appointment.objects.get(client=client).starts_at == datetime(2026, 3, 29, 9, 0, tzinfo=ROME)


@pytest.mark.parametrize("rule", Recipient)
def test_the_recipient_is_the_one_of_the_rule(
    search: SavedSearch, ada: Membership, alice: Membership, bob: Membership, rita: Membership, rule: Recipient
) -> None:
    rich(advisor=alice, contact=bob, specialist=rita)
    services.run_macro(make_macro(search, ada, recipient=rule, operator=bob), by=ada, at=NOW)
    wanted = {"me": ada, "advisor": alice, "contact": bob, "specialist": rita, "fixed": bob, "all": None}[rule]
    assert [assignee for _client, assignee in planned()] == [wanted and wanted.pk]


def test_a_run_costs_the_same_statements_for_one_and_for_many(
    search: SavedSearch, ada: Membership, django_assert_max_num_queries: Any
) -> None:
    macro = make_macro(search, ada)
    for number in range(30):
        rich(f"R{number}")
    with django_assert_max_num_queries(28):
        assert services.run_macro(macro, by=ada, at=NOW).made == 30


# Whom it leaves out


def test_who_has_an_open_appointment_of_the_macro_is_left_out(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada, rhythm=Rhythm.DAILY)
    client = rich()
    services.run_macro(macro, by=ada, at=NOW)
    later = NOW + timedelta(days=1)
    run = services.run_macro(macro, by=ada, at=later)
    assert (run.found, run.made, run.left_open) == (1, 0, 1)
    services.cancel_appointment(Appointment.objects.get(client=client), by=ada, at=later)
    assert services.run_macro(macro, by=ada, at=later).made == 1


def test_an_open_appointment_of_another_origin_does_not_count(search: SavedSearch, ada: Membership) -> None:
    client = rich()
    first, second = make_macro(search, ada), make_macro(search, ada, name="Another")
    services.run_macro(first, by=ada, at=NOW)
    assert services.run_macro(second, by=ada, at=NOW).made == 1
    assert Appointment.objects.filter(client=client).count() == 2


def test_at_most_once_a_period_also_when_the_first_is_over(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada, rhythm=Rhythm.WEEKLY, weekday=1)
    rich()
    services.run_macro(macro, by=ada, at=NOW)
    services.cancel_appointment(Appointment.objects.get(), by=ada, at=NOW)
    again = services.run_macro(macro, by=ada, at=NOW + timedelta(days=1))
    assert (again.made, again.left_period) == (0, 1)
    assert services.run_macro(macro, by=ada, at=NOW + timedelta(days=7)).made == 1


def test_the_pause_leaves_a_client_alone_for_so_many_days(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada, rhythm=Rhythm.DAILY, pause_days=30)
    rich()
    services.run_macro(macro, by=ada, at=NOW)
    services.cancel_appointment(Appointment.objects.get(), by=ada, at=NOW)
    paused = services.run_macro(macro, by=ada, at=NOW + timedelta(days=29))
    assert (paused.made, paused.left_pause) == (0, 1)
    assert services.run_macro(macro, by=ada, at=NOW + timedelta(days=30)).made == 1


def test_a_dry_run_says_exactly_what_the_run_then_does(search: SavedSearch, ada: Membership, alice: Membership) -> None:
    macro = make_macro(search, ada)
    for number in range(4):
        rich(f"R{number}", advisor=alice if number % 2 else None)
    said = list(clients_chosen(macro, on=TODAY, period=TODAY).values_list("pk", "recipient_id").order_by("pk"))
    choice = choice_of(macro, on=TODAY, period=TODAY)
    assert Appointment.objects.count() == 0
    run = services.run_macro(macro, by=ada, at=NOW)
    assert (choice.found, choice.made) == (run.found, run.made)
    assert planned() == said


# The night


def test_the_night_runs_each_occurrence_once_and_makes_up_for_a_missed_one(
    search: SavedSearch, ada: Membership
) -> None:
    # NOW is a Tuesday; the macro runs on Mondays and was switched on today.
    macro = make_macro(search, ada, rhythm=Rhythm.WEEKLY, weekday=1)
    client = rich()
    assert [night(TODAY + timedelta(days=number)) for number in range(6)] == [[]] * 6
    monday = date(2026, 3, 16)
    # Monday's night was missed: Wednesday's does it, once.
    assert night(monday + timedelta(days=2)) == [client.pk]
    assert night(monday + timedelta(days=2)) == []
    assert night(monday + timedelta(days=3)) == []
    [run] = MacroRun.objects.all()
    assert (run.period, run.by_night, run.made, run.macro) == (monday, True, 1, macro)


def test_a_macro_that_is_off_or_by_hand_does_not_run_at_night(search: SavedSearch, ada: Membership) -> None:
    rich()
    make_macro(search, ada, rhythm=Rhythm.DAILY, active=False)
    make_macro(search, ada, name="By hand")
    assert night(TODAY + timedelta(days=1)) == []
    assert MacroRun.objects.count() == 0


def test_a_firm_without_macros_pays_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert night(TODAY) == []


def test_an_invalid_search_is_reported_creates_nothing_and_stops_nobody(search: SavedSearch, ada: Membership) -> None:
    client = rich()
    broken = create_search(SearchDetails(name="Broken", filter=RICH), by=ada)
    make_macro(broken, ada, name="A broken one", rhythm=Rhythm.DAILY)
    make_macro(search, ada, name="B sound", rhythm=Rhythm.DAILY)
    SavedSearch.objects.filter(pk=broken.pk).update(filter={"field": "gone", "op": "eq", "value": 1})
    assert night(TODAY) == [client.pk]
    refused = MacroRun.objects.get(macro__name="A broken one")
    assert (refused.state, refused.made) == (RunState.REFUSED, 0)
    assert refused.error
    assert MacroRun.objects.get(macro__name="B sound").made == 1


def test_a_macro_whose_work_raises_stops_nobody(search: SavedSearch, ada: Membership) -> None:
    client = rich()
    bad = make_macro(search, ada, name="A bad one", rhythm=Rhythm.DAILY)
    make_macro(search, ada, name="B sound", rhythm=Rhythm.DAILY)
    # Longer than an appointment may be: the database refuses the row.
    long = AppointmentType.objects.create(name="Endless", duration_minutes=30_000)
    Macro.objects.filter(pk=bad.pk).update(type=long)
    assert night(TODAY) == [client.pk]
    assert MacroRun.objects.get(macro=bad).state == RunState.REFUSED


def test_an_inactive_type_is_refused(search: SavedSearch, ada: Membership) -> None:
    rich()
    macro = make_macro(search, ada)
    AppointmentType.objects.filter(pk=macro.type_id).update(active=False)
    assert services.run_macro(macro, by=ada, at=NOW).state == RunState.REFUSED
    assert Appointment.objects.count() == 0


# Confirmation


def test_more_than_the_limit_waits_for_a_yes(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada, confirm_above=2)
    for number in range(3):
        rich(f"R{number}")
    run = services.run_macro(macro, by=ada, at=NOW)
    assert (run.state, run.made, Appointment.objects.count()) == (RunState.WAITING, 3, 0)
    done = services.confirm_run(run, by=ada, at=NOW)
    assert (done.state, done.made, Appointment.objects.count()) == (RunState.DONE, 3, 3)
    with pytest.raises(ValidationError) as refused:
        services.confirm_run(run, by=ada, at=NOW)
    assert refused.value.code == "not_waiting"


def test_a_jump_beyond_the_last_run_waits_and_can_be_discarded(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada, rhythm=Rhythm.DAILY)
    rich()
    assert night(TODAY)
    for number in range(21):
        rich(f"R{number}")
    assert night(TODAY + timedelta(days=1)) == []
    waiting = MacroRun.objects.get(state=RunState.WAITING)
    assert waiting.made == 21
    services.discard_run(waiting, by=ada)
    # The same night again does not ask twice.
    assert night(TODAY + timedelta(days=1)) == []
    assert (MacroRun.objects.filter(macro=macro).count(), Appointment.objects.count()) == (2, 1)


# Undo


def test_an_undo_leaves_everything_as_it_was(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada)
    for number in range(3):
        rich(f"R{number}")
    services.run_macro(make_macro(search, ada, name="Other"), by=ada, at=NOW)
    before = list(Appointment.objects.order_by("pk").values()), list(ClientPlan.objects.order_by("pk").values())
    run = services.run_macro(macro, by=ada, at=NOW)
    assert Appointment.objects.count() == 6
    undone = services.undo_run(run, by=ada, at=NOW)
    assert (undone.state, undone.kept) == (RunState.UNDONE, 0)
    assert (
        list(Appointment.objects.order_by("pk").values()),
        list(ClientPlan.objects.order_by("pk").values()),
    ) == before
    assert services.run_macro(macro, by=ada, at=NOW).made == 3


def test_what_somebody_touched_stays_and_is_counted(search: SavedSearch, ada: Membership, bob: Membership) -> None:
    macro = make_macro(search, ada, recipient=Recipient.ALL)
    for number in range(4):
        rich(f"R{number}")
    run = services.run_macro(macro, by=ada, at=NOW)
    moved, taken, cancelled, _untouched = Appointment.objects.order_by("pk")
    services.move_appointment(moved, starts_at=moved.starts_at + timedelta(hours=1), by=ada, at=NOW)
    services.take_appointment(taken, by=bob, at=NOW)
    services.cancel_appointment(cancelled, by=ada, at=NOW)
    assert services.undo_run(run, by=ada, at=NOW).kept == 3
    assert set(Appointment.objects.values_list("pk", flat=True)) == {moved.pk, taken.pk, cancelled.pk}
    with pytest.raises(ValidationError) as refused:
        services.undo_run(run, by=ada, at=NOW)
    assert refused.value.code == "not_done"


# Definition


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"recipient": Recipient.FIXED}, "operator", "operator_missing"),
        ({"rhythm": Rhythm.CRON, "cron": "nonsense"}, "cron", "not_a_schedule"),
        ({"rhythm": Rhythm.WEEKLY}, "weekday", "not_a_schedule"),
        ({"rhythm": Rhythm.MONTHLY, "month_day": 40}, "month_day", "not_a_schedule"),
        ({"offset_days": -1}, "offset_days", "min_value"),
        ({"confirm_above": 0}, "confirm_above", "min_value"),
        ({"name": ""}, "name", "blank"),
        ({"recipient": "nobody"}, "recipient", "invalid_choice"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    search: SavedSearch, ada: Membership, changes: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make_macro(search, ada, **changes)
    assert [error.code for error in refused.value.error_dict[field]] == [code]


def test_an_operator_who_left_is_not_named_any_more(search: SavedSearch, ada: Membership, bob: Membership) -> None:
    macro = make_macro(search, ada, recipient=Recipient.FIXED, operator=bob)
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    bob.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        make_macro(search, ada, name="Other", recipient=Recipient.FIXED, operator=bob)
    assert refused.value.error_dict["operator"][0].code == "operator_not_active"
    client = rich()
    services.run_macro(macro, by=ada, at=NOW)
    # Nobody advises the client either: the appointment is the owner's, with a note.
    appointment = Appointment.objects.get(client=client)
    assert appointment.assignee == ada
    assert appointment.notes


def test_a_search_in_use_and_a_macro_with_a_history_are_not_deleted(search: SavedSearch, ada: Membership) -> None:
    macro = make_macro(search, ada)
    with pytest.raises(ValidationError) as refused:
        delete_search(search, by=ada)
    assert refused.value.code == "in_use"
    rich()
    services.run_macro(macro, by=ada, at=NOW)
    with pytest.raises(ValidationError) as refused:
        services.delete_macro(macro, by=ada)
    assert refused.value.code == "in_use"
    unused = make_macro(search, ada, name="Unused")
    services.delete_macro(unused, by=ada)
    assert not Macro.objects.filter(pk=unused.pk).exists()


# Presa in carico


def test_what_was_kept_too_long_returns_to_the_pool(search: SavedSearch, ada: Membership, bob: Membership) -> None:
    for number in range(2):
        rich(f"R{number}")
    services.run_macro(make_macro(search, ada, recipient=Recipient.ALL), by=ada, at=NOW)
    old, fresh = Appointment.objects.order_by("pk")
    services.take_appointment(old, by=bob, at=NOW - timedelta(days=3))
    services.take_appointment(fresh, by=bob, at=NOW - timedelta(days=2))
    assert services.expire_charges(days=None, at=NOW) == services.expire_charges(days=0, at=NOW) == 0
    assert services.expire_charges(days=3, at=NOW) == 1
    old.refresh_from_db()
    assert (old.taken_by, old.taken_at, old.version) == (None, None, 3)
    assert Appointment.objects.get(pk=fresh.pk).taken_by == bob
    assert services.reset_charges(by=ada) == 1
    assert not Appointment.objects.filter(taken_by__isnull=False).exists()


def test_what_was_fulfilled_keeps_who_had_it(search: SavedSearch, ada: Membership, bob: Membership) -> None:
    rich()
    services.run_macro(make_macro(search, ada), by=ada, at=NOW)
    Appointment.objects.update(
        state=AppointmentState.HELD, taken_by=bob, taken_at=NOW - timedelta(days=90), origin=AppointmentOrigin.MACRO
    )
    assert services.expire_charges(days=1, at=NOW) == services.reset_charges(by=ada) == 0
