"""``POST <resource>/bulk/`` (api.md): every resource that is entered has it, and each item its own status."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from crm.api import RESOURCES
from tenants.binding import use_firm
from tenants.models import Membership
from tenants.rest.many import ManyViewSet
from tests.architecture.examples import RESOURCES as EXAMPLES
from tests.clients.builders import new_client

NEVER_USED = 4_611_686_018_427_387_904
# What is entered one at a time, and why.
ONE_BY_ONE = {
    "users": "each is invited by a mail of its own",
    "tokens": "the secret is shown once, in the answer to the one who asked",
    "booking-links": "the same; to many clients they go by mail, as an action on a selection",
    "calendar-feeds": "one at most, and its secret is shown once",
    "calendar-files": "a file with many events",
    "imports": "a job",
    "exports": "a job",
    "nightly-runs": "a job",
    "clients/bulk-actions": "a job on many clients already",
    "foresight": "a computation, which keeps nothing",
    "exception-foresight": "the same",
    "week-proposals": "the same",
    "planned-weeks": "many meetings in one step already",
    "closures": "a few in a year",
    "planned-handovers": "a job on many clients, for a day to come",
    "client-mails": "each is sent to somebody",
}
# Of what an item of each resource consists; ``made`` are the rows that came before it.
ITEMS: dict[str, Callable[[dict[str, int]], dict[str, Any]]] = {
    "custom-fields": lambda made: {"label": "Hobby", "type": "text"},
    "labels": lambda made: {"name": "Dentista"},
    "suppressions": lambda made: {"address": "nessuno@example.com"},
    "statuses": lambda made: {"name": "In prova"},
    "lists": lambda made: {"list_name": "category", "name": "Fondatori"},
    "quantities": lambda made: {"label": "Dipendenti per sede"},
    "user-lists": lambda made: {"name": "Sport"},
    "households": lambda made: {"name": "Famiglia Rossi"},
    "groups": lambda made: {"name": "Amici", "kind": "fixed", "yearly_meetings": 4},
    "searches": lambda made: {"name": "Romani", "filter": {"field": "city", "op": "eq", "value": "Roma"}},
    "portfolios": lambda made: {"typology": made["typology"], "name": "VIP"},
    "subjects": lambda made: {"kind": "agent", "code": "A1", "name": "Verdi"},
    "sales": lambda made: {"client": made["client"], "date": "2026-01-05", "amount": "10.00"},
    "service-opportunities": lambda made: {"name": "Pensione"},
    "templates": lambda made: {"name": "Ciao", "subject": "Per {{ client.name }}", "body": "Testo"},
    "mail-templates": lambda made: {"name": "Cornice", "header": "{{ firm.name }}"},
    "campaigns": lambda made: {"name": "Primavera", "starts_on": "2026-03-01"},
    "client-opportunities": lambda made: {"client": made["client"], "opportunity": made["service-opportunities"]},
    "appointment-types": lambda made: {"name": "Colazione"},
    "appointments": lambda made: {"client": made["client"], "starts_at": "2100-01-04T09:00:00Z"},
    "tasks": lambda made: {"client": made["client"], "subject": "Chiamare", "at": "2100-01-04T09:00:00Z"},
    "calls": lambda made: {"client": made["client"], "subject": "Chiamare", "at": "2100-01-04T09:00:00Z"},
    "macros": lambda made: {"name": "Auguri", "search": made["searches"], "type": made["appointment-types"]},
    "points": lambda made: {"member": made["member"], "points": 3, "reason": "Dimenticati"},
    "challenges": lambda made: {"name": "Marzo", "starts_on": "2026-03-01", "ends_on": "2026-03-31", "target": 10},
    "outcomes": lambda made: {"name": "Ci pensa"},
    "relations": lambda made: {"type": made["appointment-types"], "outcome": made["outcomes"]},
    "activity-kinds": lambda made: {"name": "Rinnovi"},
    "activities": lambda made: {"client": made["client"], "kind": made["activity-kinds"]},
}


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_what_is_entered_is_entered_in_bulk(resource: str) -> None:
    allowed = RESOURCES[resource].permissions
    assert ("create" in allowed) == ("bulk" in allowed or resource in ONE_BY_ONE)
    if "bulk" in allowed:
        assert {allowed[each] for each in ("create", "bulk", "partial_update") if each in allowed} == {allowed["bulk"]}


def test_each_item_has_its_own_status(ada: Membership, mara: Membership, api: Callable[..., Any]) -> None:
    """A good one enters, an empty one is refused, and no id of another firm is told from one that never was."""
    caller = api(ada)
    with use_firm(ada.firm_id):
        made = {
            "client": new_client(advisor=ada).pk,
            "member": ada.pk,
            "typology": EXAMPLES["portfolio-types"](ada)["pk"],
        }
    many = [name for name, each in RESOURCES.items() if issubclass(each, ManyViewSet)]
    for resource in sorted(many, key=lambda name: ([*ITEMS].index(name) if name in ITEMS else len(ITEMS), name)):
        with use_firm(mara.firm_id):
            theirs = int(EXAMPLES[resource](mara)["pk"])
        good = [ITEMS[resource](made)] if resource in ITEMS else []

        results = sent(caller, resource, [*good, {}, {"id": NEVER_USED}, {"id": theirs}, "not an item"])

        *entered, empty, never_used, foreign, _no_item = results
        assert [each["status"] for each in results] == [*(201 for _ in good), 400, 400, 400, 400], (resource, results)
        assert empty["errors"]
        assert foreign == never_used
        for each in entered:
            made[resource] = each["id"]
            assert caller.get(f"/api/v1/{resource}/{each['id']}/").status_code == 200


def test_an_item_with_an_id_changes_that_row(ada: Membership, rita: Membership, api: Callable[..., Any]) -> None:
    caller = api(ada)
    gold, silver = (each["id"] for each in sent(caller, "labels", [{"name": "Oro"}, {"name": "Argento"}]))

    changed = sent(caller, "labels", [{"id": gold, "name": "Platino"}, {"id": silver, "name": "Platino"}])
    [told] = sent(caller, "points", [{"id": 1, "points": 3}])
    refused = api(rita).post("/api/v1/labels/bulk/", [{"name": "Bronzo"}], format="json")

    assert [each["status"] for each in changed] == [200, 400]
    assert [error["field"] for error in changed[1]["errors"]] == ["name"]
    names = [label["name"] for label in caller.get("/api/v1/labels/?fields=name").json()["results"]]
    assert {"Platino", "Argento"} <= set(names)
    assert "Oro" not in names
    assert [error["code"] for error in told["errors"]] == ["not_changeable"]
    assert refused.status_code == 403


def sent(caller: APIClient, resource: str, body: list[Any]) -> list[dict[str, Any]]:
    answer = caller.post(f"/api/v1/{resource}/bulk/", body, format="json")
    assert answer.status_code == 200, (resource, answer.content)
    results: list[dict[str, Any]] = answer.json()["results"]
    return results
