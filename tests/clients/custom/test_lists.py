"""User lists: own ones, and one entry in the place of another (STY-11 … STY-14, O-21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clients import services
from clients.custom.values import values_of
from clients.models import ChangedClient, Client, ListEntry, UserList
from clients.services.lists import Use, create_list, delete_list, replace_entry, uses_of
from clients.worklist import WorkList
from groups.membership import refresh
from groups.models import Group, GroupMember
from groups.rules import stored_groups
from groups.services import GroupDetails, create_group
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client
from tests.clients.custom.test_fields import TODAY, define

Api = Callable[..., Any]


def entries(name: str) -> list[ListEntry]:
    return list(ListEntry.objects.filter(list_name=name).order_by("position"))


def test_a_list_of_ones_own_feeds_a_field(bound: Firm, ada: Membership) -> None:
    made = create_list("Sport  preferiti", by=ada, entries=["Vela", " vela ", "", "Golf"])
    define("Sport", "choices", list_name=made.key)

    assert (made.key, made.name) == ("sport_preferiti", "Sport preferiti")
    assert [entry.name for entry in entries(made.key)] == ["Vela", "Golf"]
    client = new_client(by=ada, custom={"sport": entries(made.key)})
    assert values_of([client.pk])[client.pk]["sport"] == entries(made.key)
    with pytest.raises(ValidationError) as refused:
        delete_list(made, by=ada)
    assert refused.value.code == "in_use"


@pytest.mark.parametrize("name", ["Categoria cliente", "SPORT"])
def test_a_name_is_taken_once(bound: Firm, ada: Membership, name: str) -> None:
    create_list("Sport", by=ada)

    with pytest.raises(ValidationError):
        create_list(name, by=ada)


def test_keys_never_meet_those_of_the_product(bound: Firm, ada: Membership) -> None:
    keys = [create_list(name, by=ada).key for name in ("Labels", "Rating", "Link   type", "123", "日本")]

    assert keys == ["labels_2", "rating_2", "link_type_2", "elenco_123", "elenco"]


def test_an_unused_list_goes_with_its_entries(bound: Firm, ada: Membership) -> None:
    made = create_list("Sport", by=ada, entries=["Vela"])

    delete_list(made, by=ada)

    assert not UserList.objects.filter(key="sport").exists()
    assert not entries("sport")


def test_one_entry_stands_in_the_place_of_another(bound: Firm, ada: Membership) -> None:
    old, new, third = entries("category")[:3]
    define("Altra categoria", "choice", list_name="category")
    define("Categorie", "choices", list_name="category")
    both = new_client("Uno", by=ada, category=old, custom={"altra_categoria": old, "categorie": [old, new]})
    other = new_client("Due", by=ada, category=third, custom={"categorie": [old]})
    nobody = new_client("Tre", by=ada, category=new)
    document = {
        "all": [
            {"field": "category", "op": "eq", "value": old.pk},
            {"not": {"field": "custom.categorie", "op": "in", "value": [third.pk, old.pk, new.pk]}},
            {"field": "rating", "op": "ne", "value": old.pk},
        ]
    }
    group = create_group(GroupDetails(name="Con la vecchia", filter=document), by=ada, at=NOON)
    ChangedClient.objects.all().delete()
    assert {use.count for use in uses_of(old)} == {1, 3}

    uses = replace_entry(old, new=new, by=ada)

    assert sum(use.count for use in uses) == 4
    assert all(isinstance(use, Use) for use in uses)
    assert [Client.objects.get(pk=row.pk).category_id for row in (both, other, nobody)] == [new.pk, third.pk, new.pk]
    assert values_of([both.pk])[both.pk]["altra_categoria"] == new
    assert values_of([both.pk])[both.pk]["categorie"] == [new], "who had both has the new one once"
    assert values_of([other.pk])[other.pk]["categorie"] == [new]
    assert ListEntry.objects.get(pk=old.pk).active is False
    assert set(ChangedClient.objects.values_list("client_id", flat=True)) == {both.pk, other.pk}
    assert [Client.objects.get(pk=row.pk).version for row in (both, other, nobody)] == [2, 2, 1]
    asked = Group.objects.get(pk=group.pk).filter["all"]
    assert asked[0]["value"] == new.pk
    assert asked[1]["not"]["value"] == [third.pk, new.pk]
    assert asked[2]["value"] == old.pk, "another list"


def test_the_members_of_a_group_stay_the_same(bound: Firm, ada: Membership) -> None:
    old, new = entries("category")[:2]
    client = new_client(by=ada, category=old)
    document = {"field": "category", "op": "in", "value": [old.pk]}
    group = create_group(GroupDetails(name="Categoria", filter=document), by=ada, at=NOON)
    refresh(stored_groups(), today=TODAY, listed=WorkList())

    replace_entry(old, new=new, by=ada)
    refresh(stored_groups(), today=TODAY, listed=WorkList(set()))

    assert list(GroupMember.objects.filter(group_id=group.pk).values_list("client_id", flat=True)) == [client.pk]


@pytest.mark.parametrize("wrong", ["itself", "inactive", "another list"])
def test_a_replacement_that_makes_no_sense_is_refused(bound: Firm, ada: Membership, wrong: str) -> None:
    old, new = entries("category")[:2]
    services.change_choice(new, {"active": False}, by=ada)
    by = {"itself": old, "inactive": new, "another list": entries("rating")[0]}[wrong]

    with pytest.raises(ValidationError) as refused:
        replace_entry(old, new=by, by=ada)

    assert list(refused.value.error_dict) == ["by"]
    assert ListEntry.objects.get(pk=old.pk).active


def test_replacing_on_the_page_shows_the_counts_first(browse: Callable[..., Any], ada: Membership) -> None:
    with use_firm(ada.firm_id):
        old, new = entries("rating")[:2]
        new_client(by=ada, rating=old)
    address = page(ada, f"clients/settings/rating/{old.pk}/replace/")

    shown = browse(ada).get(address).content.decode()
    assert "Schede: valutazione" in shown
    assert f'value="{old.pk}"' not in shown
    answer = browse(ada).post(address, {"by": new.pk})

    assert answer.headers["Location"] == page(ada, "clients/settings/rating/")
    with use_firm(ada.firm_id):
        assert Client.objects.get().profile.rating_id == new.pk
        assert ListEntry.objects.get(pk=old.pk).active is False
    assert browse(ada).post(address, {"by": old.pk}).status_code == 422


def test_lists_over_the_api(api: Api, ada: Membership, alice: Membership, mara: Membership) -> None:
    caller = api(ada)
    made = caller.post("/api/v1/user-lists/", {"name": "Sport"}).json()
    assert (made["key"], made["active"]) == ("sport", True)
    first, second = (
        caller.post("/api/v1/lists/", {"list_name": "sport", "name": name}).json() for name in ("Vela", "Golf")
    )
    answer = caller.post(f"/api/v1/lists/{first['id']}/replace/", {"by": second["id"]})
    assert (answer.status_code, answer.json()["active"]) == (200, False)

    assert caller.post("/api/v1/lists/", {"list_name": "nowhere", "name": "X"}).status_code == 400
    again = {"by": first["id"]}
    assert caller.post(f"/api/v1/lists/{first['id']}/replace/", again).status_code == 400
    assert api(alice).post(f"/api/v1/lists/{first['id']}/replace/", {"by": second["id"]}).status_code == 403
    assert api(mara).post(f"/api/v1/lists/{first['id']}/replace/", {"by": second["id"]}).status_code == 404
    assert [row["name"] for row in caller.get("/api/v1/lists/?list_name=sport").json()["results"]] == ["Vela", "Golf"]
    assert caller.delete(f"/api/v1/user-lists/{made['id']}/").status_code == 204
