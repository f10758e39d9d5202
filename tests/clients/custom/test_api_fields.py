"""REST: user fields, their values in ``custom{}``, and what ``fields/`` says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clients.models import ListEntry
from tenants.binding import use_firm
from tenants.models import Membership
from tests.clients.test_api_clients import errors

Api = Callable[..., Any]
CLIENTS, FIELDS, CUSTOM = "/api/v1/clients/", "/api/v1/fields/", "/api/v1/custom-fields/"


def test_a_field_is_defined_and_at_once_everywhere(api: Api, ada: Membership) -> None:
    caller = api(ada)

    answer = caller.post(CUSTOM, {"label": "N° figli", "type": "number"})

    assert answer.status_code == 201, answer.json()
    assert answer.json()["key"] == "n_figli"
    [offered] = [each for each in caller.get(FIELDS).json()["results"] if each["name"] == "custom.n_figli"]
    assert offered["label"] == "N° figli"
    assert (offered["type"], offered["filterable"], offered["sortable"], offered["importable"]) == (
        "decimal", True, True, True,
    )  # fmt: skip
    made = [
        caller.post(CLIENTS, {"last_name": name, "custom": {"n_figli": number}}).json()
        for name, number in (("Rossi", 3), ("Bianchi", "1.5"), ("Verdi", None))
    ]
    assert [each["custom"]["n_figli"] for each in made] == ["3", "1.5", None]
    ordered = caller.get(CLIENTS, {"ordering": "-custom.n_figli"}).json()["results"]
    assert [each["last_name"] for each in ordered] == ["Rossi", "Bianchi", "Verdi"]
    chosen = caller.get(CLIENTS, {"filter": '{"field": "custom.n_figli", "op": "gt", "value": 2}'}).json()["results"]
    assert [each["last_name"] for each in chosen] == ["Rossi"]


def test_every_type_goes_in_and_comes_out(api: Api, ada: Membership) -> None:
    caller = api(ada)
    with use_firm(ada.firm_id):
        first, second = ListEntry.objects.filter(list_name="rating")[:2]
    given: dict[str, tuple[Any, Any]] = {
        "text": ("Vela", "Vela"), "number": ("0.50", "0.5"), "money": ("10", "10.00"),
        "date": ("2026-02-28", "2026-02-28"), "boolean": (False, False), "choice": (first.name, first.pk),
        "choices": ([second.pk, first.name], [first.pk, second.pk]),
    }  # fmt: skip
    for kind in given:
        assert caller.post(CUSTOM, {"label": f"Un {kind}", "type": kind, "list_name": "rating"}).status_code == 201

    body = {"last_name": "Rossi", "custom": {f"un_{kind}": value for kind, (value, _) in given.items()}}
    client = caller.post(CLIENTS, body)

    assert client.status_code == 201, client.json()
    assert {kind: client.json()["custom"][f"un_{kind}"] for kind in given} == {
        kind: value for kind, (_, value) in given.items()
    }
    emptied = caller.patch(f"{CLIENTS}{client.json()['id']}/", {"custom": {"un_text": None, "un_choices": []}})
    assert (emptied.json()["custom"]["un_text"], emptied.json()["custom"]["un_choices"]) == (None, [])
    assert emptied.json()["custom"]["un_date"] == "2026-02-28", "what is absent stays"


def test_what_does_not_fit_is_refused_with_its_place(api: Api, ada: Membership) -> None:
    caller = api(ada)
    for kind in ("text", "number", "date", "boolean", "choice", "choices"):
        caller.post(CUSTOM, {"label": f"Un {kind}", "type": kind, "list_name": "rating"})

    wrong: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"nowhere": 1}, ("custom.nowhere", "unknown_field")),
        ({"un_text": 1}, ("custom.un_text", "not_text")),
        ({"un_number": True}, ("custom.un_number", "not_a_number")),
        ({"un_number": "x"}, ("custom.un_number", "invalid")),
        ({"un_number": "NaN"}, ("custom.un_number", "invalid")),
        ({"un_date": "31/12/2026"}, ("custom.un_date", "invalid")),
        ({"un_boolean": 1}, ("custom.un_boolean", "not_a_boolean")),
        ({"un_choice": "Nessuno"}, ("custom.un_choice", "does_not_exist")),
        ({"un_choice": 10**30}, ("custom.un_choice", "does_not_exist")),
        ({"un_choices": "Nessuno"}, ("custom.un_choices", "not_a_list")),
    ]
    for custom, problem in wrong:
        answer = caller.post(CLIENTS, {"last_name": "Rossi", "custom": custom})
        assert (answer.status_code, errors(answer)) == (400, [problem]), custom
    assert errors(caller.post(CLIENTS, {"last_name": "Rossi", "custom": []})) == [("custom", "not_an_object")]


def test_only_who_configures_the_firm_defines_fields(api: Api, alice: Membership, mara: Membership) -> None:
    assert api(alice).post(CUSTOM, {"label": "Hobby", "type": "text"}).status_code == 403
    assert len(api(alice).get(CUSTOM).json()["results"]) == 3
    theirs = api(mara).post(CUSTOM, {"label": "Hobby", "type": "text"}).json()
    assert api(alice).get(f"{CUSTOM}{theirs['id']}/").status_code == 404


def test_a_field_in_use_is_deactivated_not_deleted(api: Api, ada: Membership) -> None:
    caller = api(ada)
    field = caller.post(CUSTOM, {"label": "Hobby", "type": "text"}).json()
    client = caller.post(CLIENTS, {"last_name": "Rossi", "custom": {"hobby": "Vela"}}).json()

    assert caller.delete(f"{CUSTOM}{field['id']}/").status_code == 400
    assert caller.patch(f"{CUSTOM}{field['id']}/", {"type": "date"}).status_code == 400
    assert caller.patch(f"{CUSTOM}{field['id']}/", {"active": False}).json()["active"] is False
    assert "hobby" not in caller.get(f"{CLIENTS}{client['id']}/").json()["custom"]
