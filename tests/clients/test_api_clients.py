"""REST: clients."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.api.shapes import ClientSerializer
from clients.models import Client, Label, Status, StatusChange
from clients.services import create_choice
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.clients.builders import new_client

Api = Callable[..., Any]
CLIENTS = "/api/v1/clients/"
NOWHERE = {"latitude": None, "longitude": None}
EVERYTHING = {
    "kind": "person",
    "last_name": "Rossi",
    "first_name": "Mario",
    "tax_code": "RSSMRA85T10A562S",
    "aum": "1234.50",
    "birth_date": "1985-12-10",
    "is_pep": False,
    "mifid_class": "retail",
    "pac_amount": "100.00",
    "notes": "due\nrighe",
    "external_source": "gest",
    "external_id": "7",
    "emails": [{"address": "m@x.it", "for_communications": True}, {"address": "n@x.it", "for_communications": False}],
    "phones": [{"number": "+393351234567", "kind": "mobile"}],
    "addresses": [
        {"street": "Via Po, 1", "postal_code": "00198", "city": "Roma", "province": "RM", "country": "IT"} | NOWHERE
    ],
}


def made(firm: Firm, *names: str, **values: Any) -> list[int]:
    with use_firm(firm):
        return [new_client(name, **values).pk for name in names]


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["name"] for row in answer.json()["results"]]


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_a_client_is_created_read_and_changed(api: Api, alice: Membership) -> None:
    caller = api(alice)

    answer = caller.post(CLIENTS, {**EVERYTHING, "advisor": alice.pk})

    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert {name: body[name] for name in EVERYTHING} == EVERYTHING
    assert (body["name"], body["advisor"], body["version"], body["state"]) == ("Rossi Mario", alice.pk, 1, "active")
    assert answer["Location"].endswith(f"{CLIENTS}{body['id']}/")
    assert caller.get(f"{CLIENTS}{body['id']}/").json() == body
    changed = caller.patch(f"{CLIENTS}{body['id']}/", {"first_name": "Maria"}, headers={"If-Match": answer["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed["ETag"]) == (200, "Rossi Maria", '"2"')
    assert changed.json()["emails"] == EVERYTHING["emails"]
    assert caller.get(CLIENTS).json() == {"next": None, "previous": None, "results": [changed.json()]}


def test_a_change_of_what_somebody_else_has_changed_is_refused(api: Api, ada: Membership) -> None:
    [pk] = made(ada.firm, "Rossi")
    caller, address = api(ada), f"{CLIENTS}{pk}/"
    caller.patch(address, {"first_name": "Mario"})

    stale = caller.patch(address, {"first_name": "Ugo"}, headers={"If-Match": '"1"'})

    assert (stale.status_code, stale["Content-Type"]) == (412, "application/problem+json")
    assert caller.get(address).json()["first_name"] == "Mario"
    assert caller.patch(address, {"first_name": "Ugo"}, headers={"If-Match": '"2"'}).status_code == 200


def test_the_plan_of_a_client_says_why(api: Api, ada: Membership) -> None:
    [pk] = made(ada.firm, "Rossi")

    plan = api(ada).get(f"{CLIENTS}{pk}/").json()["plan"]

    assert set(plan) == {
        "last_meeting_on", "next_meeting_on", "due_on", "overdue_days", "beyond_cadence_days", "meetings_this_year",
        "yearly_meetings", "group", "exception", "explanation",
    }  # fmt: skip
    assert (plan["due_on"], plan["meetings_this_year"], plan["exception"]) == (None, 0, None)
    assert plan["explanation"] != ""


def test_what_is_shown_is_what_the_schema_says(api: Api, ada: Membership) -> None:
    [pk] = made(ada.firm, "Rossi")

    assert set(api(ada).get(f"{CLIENTS}{pk}/").json()) == set(ClientSerializer().fields)


def test_labels_are_named_by_id_or_by_name(api: Api, ada: Membership) -> None:
    with use_firm(ada.firm):
        vip = create_choice(Label(name="VIP"), by=ada)
        medico = create_choice(Label(name="Medico"), by=ada)
    caller = api(ada)

    answer = caller.post(CLIENTS, {"last_name": "Rossi", "labels": [vip.pk, "medico"]})

    assert answer.json()["labels"] == sorted([vip.pk, medico.pk])
    assert errors(caller.post(CLIENTS, {"last_name": "V", "labels": ["nessuna"]})) == [("labels", "does_not_exist")]
    assert errors(caller.post(CLIENTS, {"last_name": "V", "labels": [True]})) == [("labels", "does_not_exist")]
    assert errors(caller.post(CLIENTS, {"last_name": "V", "labels": "VIP"})) == [("labels", "not_a_list")]


def test_one_sees_ones_own_clients_only(api: Api, alice: Membership, ada: Membership) -> None:
    [own] = made(ada.firm, "Mio", advisor=alice)
    [other] = made(ada.firm, "Altrui")

    assert names(api(alice).get(CLIENTS)) == ["Mio"]
    assert api(alice).get(f"{CLIENTS}{other}/").status_code == 404
    assert api(alice).patch(f"{CLIENTS}{other}/", {"first_name": "X"}).status_code == 404
    assert names(api(ada).get(CLIENTS)) == ["Altrui", "Mio"]
    assert own != other


def test_clients_are_selected_by_the_filter_language(api: Api, ada: Membership) -> None:
    made(ada.firm, "Ricco", aum=600_000)
    made(ada.firm, "Medio", aum=5_000)
    made(ada.firm, "Ignoto")
    rich = {"any": [{"field": "aum", "op": "gte", "value": "500000"}, {"field": "aum", "op": "empty"}]}

    assert names(api(ada).get(CLIENTS, {"filter": json.dumps(rich)})) == ["Ignoto", "Ricco"]
    assert names(api(ada).get(CLIENTS, {"filter": json.dumps({"not": rich})})) == ["Medio"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"field": "colour", "op": "eq", "value": "red"}, ("filter.field", "unknown_field")),
        ({"all": [{"field": "aum", "op": "contains", "value": 1}]}, ("filter.all[0].op", "operator_not_applicable")),
        ({"all": [{"field": "aum", "op": "gt", "value": "x"}]}, ("filter.all[0].value", "not_a_number")),
        ({"field": "birth_date", "op": "within_next_days", "value": "7"}, ("filter.value", "not_an_integer")),
        ([], ("filter", "not_a_filter")),
    ],
)
def test_a_filter_that_cannot_be_used_names_the_path(
    api: Api, ada: Membership, document: object, expected: tuple[str, str]
) -> None:
    answer = api(ada).get(CLIENTS, {"filter": json.dumps(document)})

    assert (answer.status_code, errors(answer)) == (400, [expected])


def test_clients_are_searched_narrowed_and_ordered(api: Api, ada: Membership, alice: Membership) -> None:
    made(ada.firm, "Rossi", aum=10, advisor=alice)
    made(ada.firm, "Bianchi", aum=30)
    made(ada.firm, "Verdi")
    caller = api(ada)

    assert names(caller.get(CLIENTS, {"search": "ros"})) == ["Rossi"]
    assert names(caller.get(CLIENTS, {"advisor": alice.pk})) == ["Rossi"]
    assert names(caller.get(CLIENTS, {"ordering": "aum"})) == ["Rossi", "Bianchi", "Verdi"]
    assert names(caller.get(CLIENTS, {"ordering": "-aum"})) == ["Bianchi", "Rossi", "Verdi"]
    assert names(caller.get(CLIENTS, {"ordering": "-plan.due_on"})) == ["Verdi", "Bianchi", "Rossi"]
    assert names(caller.get(CLIENTS, {"updated_since": "2100-01-01T00:00:00Z"})) == []


@pytest.mark.parametrize("ordering", ["aum", "-aum", "plan.due_on", "name", "-updated_at", "birth_date"])
def test_walking_through_pages_finds_every_client_once(api: Api, ada: Membership, ordering: str) -> None:
    expected = {*made(ada.firm, "A", "B", aum=5), *made(ada.firm, "C", "D", "E"), *made(ada.firm, "F", aum=1)}
    caller, address = api(ada), f"{CLIENTS}?page_size=2&ordering={ordering}"
    found: list[int] = []

    while address:
        page = caller.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["next"]

    assert len(found) == len(expected)
    assert set(found) == expected


def test_an_upsert_creates_once_and_changes_then(api: Api, ada: Membership) -> None:
    caller, address = api(ada), f"{CLIENTS}by-external-id/gest/A-7/"

    first = caller.put(address, {"last_name": "Rossi"})
    second = caller.put(address, {"last_name": "Rossi", "first_name": "Mario"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert (second.json()["external_source"], second.json()["external_id"]) == ("gest", "A-7")
    assert errors(caller.post(CLIENTS, {"last_name": "V", "external_source": "gest", "external_id": "A-7"})) == [
        ("external_id", "unique")
    ]


def test_bulk_gives_each_item_its_own_status(api: Api, ada: Membership) -> None:
    [pk] = made(ada.firm, "Vecchio")
    caller = api(ada)

    answer = caller.post(
        f"{CLIENTS}bulk/",
        [{"last_name": "Nuovo"}, {"last_name": ""}, {"id": pk, "first_name": "Ugo"}, {"id": 10**9}, "x"],
    )

    found = answer.json()["results"]
    assert [item["status"] for item in found] == [201, 400, 200, 400, 400]
    assert [[error["field"] for error in item["errors"]] for item in found] == [[], ["last_name"], [], ["id"], [""]]
    assert names(caller.get(CLIENTS)) == ["Nuovo", "Vecchio Ugo"]
    assert errors(caller.post(f"{CLIENTS}bulk/", {"last_name": "x"})) == [("", "not_a_list")]
    assert errors(caller.post(f"{CLIENTS}bulk/", [{}] * 501)) == [("", "not_a_list")]


def test_the_history_of_the_status_is_kept(api: Api, ada: Membership) -> None:
    with use_firm(ada.firm):
        status = create_choice(Status(name="Nuovo arrivo"), by=ada)
    caller = api(ada)
    pk = caller.post(CLIENTS, {"last_name": "Rossi"}).json()["id"]

    caller.patch(f"{CLIENTS}{pk}/", {"status": status.pk})

    [change] = caller.get(f"{CLIENTS}{pk}/status-history/").json()["results"]
    assert (change["from_status"], change["to_status"], change["cause"], change["by"]) == (
        None,
        status.pk,
        "api",
        ada.pk,
    )
    with use_firm(ada.firm):
        assert StatusChange.objects.count() == 1


def test_an_archived_client_can_come_back(api: Api, ada: Membership) -> None:
    [pk] = made(ada.firm, "Rossi")
    caller = api(ada)

    states = [
        caller.post(f"{CLIENTS}{pk}/{action}/").json()["state"] for action in ("archive", "reactivate", "deceased")
    ]

    assert states == ["archived", "active", "deceased"]
    assert names(caller.get(CLIENTS, {"state": "active"})) == []


def test_nothing_outside_the_declared_fields_can_be_set(api: Api, ada: Membership, other_firm: Firm) -> None:
    [pk] = made(ada.firm, "Rossi")
    with use_firm(ada.firm):
        before = Client.objects.filter(pk=pk).values().get()
    for name in ("firm", "firm_id", "tenant_id", "name_key", "owner", "is_staff"):
        assert errors(api(ada).patch(f"{CLIENTS}{pk}/", {name: other_firm.pk})) == [(name, "unknown_field")]

    ignored = {"id": 1, "name": "X", "state": "archived", "version": 9, "created_at": "2000-01-01T00:00:00Z"}

    assert api(ada).patch(f"{CLIENTS}{pk}/", ignored).status_code == 200
    with use_firm(ada.firm):
        assert Client.objects.filter(pk=pk).values().get() == before


# What every request of a token needs: the binding, the token, the firm; and the savepoints round the view.
FRAME = ("SET LOCAL", "SAVEPOINT", "RELEASE", "tenants_apitoken", 'FROM "tenants_firm"', "lock_timeout")


def statements(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code in (200, 201)
    return [query["sql"] for query in captured if not any(part in query["sql"] for part in FRAME)]


def test_the_number_of_statements_does_not_depend_on_the_rows(api: Api, ada: Membership) -> None:
    caller = api(ada)
    [pk] = made(ada.firm, "Uno", emails=[{"address": "a@x.it"}])
    one = statements(lambda: caller.get(CLIENTS))
    made(ada.firm, "Due", "Tre", emails=[{"address": "b@x.it"}])

    three = statements(lambda: caller.get(CLIENTS))

    assert len(one) == len(three) <= 4, three
    assert len(statements(lambda: caller.get(f"{CLIENTS}{pk}/"))) <= 8
    body = {"last_name": "Nuovo", "advisor": ada.pk, "emails": [{"address": "c@x.it"}]}
    assert len(created := statements(lambda: caller.post(CLIENTS, body))) <= 12, created
