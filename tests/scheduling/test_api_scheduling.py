"""REST: appointments, their types, reminders, checks, cadence exceptions, nights."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clients.models import Client
from crm import nightly
from groups.models import Group
from scheduling.models import Appointment, AppointmentType, NightlyRun, Reminder
from tenants.binding import local_today, use_firm
from tenants.models import Membership
from tests.clients.builders import new_client
from tests.scheduling import making

Api = Callable[..., Any]
BASE = "/api/v1/"
APPOINTMENTS, TYPES, CLIENTS = f"{BASE}appointments/", f"{BASE}appointment-types/", f"{BASE}clients/"


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


@pytest.fixture
def client(ada: Membership) -> int:
    with use_firm(ada.firm):
        return new_client("Rossi", advisor=ada).pk


def in_days(days: int) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(microsecond=0)


def book(caller: Any, client: int, starts_at: datetime, **more: Any) -> Any:
    return caller.post(APPOINTMENTS, {"client": client, "starts_at": starts_at.isoformat(), **more})


def test_an_appointment_is_planned_moved_and_held_and_the_plan_follows(api: Api, ada: Membership, client: int) -> None:
    caller = api(ada)

    made = book(caller, client, in_days(-30), place="Studio")

    body = made.json()
    assert made.status_code == 201, body
    assert (body["state"], body["origin"], body["place"], body["version"]) == ("planned", "api", "Studio", 1)
    assert datetime.fromisoformat(body["ends_at"]) - datetime.fromisoformat(body["starts_at"]) == timedelta(hours=1)
    held = caller.post(f"{APPOINTMENTS}{body['id']}/hold/", headers={"If-Match": made["ETag"]})
    assert (held.status_code, held.json()["state"]) == (200, "held")
    assert caller.post(f"{APPOINTMENTS}{body['id']}/cancel/", headers={"If-Match": made["ETag"]}).status_code == 412
    day = local_today(ada.firm, at=in_days(-30)).isoformat()
    assert caller.get(f"{CLIENTS}{client}/").json()["plan"]["last_meeting_on"] == day
    planned = book(caller, client, in_days(10)).json()
    moved = caller.patch(f"{APPOINTMENTS}{planned['id']}/", {"starts_at": in_days(20).isoformat()})
    assert moved.status_code == 200
    plan = caller.get(f"{CLIENTS}{client}/").json()["plan"]
    assert plan["next_meeting_on"] == local_today(ada.firm, at=in_days(20)).isoformat()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ends_at": "2020-01-01T00:00:00Z"}, ("ends_at", "ends_early")),
        ({"starts_at": "soon"}, ("starts_at", "invalid")),
        ({"client": "x"}, ("client", "not_an_id")),
        ({"type": 10**12}, ("type", "does_not_exist")),
        ({"assignee": -1}, ("assignee", "not_an_id")),
        ({"state": "cancelled"}, ("state", "invalid_state")),
        ({"state": "held"}, ("", "still_to_come")),
        ({"colour": 1}, ("colour", "unknown_field")),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(
    api: Api, ada: Membership, client: int, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = api(ada).post(APPOINTMENTS, {"client": client, "starts_at": in_days(10).isoformat(), **body})

    assert (answer.status_code, errors(answer)) == (400, [expected])
    with use_firm(ada.firm):
        assert not Appointment.objects.exists()


def test_another_firms_client_gets_no_appointment(api: Api, ada: Membership, mara: Membership) -> None:
    with use_firm(mara.firm):
        theirs = new_client("Altrui").pk

    foreign, never = (book(api(ada), pk, in_days(1)) for pk in (theirs, 10**15))

    assert foreign.json()["errors"] == never.json()["errors"]
    assert errors(foreign) == [("client", "does_not_exist")]


def test_appointments_are_upserted_by_the_integrations_key(api: Api, ada: Membership, client: int) -> None:
    caller, address = api(ada), f"{APPOINTMENTS}by-external-id/outlook/x1/"
    body = {"client": client, "starts_at": in_days(5).isoformat()}

    answers = [caller.put(address, body), caller.put(address, {**body, "place": "Roma"})]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[1].json()["place"] == "Roma"
    with use_firm(ada.firm):
        assert Appointment.objects.count() == 1


def test_an_appointment_is_taken_by_one_and_released(api: Api, ada: Membership, alice: Membership, client: int) -> None:
    pk = book(api(ada), client, in_days(5)).json()["id"]
    with use_firm(ada.firm):
        Appointment.objects.filter(pk=pk).update(assignee=alice)

    assert api(alice).post(f"{APPOINTMENTS}{pk}/take/").json()["taken_by"] == alice.pk
    assert errors(api(ada).post(f"{APPOINTMENTS}{pk}/take/")) == [("", "already_taken")]
    assert api(alice).post(f"{APPOINTMENTS}{pk}/release/").json()["taken_by"] is None


def test_states_change_by_actions_and_what_has_a_history_stays(api: Api, ada: Membership, client: int) -> None:
    caller = api(ada)
    pk = book(caller, client, in_days(-5)).json()["id"]

    states = [
        caller.post(f"{APPOINTMENTS}{pk}/{action}/").json()["state"] for action in ("no-show", "reopen", "cancel")
    ]

    assert states == ["no_show", "planned", "cancelled"]
    assert errors(caller.patch(f"{APPOINTMENTS}{pk}/", {"state": "held"})) == [("state", "not_changeable")]
    assert errors(caller.delete(f"{APPOINTMENTS}{pk}/")) == [("", "has_history")]
    fresh = book(caller, client, in_days(5)).json()["id"]
    assert caller.delete(f"{APPOINTMENTS}{fresh}/").status_code == 204


def test_appointments_are_listed_by_client_and_time(api: Api, ada: Membership, client: int) -> None:
    caller = api(ada)
    late, early = (book(caller, client, in_days(days)).json()["id"] for days in (9, 2))

    def listed(**parameters: Any) -> list[int]:
        return [row["id"] for row in caller.get(APPOINTMENTS, parameters).json()["results"]]

    assert listed(client=client) == [early, late]
    assert listed(starts_from=in_days(5).isoformat()) == [late]
    assert listed(client=10**15) == []
    assert errors(caller.get(APPOINTMENTS, {"starts_from": "x"})) == [("starts_from", "invalid")]


def test_types_are_made_changed_and_one_is_the_default(api: Api, ada: Membership) -> None:
    caller = api(ada)

    made = caller.post(TYPES, {"name": "Revisione", "duration_minutes": 30, "is_default_meeting": True})

    assert made.status_code == 201, made.json()
    assert (made.json()["is_default_meeting"], made.json()["counts_for_cadence"]) == (True, True)
    changed = caller.patch(f"{TYPES}{made.json()['id']}/", {"name": "Controllo"})
    assert (changed.json()["name"], changed.json()["duration_minutes"]) == ("Controllo", 30)
    assert errors(caller.patch(f"{TYPES}{made.json()['id']}/", {"active": False})) == [
        ("active", "default_meeting_type")
    ]
    assert errors(caller.post(TYPES, {"name": "Controllo"})) == [("name", "name_taken")]
    with use_firm(ada.firm):
        assert AppointmentType.objects.filter(is_default_meeting=True).count() == 1


def test_reminders_are_read_snoozed_and_dismissed(api: Api, ada: Membership, client: int) -> None:
    with use_firm(ada.firm):
        reminder: Reminder = making.make_reminder(making.Client.objects.get(pk=client), date(2026, 3, 1))
    caller, address = api(ada), f"{BASE}reminders/{reminder.pk}/"

    [listed] = caller.get(f"{BASE}reminders/", {"state": "open", "client": client}).json()["results"]
    assert (listed["client"], listed["client_name"], listed["due_on"], listed["check"]) == (
        client, "Rossi", "2026-03-01", reminder.check_rule_id,
    )  # fmt: skip
    assert errors(caller.post(f"{address}snooze/", {"until": "2020-01-01"})) == [("until", "not_in_future")]
    assert errors(caller.post(f"{address}snooze/", {})) == [("until", "required")]
    assert caller.post(f"{address}snooze/", {"until": "2100-01-01"}).json()["state"] == "snoozed"
    assert caller.post(f"{address}dismiss/").json()["state"] == "dismissed"
    assert caller.post(f"{address}reopen/").json()["state"] == "open"


def test_the_lead_of_the_planning_check_is_the_firms(api: Api, ada: Membership, alice: Membership) -> None:
    check, *_predefined = api(ada).get(f"{BASE}checks/").json()["results"]
    address = f"{BASE}checks/{check['id']}/"

    assert (check["kind"], check["lead_days"]) == ("planning", 7)
    assert api(ada).patch(address, {"lead_days": 14}).json()["lead_days"] == 14
    assert errors(api(ada).patch(address, {"lead_days": 366})) == [("lead_days", "max_value")]
    assert api(alice).patch(address, {"lead_days": 1}).status_code == 403
    assert errors(api(ada).patch(address, {"name": "Other"})) == [("name", "not_of_this_kind")]
    assert errors(api(ada).delete(address)) == [("", "predefined")]


def test_checks_of_the_firms_own_are_made_tried_changed_and_taken_back(
    api: Api, ada: Membership, alice: Membership
) -> None:
    caller = api(ada)
    with use_firm(ada.firm_id):
        client = new_client("Rossi", advisor=alice)
        client.profile.document_expires_on = local_today(ada.firm)
        client.profile.save()
    asked = {"condition": {"field": "document_expires_on", "op": "due_within_days", "value": 15}, "scope": None}
    tried = caller.post(f"{BASE}checks/preview/", asked).json()
    assert (tried["count"], [one["client"] for one in tried["sample"]]) == (1, [client.pk])
    wrong = {**asked, "condition": {"field": "aum", "op": "gt", "value": "a lot"}}
    assert caller.post(f"{BASE}checks/preview/", wrong).status_code == 400
    assert errors(caller.post(f"{BASE}checks/", {**wrong, "name": "x", "text": "y"})) == [("condition", "not_a_number")]

    made = caller.post(f"{BASE}checks/", {**asked, "name": "Documents", "text": "Expires {when}"}).json()
    address = f"{BASE}checks/{made['id']}/"
    assert (made["kind"], made["active"], made["recipient"]) == ("field", True, "advisor")
    assert caller.patch(address, {"recipient": "everybody", "active": False}).json()["active"] is False
    assert errors(caller.patch(address, {"lead_days": 3})) == [("lead_days", "not_of_this_kind")]
    assert (caller.delete(address).status_code, caller.get(address).status_code) == (204, 404)
    assert caller.post(f"{address}restore/").json()["recipient"] == "everybody"
    assert caller.patch(address, {"active": True}).json()["active"] is True
    nightly.run_now(ada.firm_id, None, at=timezone.now())
    [listed] = caller.get(f"{BASE}reminders/", {"check": made["id"]}).json()["results"]
    assert (listed["client"], listed["text"]) == (client.pk, "Expires oggi")
    assert api(alice).post(f"{BASE}checks/", asked).status_code == 403


def test_a_client_may_have_a_cadence_of_his_own(api: Api, ada: Membership, client: int) -> None:
    caller, address = api(ada), f"{CLIENTS}{client}/cadence-exception/"

    assert caller.get(address).status_code == 404
    assert errors(caller.put(address, {"yearly_meetings": 53, "reason": "x"})) == [("yearly_meetings", "max_value")]
    assert errors(caller.put(address, {"yearly_meetings": 2})) == [("reason", "required")]
    made = caller.put(address, {"yearly_meetings": 2, "reason": "As agreed"})
    assert (made.status_code, made.json()["yearly_meetings"]) == (200, 2)
    plan = caller.get(f"{CLIENTS}{client}/").json()["plan"]
    assert (plan["yearly_meetings"], plan["exception"]["reason"]) == (2, "As agreed")
    assert "As agreed" in plan["explanation"]
    assert caller.delete(address).status_code == 204
    assert caller.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_night_asked_for_is_run_by_the_worker_and_shows_in_the_list(api: Api, ada: Membership) -> None:
    caller = api(ada)
    with use_firm(ada.firm_id):
        client = new_client("Rossi", advisor=ada, aum=600_000).pk
    caller.post(
        f"{BASE}groups/", {"name": "Gold", "filter": {"field": "aum", "op": "gt", "value": 1}, "yearly_meetings": 4}
    )
    book(caller, client, datetime(2026, 1, 10, 11, tzinfo=UTC), state="held")

    asked = caller.post(f"{BASE}nightly-runs/", {"date": "2026-05-01"})
    nightly.run_nights(ada.firm_id, [date(2026, 5, 1)], at=timezone.now())

    assert (asked.status_code, asked.json()["date"], asked.json()["state"]) == (202, "2026-05-01", "pending")
    [run] = caller.get(f"{BASE}nightly-runs/").json()["results"]
    assert (run["state"], run["clients"], run["plans_changed"], run["error"]) == ("done", 1, 1, "")
    plan = caller.get(f"{CLIENTS}{client}/").json()["plan"]
    assert (plan["due_on"], plan["overdue_days"], plan["yearly_meetings"]) == ("2026-04-10", 21, 4)
    with use_firm(ada.firm_id):
        assert NightlyRun.objects.count() == 1
    assert errors(caller.post(f"{BASE}nightly-runs/", {"date": "x"})) == [("date", "invalid")]


def test_foresight_tells_the_cost_of_a_change_and_keeps_nothing(api: Api, ada: Membership, client: int) -> None:
    with use_firm(ada.firm):
        making.book(Client.objects.get(pk=client), timezone.now() - timedelta(days=30), by=ada, at=timezone.now())
    caller = api(ada)
    everybody = {"all": [{"field": "aum", "op": "gte", "value": "0"}]}
    body = {"yearly_meetings": 12, "filter": {"any": [everybody, {"field": "aum", "op": "empty"}]}}
    told = caller.post(f"{BASE}foresight/", body, format="json")

    assert told.status_code == 200, told.json()
    assert told.json()["entering"] == [client]
    assert sum(sum(load["after"]) for load in told.json()["advisors"]) == 12
    own = {"client": client, "yearly_meetings": 4, "ends_on": None}
    assert len(caller.post(f"{BASE}exception-foresight/", own, format="json").json()["after"]) == 4
    refused = caller.post(f"{BASE}foresight/", {"yearly_meetings": 4, "filter": {"field": "x"}}, format="json")
    assert refused.status_code == 400
    with use_firm(ada.firm):
        assert not Group.objects.filter(yearly_meetings__isnull=False).exists()
