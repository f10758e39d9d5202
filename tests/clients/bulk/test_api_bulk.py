"""REST: clients/bulk-actions/."""

import pytest

from clients.bulk import services
from clients.models import BulkJob, Client
from tenants.binding import use_firm
from tests.clients.builders import new_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/clients/bulk-actions/"


@pytest.fixture
def two(firm, alice):
    with use_firm(firm):
        new_client("Of nobody")
        return [new_client(name, advisor=alice) for name in ("Bianchi", "Rossi")]


def advised(firm, member):
    with use_firm(firm):
        return Client.objects.filter(advisor=member).count()


def test_clients_are_changed_read_and_taken_back(api, alice, bob, firm, two):
    caller = api(alice)

    made = caller.post(URL, {"action": "assign_contact", "values": {"contact": bob.pk}, "clients": [c.pk for c in two]})

    assert (made.status_code, made.json()["state"], made.json()["changed"]) == (201, "done", 2)
    assert made.json()["values"] == {"contact": bob.pk}
    job = f"{URL}{made.json()['id']}/"
    assert caller.get(job).json() == made.json()
    assert caller.get(URL).json()["results"] == [made.json()]
    assert caller.get(f"{job}outcomes/").json() == [{"client": c.pk, "outcome": "changed"} for c in two]
    undone = caller.post(f"{job}undo/")
    assert (undone.status_code, undone.json()["state"], undone.json()["restored"]) == (200, "undone", 2)
    assert caller.post(f"{job}undo/").json()["errors"][0]["code"] == "not_undoable"


def test_all_that_match_a_filter_are_changed(api, alice, firm, two):
    document = {"field": "name", "op": "eq", "value": "rossi"}

    made = api(alice).post(URL, {"action": "assign_advisor", "values": {"advisor": None}, "filter": document})

    assert (made.json()["total"], made.json()["changed"]) == (1, 1)
    assert advised(firm, alice) == 1


def test_a_dry_run_changes_and_keeps_nothing(api, alice, firm, two):
    answer = api(alice).post(
        URL,
        {
            "action": "assign_advisor",
            "values": {"advisor": alice.pk},
            "clients": [c.pk for c in two],
            "dry_run": True,
        },
    )

    assert answer.status_code == 200
    assert [(out["code"], out["count"]) for out in answer.json()["left_out"]] == [("already", 2)]
    assert (answer.json()["total"], answer.json()["concerned"]) == (2, 0)
    with use_firm(firm):
        assert not BulkJob.objects.exists()


def test_a_large_one_is_queued_and_can_be_stopped(api, alice, bob, firm, two, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    caller = api(alice)

    made = caller.post(URL, {"action": "archive", "clients": [c.pk for c in two]})

    assert (made.status_code, made.json()["state"]) == (202, "queued")
    stopped = caller.post(f"{URL}{made.json()['id']}/cancel/")
    assert stopped.json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"action": "nonsense", "clients": [1]}, 400, "action"),
        ({"action": "archive"}, 400, "clients"),
        ({"action": "archive", "clients": [1], "filter": {}}, 400, "clients"),
        ({"action": "archive", "clients": [999_999]}, 400, ""),
        ({"action": "archive", "values": {"x": 1}, "clients": [1]}, 400, "values.x"),
        ({"action": "assign_advisor", "values": {"advisor": 999_999}, "clients": [1]}, 400, "values.advisor"),
        ({"action": "assign_advisor", "values": {"advisor": {"a": 1}}, "clients": [1]}, 400, "values.advisor"),
        ({"action": "assign_advisor", "clients": [1]}, 400, "values.advisor"),
        ({"action": "add_to_group", "clients": [1]}, 403, None),
    ],
)
def test_what_makes_no_sense_is_refused(api, alice, two, body, status, field):
    answer = api(alice).post(URL, body)

    assert answer.status_code == status
    if field is not None:
        assert answer.json()["errors"][0]["field"] == field


def test_nobody_reaches_the_clients_of_others(api, alice, bob, carol, firm, two):
    ids = [c.pk for c in two]

    assert (
        api(bob).post(URL, {"action": "assign_contact", "values": {"contact": bob.pk}, "clients": ids}).json()["errors"]
    )
    made = api(alice).post(URL, {"action": "assign_contact", "values": {"contact": None}, "clients": ids})
    assert api(bob).get(f"{URL}{made.json()['id']}/").status_code == 404
    assert api(carol).get(f"{URL}{made.json()['id']}/").status_code == 404


def test_what_is_offered_is_what_one_may(api, alice, rita):
    assert {"action": "archive", "label": "Archivia", "values": []} in api(alice).get(f"{URL}offered/").json()
    assert api(rita).get(f"{URL}offered/").json() == []
