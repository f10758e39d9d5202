"""REST: groups."""

from collections.abc import Callable
from typing import Any

import pytest

from groups.models import Group
from tenants.binding import use_firm
from tenants.models import Membership
from tests.clients.builders import new_client

Api = Callable[..., Any]
GROUPS = "/api/v1/groups/"
RICH = {"field": "aum", "op": "gte", "value": "500000.00"}


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_a_dynamic_group_has_members_at_once(api: Api, ada: Membership) -> None:
    with use_firm(ada.firm):
        rich, poor = new_client("Ricco", aum=600_000), new_client("Povero", aum=1)
    caller = api(ada)

    answer = caller.post(GROUPS, {"name": "Gold", "filter": RICH, "yearly_meetings": 4})

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["kind"], body["filter"], body["yearly_meetings"], body["active"]) == ("dynamic", RICH, 4, True)
    members = caller.get(f"{GROUPS}{body['id']}/members/", {"count": "true"}).json()
    assert (members["results"], members["count"]) == ([{"id": rich.pk, "name": "Ricco"}], 1)
    assert [row["id"] for row in caller.get("/api/v1/clients/", {"group": body["id"]}).json()["results"]] == [rich.pk]
    why = [caller.get(f"{GROUPS}{body['id']}/why/", {"client": each.pk}).json() for each in (rich, poor)]
    assert [each["is_member"] for each in why] == [True, False]
    assert why[0]["reasons"][0]["holds"] is True


@pytest.mark.parametrize("number", [0, -1, 53, 2.5, "four"])
def test_a_number_outside_1_to_52_is_refused(api: Api, ada: Membership, number: object) -> None:
    answer = api(ada).post(GROUPS, {"name": "Gold", "filter": RICH, "yearly_meetings": number})

    assert answer.status_code == 400
    assert [field for field, _code in errors(answer)] == ["yearly_meetings"]


def test_a_filter_that_cannot_be_used_names_the_path(api: Api, ada: Membership) -> None:
    def refused(document: object, **more: object) -> list[tuple[str, str]]:
        return errors(api(ada).post(GROUPS, {"name": "Gold", "filter": document, **more}))

    wrong = {"any": [RICH, {"field": "aum", "op": "lt", "value": "x"}]}
    assert refused(wrong) == [("filter.any[1].value", "not_a_number")]
    assert refused({"field": "plan.due_on", "op": "empty"}, yearly_meetings=2) == [("filter", "follows_from_groups")]
    assert refused(None) == [("filter", "not_a_filter")]


def test_a_stored_filter_out_of_order_says_why_in_the_callers_language(api: Api, ada: Membership) -> None:
    made = api(ada).post(GROUPS, {"name": "Gold", "filter": RICH}).json()
    assert made["filter_error"] == ""
    with use_firm(ada.firm):
        Group.objects.filter(pk=made["id"]).update(filter={"field": "gone", "op": "empty"})

    told = [api(ada).get(f"{GROUPS}{made['id']}/", headers={"Accept-Language": language}) for language in ("it", "en")]

    assert told[1].json()["filter_error"] == "field: There is no field named gone."
    assert told[0].json()["filter_error"].startswith("field: Non c'è alcun campo")


def test_a_group_is_changed_as_a_whole_or_not_at_all(api: Api, ada: Membership) -> None:
    caller = api(ada)
    made = caller.post(GROUPS, {"name": "Gold", "filter": RICH, "yearly_meetings": 4})
    address = f"{GROUPS}{made.json()['id']}/"

    assert caller.patch(address, {"name": "Oro", "yearly_meetings": 99}).status_code == 400
    changed = caller.patch(address, {"name": "Oro", "yearly_meetings": None}, headers={"If-Match": made["ETag"]})

    assert (changed.json()["name"], changed.json()["yearly_meetings"]) == ("Oro", None)
    assert caller.patch(address, {"name": "X"}, headers={"If-Match": made["ETag"]}).status_code == 412
    assert errors(caller.patch(address, {"kind": "fixed"})) == [("kind", "kind_changed")]


def test_a_preview_says_who_would_enter_and_leave(api: Api, ada: Membership) -> None:
    with use_firm(ada.firm):
        first, second = new_client("Uno", aum=600_000), new_client("Due", aum=10)
    caller = api(ada)
    group = caller.post(GROUPS, {"name": "Mani", "kind": "fixed"}).json()["id"]
    added = caller.post(f"{GROUPS}{group}/members/", {"clients": [second.pk]})
    assert added.json()["member_count"] == 1

    found = caller.post(f"{GROUPS}preview/", {"filter": RICH, "group": group}).json()

    assert (found["count"], found["entering_count"], found["leaving_count"]) == (1, 1, 1)
    assert (found["entering"], found["leaving"]) == (
        [{"id": first.pk, "name": "Uno"}],
        [{"id": second.pk, "name": "Due"}],
    )
    assert errors(caller.post(f"{GROUPS}preview/", {"filter": {}})) == [("filter", "not_a_filter")]
    removed = caller.post(f"{GROUPS}{group}/members/remove/", {"clients": [second.pk]})
    assert removed.json()["member_count"] == 0


def test_another_firms_client_cannot_be_put_into_a_group(api: Api, ada: Membership, mara: Membership) -> None:
    with use_firm(mara.firm):
        theirs = new_client("Altrui").pk
    caller = api(ada)
    group = caller.post(GROUPS, {"name": "Mani", "kind": "fixed"}).json()["id"]

    foreign, never = (caller.post(f"{GROUPS}{group}/members/", {"clients": [pk]}) for pk in (theirs, 10**15))

    assert foreign.json()["errors"] == never.json()["errors"]
    assert errors(foreign) == [("clients", "does_not_exist")]


def test_who_may_only_see_groups_changes_none(api: Api, ada: Membership, alice: Membership) -> None:
    group = api(ada).post(GROUPS, {"name": "Gold", "filter": RICH}).json()["id"]

    assert api(alice).get(f"{GROUPS}{group}/").status_code == 200
    assert api(alice).patch(f"{GROUPS}{group}/", {"name": "X"}).status_code == 403
    assert api(alice).delete(f"{GROUPS}{group}/").status_code == 403
    assert api(ada).delete(f"{GROUPS}{group}/").status_code == 204
