"""REST: appointments/{id}/fulfil/, undo-fulfilment/, outcomes/, relations/, history/, activities/, parameters/."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outcomes.models import Fulfilment
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.outcomes.making import CALL, INTERESTED, MEETING, SIGNS, book, make_client, outcome, type_named

Api = Callable[..., Any]
YESTERDAY = timezone.now() - timedelta(days=1)


@pytest.fixture
def call(firm: Firm, alice: Membership) -> Appointment:
    with use_firm(firm):
        return book(make_client(advisor=alice), by=alice, starts_at=YESTERDAY)


def ids(firm: Firm, *names: str) -> list[int]:
    with use_firm(firm):
        return [outcome(name).pk if name in (INTERESTED, SIGNS) else type_named(name).pk for name in names]


def test_recording_and_undoing(firm: Firm, call: Appointment, ada: Membership, alice: Membership, api: Api) -> None:
    [interested] = ids(firm, INTERESTED)
    address = f"/api/v1/appointments/{call.pk}/"

    first = api(alice).post(f"{address}fulfil/", {"outcome": interested, "note": "Ci pensa"}, format="json")
    again = api(alice).post(f"{address}fulfil/", {"outcome": interested, "note": "Ci pensa"}, format="json")
    second = api(ada).post(f"{address}fulfil/", {"outcome": interested}, format="json")

    assert (first.status_code, again.status_code, second.status_code) == (200, 200, 400)
    assert first.json() == again.json()
    assert (first.json()["points"], first.json()["status_changed"], first.json()["note"]) == (1, True, "Ci pensa")
    assert second.json()["errors"][0]["code"] == "already_fulfilled"
    assert api(alice).get(f"/api/v1/appointments/{first.json()['follow_up']}/").json()["origin"] == "follow_up"
    assert api(alice).post(f"{address}undo-fulfilment/", {}, format="json").status_code == 403
    undone = api(ada).post(f"{address}undo-fulfilment/", {"reason": "Sbagliato"}, format="json")
    assert (undone.status_code, undone.json()["left"]) == (200, [])
    assert api(alice).get(address).json()["state"] == "planned"
    history = api(ada).get("/api/v1/history/").json()["results"]
    assert [bool(item["undone_at"]) for item in history] == [True]
    assert api(ada).get("/api/v1/history/?undone=false").json()["results"] == []


def test_what_is_not_ticked_or_not_visible_is_refused(
    firm: Firm, call: Appointment, alice: Membership, rita: Membership, mara: Membership, api: Api
) -> None:
    signs, interested = ids(firm, SIGNS, INTERESTED)
    address = f"/api/v1/appointments/{call.pk}/fulfil/"

    refused = api(alice).post(address, {"outcome": signs}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "outcome")
    assert refused.json()["errors"][0]["code"] == "outcome_not_linked"
    assert api(rita).post(address, {"outcome": interested}, format="json").status_code == 403
    assert api(mara).post(address, {"outcome": interested}, format="json").status_code == 404
    with use_firm(firm):
        assert not Fulfilment.objects.exists()


def test_several_at_once_each_with_its_answer(firm: Firm, call: Appointment, alice: Membership, api: Api) -> None:
    [interested] = ids(firm, INTERESTED)
    with use_firm(firm):
        meeting = book(make_client(advisor=alice), MEETING, by=alice, starts_at=YESTERDAY)

    body = {"appointments": [call.pk, meeting.pk], "outcome": interested}
    answer = api(alice).post("/api/v1/appointments/bulk-fulfil/", body, format="json").json()["results"]

    told = {one["id"]: one for one in answer}
    assert (told[call.pk]["status"], told[meeting.pk]["status"]) == (200, 400)
    assert told[meeting.pk]["errors"][0]["code"] == "outcome_not_linked"


def test_relations_take_and_give_the_follow_up_whole(firm: Firm, ada: Membership, alice: Membership, api: Api) -> None:
    signs, call_type, meeting = ids(firm, SIGNS, CALL, MEETING)
    body: dict[str, Any] = {
        "type": call_type,
        "outcome": signs,
        "points": 4,
        "follow_up": {"type": meeting, "recipient": "fixed", "operator": ada.pk, "days": 3},
    }

    assert api(alice).post("/api/v1/relations/", body, format="json").status_code == 403
    made = api(ada).post("/api/v1/relations/", body, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["follow_up"] == {
        "type": meeting,
        "recipient": "fixed",
        "operator": ada.pk,
        "days": 3,
        "hours": 0,
    }
    again = api(ada).post("/api/v1/relations/", body, format="json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "unique")
    address = f"/api/v1/relations/{made.json()['id']}/"
    changed = api(ada).patch(address, {"follow_up": None, "concluding": True}, format="json").json()
    assert (changed["follow_up"], changed["concluding"], changed["points"]) == (None, True, 4)
    bad = api(ada).patch(address, {"follow_up": {"type": meeting, "recipient": "fixed"}}, format="json")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "operator")
    assert api(ada).delete(address).status_code == 204
    assert api(ada).get(address).status_code == 404


def test_a_type_and_an_outcome_are_replaced(firm: Firm, call: Appointment, ada: Membership, api: Api) -> None:
    call_type, meeting, interested, signs = ids(firm, CALL, MEETING, INTERESTED, SIGNS)

    done = api(ada).post(f"/api/v1/appointment-types/{call_type}/replace/", {"by": meeting}, format="json")
    assert done.status_code == 200, done.json()
    assert api(ada).get(f"/api/v1/appointments/{call.pk}/").json()["type"] == meeting
    assert api(ada).get(f"/api/v1/appointment-types/{call_type}/").json()["active"] is False
    assert api(ada).post(f"/api/v1/outcomes/{interested}/replace/", {"by": signs}, format="json").status_code == 200
    itself = api(ada).post(f"/api/v1/outcomes/{signs}/replace/", {"by": signs}, format="json")
    assert (itself.status_code, itself.json()["errors"][0]["code"]) == (400, "itself")


def test_activities_and_parameters(firm: Firm, call: Appointment, ada: Membership, alice: Membership, api: Api) -> None:
    [call_type] = ids(firm, CALL)
    kind = api(ada).post("/api/v1/activity-kinds/", {"name": "Rinnovo", "types": [call_type]}, format="json").json()
    body = {"client": call.client_id, "kind": kind["id"], "subject": "Polizza", "owner": alice.pk}
    made = api(alice).post("/api/v1/activities/", body, format="json")
    assert made.status_code == 201, made.json()
    address = f"/api/v1/activities/{made.json()['id']}/"
    assert api(alice).patch(address, {"subject": "Fondo"}, format="json").json()["subject"] == "Fondo"
    assert api(alice).post(f"{address}close/", {"reason": "Fatta"}, format="json").json()["closing_reason"] == "Fatta"
    assert api(alice).get("/api/v1/activities/?open=true").json()["results"] == []
    assert api(alice).post(f"{address}reopen/", {}, format="json").json()["closed_at"] is None
    assert api(alice).delete(address).status_code == 204

    assert api(ada).patch(
        "/api/v1/parameters/", {"standard_time": "09:30", "charge_days": 3}, format="json"
    ).json() == {
        "standard_time": "09:30:00",
        "charge_days": 3,
        "call_centre_category": None,
    }
    assert api(alice).get("/api/v1/parameters/").json()["charge_days"] == 3
    assert api(ada).patch("/api/v1/parameters/", {"charge_days": -1}, format="json").status_code == 400
