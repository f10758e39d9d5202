"""Clients are selected anywhere by ``?filter=`` and ``?group=`` (api.md): also in lists of what hangs on them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from crm.api import RESOURCES
from tenants.binding import use_firm
from tenants.models import Membership
from tests.architecture.examples import RESOURCES as EXAMPLES
from tests.clients.builders import new_client

Api = Callable[..., Any]
# One row of these is about many clients: it is no row of one whose facts could select it.
OF_MANY = {"consultations"}
OF_CLIENTS = sorted(
    name
    for name, each in RESOURCES.items()
    if each.filter_class and "client" in each.filter_class.base_filters and name not in OF_MANY
)
ROME = {"field": "city", "op": "eq", "value": "Roma"}


def test_what_hangs_on_a_client_is_found_by_his_facts(ada: Membership, mara: Membership, api: Api) -> None:
    caller = api(ada)
    assert len(OF_CLIENTS) >= 9
    for resource in OF_CLIENTS:
        address = f"/api/v1/{resource}/"
        with use_firm(ada.firm_id):
            row = caller.get(f"{address}{EXAMPLES[resource](ada)['pk']}/").json()
        here = f"?client={row['client']}&"
        with use_firm(mara.firm_id):
            theirs = EXAMPLES["groups"](mara)["pk"]

        def of(condition: Any, address: str = address + here) -> list[int]:
            found = caller.get(address, {"filter": json.dumps(condition)})
            return [each["id"] for each in found.json()["results"]]

        named = {"field": "advisor", "op": "eq", "value": ada.pk}
        assert (of(named), of({"not": named})) == ([row["id"]], []), resource
        assert of({"all": [named, ROME]}) == [], resource
        wrong = caller.get(address, {"filter": json.dumps({"all": [{"field": "nothing", "op": "eq"}]})})
        assert [error["field"] for error in wrong.json()["errors"]] == ["filter.all[0].field"], resource
        foreign = caller.get(address, {"group": theirs})
        assert [(error["field"], error["code"]) for error in foreign.json()["errors"]] == [("group", "does_not_exist")]


def test_a_group_selects_what_hangs_on_its_members(alice: Membership, ada: Membership, api: Api) -> None:
    with use_firm(ada.firm_id):
        inside, outside = (new_client(name, advisor=alice).pk for name in ("Rossi", "Verdi"))
        unseen = new_client("Bianchi", advisor=ada).pk
    caller, admin = api(alice), api(ada)
    group = admin.post("/api/v1/groups/", {"name": "Amici", "kind": "fixed"}, format="json").json()["id"]
    admin.post(f"/api/v1/groups/{group}/members/", {"clients": [inside, unseen]}, format="json")
    for client in (inside, outside, unseen):
        task = {"client": client, "subject": "Chiamare", "at": "2026-01-05T09:00:00Z", "assignee": alice.pk}
        task["state"] = "done"
        assert admin.post("/api/v1/tasks/", task, format="json").status_code == 201

    def clients(caller: Any) -> list[int]:
        return [
            each["client"]
            for each in caller.get("/api/v1/tasks/", {"group": group, "ordering": "id"}).json()["results"]
        ]

    assert clients(admin) == [inside, unseen]
    # Alice sees the third call, which she made, but its client no more: no filter tells her anything about him.
    assert len(caller.get("/api/v1/tasks/").json()["results"]) == 3
    assert clients(caller) == [inside]
    assert caller.get("/api/v1/tasks/", {"group": "x"}).status_code == 400


@pytest.mark.parametrize("resource", OF_CLIENTS)
def test_every_list_that_names_a_client_can_be_selected(resource: str) -> None:
    names = {name for each in RESOURCES[resource].narrowings for name in each.parameters()}
    assert names == {"filter", "group"}


def test_a_list_is_searched_by_words(ada: Membership, alice: Membership, api: Api) -> None:
    """Each of them somewhere in the row's own words, or in what finds its client."""
    caller = api(ada)
    with use_firm(ada.firm_id):
        rossi, verdi = (new_client(name, advisor=alice).pk for name in ("Rossi", "Verdi"))

    def found(resource: str, text: str) -> list[Any]:
        answer = caller.get(f"/api/v1/{resource}/", {"search": text})
        assert answer.status_code == 200, (resource, answer.content)
        return list(answer.json()["results"])

    for client in (rossi, verdi):
        item = {"client": client, "subject": "Chiamare", "at": "2100-01-04T09:00:00Z"}
        caller.post("/api/v1/calls/", item, format="json")
        caller.post("/api/v1/households/", {"name": f"Famiglia {client} Gialli"}, format="json")

    assert [each["client"] for each in found("calls", "ross")] == [rossi]
    assert [each["name"] for each in found("households", f"GIALLI {verdi}")] == [f"Famiglia {verdi} Gialli"]
    assert [each["id"] for each in found("users", "alice@aurora")] == [alice.pk]
    searched = [name for name, each in RESOURCES.items() if each.searched or each.searchable]
    assert len(searched) > 20
    assert [name for name in searched if found(name, "no such words")] == []
