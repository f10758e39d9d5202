"""Checks on fields (REL-43 … REL-50): whom they find, how long a reminder stays, and what a night costs."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import services as clients
from clients.catalogue import fields
from clients.filters.evaluation import matches
from clients.filters.types import DATE
from clients.models import Client, ListEntry
from clients.services.lists import replace_entry
from clients.worklist import WorkList
from crm import nightly
from scheduling import checking, queries, services
from scheduling.batch import Moment
from scheduling.defaults import CHECKS
from scheduling.models import Check, Reminder
from scheduling.placeholders import filled
from scheduling.services import CheckDetails
from tenants.binding import local_today, use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.clients.filters.population import TODAYS, populate
from tests.scheduling.making import NOW, ROME, TODAY, book, make_client

DOCUMENT = {"field": "document_expires_on", "op": "due_within_days", "value": 15}
BIRTHDAY = {"field": "birth_date", "op": "on_this_day_of_year"}
NAMING_THE_FIRM = 2
RICH = {"field": "aum", "op": "gt", "value": "500000.00"}


def details(condition: object = DOCUMENT, **values: Any) -> CheckDetails:
    return CheckDetails(**{"name": "Check", "text": "Expires {when}", "condition": condition, **values})


def create(by: Membership, condition: object = DOCUMENT, **values: Any) -> Check:
    return services.create_check(details(condition, **values), by=by, at=NOW)


def person(name: str = "Rossi", advisor: Membership | None = None, **profile: Any) -> Client:
    client = make_client(name, advisor=advisor)
    for key, value in profile.items():
        setattr(client.profile, key, value)
    client.profile.save()
    return client


def run(day: date = TODAY, listed: WorkList | None = None) -> checking.Written:
    moment = Moment(firm=Check.objects.all()[0].firm, today=day, now=datetime.combine(day, time(2), ROME))
    return checking.refresh_checks(moment, listed or WorkList(None))


def pending(check: Check) -> list[tuple[int, date]]:
    found = Reminder.objects.filter(check_rule=check, state__in=["open", "snoozed"])
    return sorted(found.values_list("client_id", "due_on"))


# What a check may say


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"condition": {"field": "no_such", "op": "eq", "value": 1}}, "condition", "unknown_field"),
        ({"condition": {"field": "aum", "op": "on_this_day_of_year"}}, "condition", "operator_not_applicable"),
        ({"condition": {"field": "aum", "op": "gt"}}, "condition", "missing_value"),
        ({"condition": {"all": [RICH]}}, "condition", "not_a_filter"),
        ({"scope": {"field": "no_such", "op": "empty"}}, "scope", "unknown_field"),
        ({"text": "In {tage} Tagen"}, "text", "unknown_placeholder"),
        ({"text": "  "}, "text", "required"),
        ({"name": " "}, "name", "blank"),
        ({"recipient": "person"}, "person", "person_missing"),
        ({"recipient": "king"}, "recipient", "invalid_choice"),
    ],
)
def test_what_nobody_can_check_is_refused_at_its_field(
    ada: Membership, wrong: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        create(ada, **wrong)
    assert [error.code for error in refused.value.error_dict[field]] == [code]
    assert not Check.objects.filter(name="Check").exists()


@pytest.mark.usefixtures("bound")
def test_predefined_ones_are_there_and_off(ada: Membership) -> None:
    found = {check.condition["field"]: check for check in Check.objects.filter(kind="field")}
    dates = {"document_expires_on", "birth_date", "pac_ends_on", "questionnaire_expires_on", "plan.next_meeting_on"}
    assert set(found) == dates
    assert not any(check.active for check in found.values())
    assert found["document_expires_on"].condition["value"] == 15
    assert all(checking.rule_of(check) for check in found.values())
    with pytest.raises(ValidationError, match="switched off|disattiv"):
        services.delete_check(Check.objects.get(kind="planning"), by=ada, at=NOW)


@pytest.mark.usefixtures("bound")
def test_the_planned_meeting_may_be_what_a_reminder_counts_from(ada: Membership) -> None:
    """O-02 c, for whom wants it: a week before a meeting that is planned, about the one after it."""
    check = Check.objects.get(condition__field="plan.next_meeting_on")
    services.set_check_active(check, active=True, by=ada, at=NOW)
    client = make_client()
    meeting = book(client, NOW + timedelta(days=10), by=ada)

    assert (run(), run(TODAY + timedelta(days=2))) == (checking.Written(), checking.Written())
    assert run(TODAY + timedelta(days=3)) == checking.Written(opened=1)
    assert pending(check) == [(client.pk, TODAY + timedelta(days=10))]
    services.cancel_appointment(meeting, by=ada, at=NOW)
    assert pending(check) == []


def test_a_firm_that_was_there_before_receives_those_that_it_lacks(firm: Firm, ada: Membership) -> None:
    """What the migration does, as the migrator would: once, and not what the firm asks already."""
    with use_firm(firm):
        Check.objects.filter(kind="field").exclude(condition__field="birth_date").delete()
        for _time in range(2):
            import_module("scheduling.migrations.0015_supplied_checks").supply(apps, None)

        found = Check.objects.filter(kind="field")
        assert sorted(check.condition["field"] for check in found) == sorted(start.field for start in CHECKS)
        assert not found.filter(active=True).exists()
        assert found.get(condition__field="pac_ends_on").name == "PAC in scadenza"


def test_the_days_that_remain_are_those_of_today() -> None:
    words = {"due_on": TODAY + timedelta(days=9), "client": "Rossi"}
    text = "{Cliente}: scade {quando}, fra {giorni} giorni ({data}) {altro}"
    assert filled(text, today=TODAY, **words).startswith("Rossi: scade ")
    assert "fra 9 giorni (19/03/2026) {altro}" in filled(text, today=TODAY, **words)
    assert "fra 2 giorni" in filled(text, today=TODAY + timedelta(days=7), **words)


# The life of a reminder


@pytest.mark.usefixtures("bound")
def test_of_a_date_from_n_days_before_on_until_the_date_changes(ada: Membership) -> None:
    due = TODAY + timedelta(days=15)
    client = person(document_expires_on=due)
    person("Later", document_expires_on=due + timedelta(days=1))
    long_past = person("Past", document_expires_on=TODAY - timedelta(days=400))
    check = create(ada)
    assert (run(), run()) == (checking.Written(opened=2), checking.Written())
    assert pending(check) == [(client.pk, due), (long_past.pk, TODAY - timedelta(days=400))]
    [reminder] = Reminder.objects.filter(client=client)
    services.dismiss_reminder(reminder, by=ada, at=NOW)
    # A closed one does not come back for the same date, but does for a new one.
    assert run(TODAY + timedelta(days=3)).opened == 1
    assert client.pk not in [pk for pk, _due in pending(check)]
    client.profile.document_expires_on = TODAY + timedelta(days=2)
    client.profile.save()
    run(TODAY + timedelta(days=3))
    assert (client.pk, TODAY + timedelta(days=2)) in pending(check)


@pytest.mark.usefixtures("bound")
def test_a_night_that_was_missed_loses_neither_a_birthday_nor_the_29th_of_february(ada: Membership) -> None:
    check = create(ada, BIRTHDAY)
    born = {name: person(name, birth_date=date.fromisoformat(day)) for name, day in (
        ("Leap", "1980-02-29"), ("First", "1970-03-01"), ("Old", "1950-02-20"), ("Next", "1990-03-08"),
    )}  # fmt: skip
    run(date(2026, 2, 27))
    assert pending(check) == [(born["Old"].pk, date(2026, 2, 20))]
    run(date(2026, 2, 28))
    assert (born["Leap"].pk, date(2026, 2, 28)) in pending(check)
    # The nights of 1 to 7 March were missed.
    run(date(2026, 3, 8))
    assert pending(check) == [(born["First"].pk, date(2026, 3, 1)), (born["Next"].pk, date(2026, 3, 8))]
    run(date(2028, 3, 1))
    assert (born["Leap"].pk, date(2028, 2, 29)) in pending(check)
    # Over the turn of the year.
    silvester = person("Silvester", birth_date=date(1960, 12, 31))
    run(date(2029, 1, 3))
    assert (silvester.pk, date(2028, 12, 31)) in pending(check)


@pytest.mark.usefixtures("bound")
def test_what_has_no_date_comes_back_when_it_comes_to_hold_again(ada: Membership) -> None:
    client = make_client(aum=Decimal(600_000))
    check = create(ada, RICH)

    def night(days: int, aum: int | None = None) -> list[tuple[int, date]]:
        if aum is not None:
            Client.objects.filter(pk=client.pk).update(aum=aum)
        run(TODAY + timedelta(days=days))
        return pending(check)

    assert night(0) == night(1, aum=700_000) == [(client.pk, TODAY)]
    services.dismiss_reminder(Reminder.objects.get(check_rule=check), by=ada, at=NOW)
    assert night(2) == night(3, aum=800_000) == []
    assert night(4, aum=1) == []
    assert night(5, aum=900_000) == [(client.pk, TODAY + timedelta(days=5))]
    assert night(6, aum=0) == []
    assert Reminder.objects.filter(check_rule=check, state="closed").count() == 2


@pytest.mark.usefixtures("bound")
def test_a_change_of_the_client_is_checked_at_once(ada: Membership) -> None:
    client = clients.create_client({"last_name": "Verdi", "advisor": ada}, by=ada, at=NOW)
    check = create(ada, {**DOCUMENT, "value": 36_500})
    today = local_today(check.firm)
    for day in (today, today + timedelta(days=3)):
        current = Client.objects.get(pk=client.pk)
        clients.update_client(current, {"document_expires_on": day}, version=current.version, by=ada, at=NOW)
        assert pending(check) == [(client.pk, day)]
    clients.archive(Client.objects.filter(pk=client.pk), by=ada, at=NOW)
    assert pending(check) == []


@pytest.mark.usefixtures("bound")
def test_what_is_switched_off_or_deleted_shows_nothing_and_can_be_taken_back(ada: Membership) -> None:
    client = person(document_expires_on=TODAY)
    check = create(ada)
    run()
    shown = queries.showing_reminders(ada, on=TODAY)
    services.delete_check(check, by=ada, at=NOW)
    assert not shown.all()
    services.restore_check(check, by=ada, at=NOW)
    assert [one.client for one in shown.all()] == [client]
    services.set_check_active(check, active=False, by=ada, at=NOW)
    assert not shown.all()
    run()
    assert pending(check) == []
    services.set_check_active(check, active=True, by=ada, at=NOW)
    run()
    assert pending(check) == [(client.pk, TODAY)]
    recorded = AuditEvent.objects.filter(action__startswith="check.").order_by("pk")
    assert [event.action for event in recorded] == [
        "check.created", "check.deleted", "check.restored", "check.deactivated", "check.activated",
    ]  # fmt: skip


@pytest.mark.usefixtures("bound")
def test_a_check_whose_field_is_gone_ends_its_reminders_and_stops_nobody(ada: Membership) -> None:
    client = person(document_expires_on=TODAY)
    gone, sound = create(ada), create(ada, name="Sound")
    run()
    Check.objects.filter(pk=gone.pk).update(condition={**DOCUMENT, "field": "custom.gone"})
    run()
    assert (pending(gone), pending(sound)) == ([], [(client.pk, TODAY)])


@pytest.mark.usefixtures("bound")
def test_reminders_are_for_whom_the_check_names(ada: Membership, alice: Membership, bob: Membership) -> None:
    client = person(document_expires_on=TODAY, advisor=alice)
    Client.objects.filter(pk=client.pk).update(contact=bob)
    check = create(ada)
    run()

    def seen(**change: Any) -> list[bool]:
        Check.objects.filter(pk=check.pk).update(**change)
        return [queries.showing_reminders(who, on=TODAY).exists() for who in (alice, bob, ada)]

    assert seen() == [True, False, True]
    assert seen(recipient="contact") == [False, True, True]
    assert seen(recipient="specialist") == [False, False, True]
    assert seen(recipient="everybody") == [True, True, True]
    assert seen(recipient="person", person=bob) == [False, True, True]


@pytest.mark.usefixtures("bound")
def test_an_entry_that_is_replaced_takes_its_checks_along(ada: Membership) -> None:
    old, new = (ListEntry.objects.create(list_name="category", name=name) for name in ("Old", "New"))
    asked = {"field": "category", "op": "in", "value": [old.pk]}
    check = create(ada, asked, scope={"not": {**asked, "op": "eq", "value": old.pk}})
    replace_entry(old, new=new, by=ada)
    check.refresh_from_db()
    assert check.condition["value"] == [new.pk]
    assert check.scope == {"not": {**asked, "op": "eq", "value": new.pk}}


# The night


@pytest.mark.usefixtures("bound")
def test_a_night_costs_as_many_statements_for_many_clients_and_checks(ada: Membership) -> None:
    costs = []
    for size in (3, 40):
        for number in range(size):
            person(f"Rossi {number}", document_expires_on=TODAY, birth_date=TODAY.replace(year=1980))
        with CaptureQueriesContext(connection) as captured:
            assert run(TODAY + timedelta(days=size)).opened >= (size if size > 3 else 0)
        costs.append(len(captured))
        create(ada, name="First"), create(ada, BIRTHDAY, name="Second")
        run()
    assert costs == [NAMING_THE_FIRM + 1, NAMING_THE_FIRM + 2]


def test_the_night_raises_them_and_writes_nothing_twice(firm: Firm, ada: Membership) -> None:
    with use_firm(firm):
        person(document_expires_on=TODAY)
        create(ada)
    runs = [nightly.run_now(firm.pk, TODAY, at=NOW) for _number in range(2)]
    assert [(one.state, one.error, one.reminders_opened) for one in runs] == [("done", "", 1), ("done", "", 0)]


@pytest.mark.usefixtures("bound")
def test_every_field_finds_whom_it_finds_in_memory_with_his_dates() -> None:
    """Held against the reading in memory, for every operator that speaks of dates; of all else, whom it selects."""
    today = TODAYS[1]
    people = populate(seed=3, today=today)
    asked = 0
    for entry in [one for one in fields().values() if one.filterable]:
        for operator in entry.operators:
            condition = people.condition(entry, operator)
            rule = checking.understood(condition, people.document())
            active = Client.objects.filter(state="active").values_list("pk", flat=True)
            wanted = {
                pair
                for pk in set(active) & set(people.clients)
                if matches(rule.scope, people.facts[pk], today)
                for pair in expected(pk, rule, people.facts[pk][entry.name], today)
            }
            assert set(rule.found(today)) == wanted, condition
            asked += len(wanted)
    assert asked > 500


def expected(pk: int, rule: checking.Rule, fact: tuple[Any, ...], today: date) -> Iterator[tuple[int, date | None]]:
    """One client's reference dates, read from his fact alone."""
    if rule.entry.type is not DATE or rule.condition.operator in {"ne", "not_in", "empty", "not_empty"}:
        if matches(rule.condition, {rule.entry.name: fact}, today):
            yield pk, None
    elif rule.condition.operator == "on_this_day_of_year":
        for days in range(8):
            day = today - timedelta(days=days)
            if matches(rule.condition, {rule.entry.name: fact}, day):
                yield pk, day
    else:
        for value in fact:
            if matches(rule.condition, {rule.entry.name: (value,)}, today):
                yield pk, value
