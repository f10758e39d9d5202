"""The pages of groups: the builder with and without JavaScript, the preview, members, why."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client as Browser

from clients.models import Client
from groups import services
from groups.enums import GroupKind
from groups.models import Group
from groups.services import GroupDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.sent import fields_of

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
Browse = Callable[[Membership], Browser]
RICH = {"field": "aum", "op": "gt", "value": "500000"}
GOLD = {
    "name": "Gold",
    "description": "",
    "bracket": "0",
    "mode.0": "all",
    "condition": "0.0",
    "was.0.0": "aum",
    "field.0.0": "aum",
    "op.0.0": "gt",
    "value.0.0": "500.000,00",
    "do": "save",
}


@pytest.fixture
def people(firm: Firm, alice: Membership) -> list[Client]:
    with use_firm(firm):
        return [
            Client.objects.create(name=name, last_name=name, aum=Decimal(aum), advisor=alice)
            for name, aum in (("Bianchi", 900_000), ("Verdi", 200_000))
        ]


@pytest.fixture
def gold(firm: Firm, ada: Membership) -> Group:
    with use_firm(firm):
        return services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT, yearly_meetings=4)


def test_group_is_made_from_amounts_as_people_type_them(browse: Browse, ada: Membership, firm: Firm) -> None:
    answer = browse(ada).post("/f/aurora/groups/new/", GOLD)

    with use_firm(firm):
        group = Group.objects.get()
    assert answer.status_code == 302
    assert group.filter == {"all": [{"field": "aum", "op": "gt", "value": "500000.00"}]}


def test_refused_condition_keeps_what_was_typed(browse: Browse, ada: Membership, firm: Firm) -> None:
    answer = browse(ada).post("/f/aurora/groups/new/", {**GOLD, "value.0.0": "tanto"})

    assert answer.status_code == 422
    assert 'value="tanto"' in answer.text
    assert 'id="errors-0.0"' in answer.text
    with use_firm(firm):
        assert not Group.objects.exists()


def test_number_of_meetings_beyond_52_is_refused_at_its_field(browse: Browse, ada: Membership) -> None:
    answer = browse(ada).post("/f/aurora/groups/new/", {**GOLD, "yearly_meetings": "53"})

    assert answer.status_code == 422
    assert "52" in answer.context["form"].errors["yearly_meetings"][0]


@pytest.mark.parametrize(
    ("button", "conditions", "brackets"),
    [("add-condition:0", 2, 1), ("add-bracket:0", 2, 2), ("remove:0.0", 1, 1), ("remove:7", 1, 1), ("refresh", 1, 1)],
)
def test_buttons_change_the_builder_and_save_nothing(
    browse: Browse, ada: Membership, firm: Firm, button: str, conditions: int, brackets: int
) -> None:
    answer = browse(ada).post("/f/aurora/groups/new/", {**GOLD, "do": button})

    assert answer.status_code == 200
    assert answer.text.count('name="condition"') == conditions
    assert answer.text.count('name="bracket"') == brackets
    assert 'value="Gold"' in answer.text
    with use_firm(firm):
        assert not Group.objects.exists()


def test_htmx_swaps_only_the_builder(browse: Browse, ada: Membership) -> None:
    answer = browse(ada).post("/f/aurora/clients/filter/builder/", {**GOLD, "do": "add-condition:0"})

    assert answer.headers["HX-Trigger"] == "filter-changed"
    assert "<html" not in answer.text
    assert answer.text.count('name="condition"') == 2


def test_other_field_brings_an_operator_that_applies(browse: Browse, ada: Membership) -> None:
    answer = browse(ada).post("/f/aurora/clients/filter/builder/", {**GOLD, "field.0.0": "birth_date", "do": "refresh"})

    assert 'type="date"' in answer.text
    assert "500.000,00" not in answer.text


def test_preview_counts_and_names(browse: Browse, ada: Membership, people: list[Client]) -> None:
    answer = browse(ada).post("/f/aurora/groups/preview/", GOLD)

    assert answer.context["preview"].count == 1
    assert "Bianchi" in answer.text
    assert "Verdi" not in answer.text


def test_preview_of_an_existing_group_tells_who_would_enter(
    browse: Browse, ada: Membership, people: list[Client], gold: Group
) -> None:
    answer = browse(ada).post("/f/aurora/groups/preview/", {**GOLD, "group": str(gold.pk), "value.0.0": "100000"})

    assert (answer.context["preview"].entering_count, answer.context["preview"].leaving_count) == (2, 0)


def test_stored_filter_comes_back_into_the_builder(browse: Browse, ada: Membership, gold: Group) -> None:
    page = browse(ada).get(f"/f/aurora/groups/{gold.pk}/edit/")

    assert 'value="500.000"' in page.text
    assert page.context["builder"].document() == {"all": [RICH | {"value": "500000"}]}


def test_nested_filter_survives_opening_and_saving(browse: Browse, ada: Membership, firm: Firm) -> None:
    nested = {
        "all": [
            RICH,
            {"not": {"any": [{"field": "kind", "op": "eq", "value": "company"}, {"field": "email", "op": "empty"}]}},
            {"any": [{"field": "age", "op": "between", "value": [30, 50]}, {"field": "birth_date", "op": "not_empty"}]},
        ]
    }
    with use_firm(firm):
        group = services.create_group(GroupDetails(name="Nested", filter=nested), by=ada, at=AT)
        before = Group.objects.get(pk=group.pk).filter
    browser = browse(ada)

    page = browser.get(f"/f/aurora/groups/{group.pk}/edit/")
    answer = browser.post(f"/f/aurora/groups/{group.pk}/edit/", fields_of(page.text, button="save"))

    assert answer.status_code == 302
    with use_firm(firm):
        assert Group.objects.get(pk=group.pk).filter == before


def test_members_are_looked_up_at_this_moment(
    browse: Browse, alice: Membership, people: list[Client], gold: Group
) -> None:
    page = browse(alice).get(f"/f/aurora/groups/{gold.pk}/")

    assert [client.name for client in page.context["page"].items] == ["Bianchi"]


def test_why_shows_the_condition(browse: Browse, alice: Membership, people: list[Client], gold: Group) -> None:
    page = browse(alice).get(f"/f/aurora/groups/{gold.pk}/why/{people[1].pk}/")

    assert page.context["is_member"] is False
    assert "500.000,00" in page.text


def test_members_of_a_fixed_group_come_and_go(
    browse: Browse, ada: Membership, firm: Firm, people: list[Client]
) -> None:
    with use_firm(firm):
        golf = services.create_group(GroupDetails(name="Golf", kind=GroupKind.FIXED), by=ada, at=AT)
    browser = browse(ada)

    browser.post(f"/f/aurora/groups/{golf.pk}/members/add/", {"ids": [str(one.pk) for one in people]})
    browser.post(f"/f/aurora/groups/{golf.pk}/members/remove/", {"ids": [str(people[0].pk)]})

    page = browser.get(f"/f/aurora/groups/{golf.pk}/")
    assert [client.name for client in page.context["page"].items] == ["Verdi"]


def test_filter_that_can_no_longer_be_used_is_told(browse: Browse, ada: Membership, firm: Firm, gold: Group) -> None:
    with use_firm(firm):
        Group.objects.filter(pk=gold.pk).update(filter={"field": "gone", "op": "eq", "value": "1"})

    told = browse(ada).get(f"/f/aurora/groups/{gold.pk}/")
    assert told.status_code == 200
    assert "alcun campo chiamato gone" in told.content.decode()
    assert browse(ada).get("/f/aurora/groups/").status_code == 200
    assert browse(ada).get(f"/f/aurora/groups/{gold.pk}/edit/").status_code == 200


def test_advisor_without_the_right_may_look_but_not_change(browse: Browse, alice: Membership, gold: Group) -> None:
    assert browse(alice).get("/f/aurora/groups/").status_code == 200
    assert browse(alice).get("/f/aurora/groups/new/").status_code == 403
    assert browse(alice).post(f"/f/aurora/groups/{gold.pk}/activation/").status_code == 403


def test_group_with_a_number_is_deactivated_and_brought_back(
    browse: Browse, ada: Membership, firm: Firm, gold: Group
) -> None:
    browser = browse(ada)

    browser.post(f"/f/aurora/groups/{gold.pk}/delete/")
    browser.post(f"/f/aurora/groups/{gold.pk}/activation/")
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).active is False
    browser.post(f"/f/aurora/groups/{gold.pk}/activation/")

    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).active is True


def test_client_list_is_narrowed_to_a_group(browse: Browse, ada: Membership, people: list[Client], gold: Group) -> None:
    page = browse(ada).get(f"/f/aurora/clients/?group={gold.pk}")

    assert "Bianchi" in page.text
    assert "Verdi" not in page.text


def test_filter_built_for_the_list_stands_in_its_address(browse: Browse, ada: Membership, people: list[Client]) -> None:
    browser = browse(ada)

    answer = browser.post("/f/aurora/clients/filter/", {**GOLD, "do": "apply"}, follow=True)

    assert "filter=" in answer.redirect_chain[-1][0]
    assert "Bianchi" in answer.text
    assert "Verdi" not in answer.text


def test_filter_that_is_not_whole_is_not_applied(browse: Browse, ada: Membership) -> None:
    answer = browse(ada).post("/f/aurora/clients/filter/", {**GOLD, "field.0.0": "", "was.0.0": "", "do": "apply"})

    assert answer.status_code == 422
    assert 'id="errors-0.0"' in answer.text
