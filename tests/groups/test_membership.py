"""The stored membership of dynamic groups: what a night writes, and for whom."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.enums import ClientState
from clients.models import Client, ClientLabel, Label, Profile
from clients.worklist import WorkList
from groups.enums import GroupKind
from groups.membership import drop_strays, refresh, refresh_clients
from groups.models import Group, GroupMember
from groups.rules import stored_groups
from tenants.binding import use_firm
from tenants.models import Firm

TODAY = date(2024, 7, 2)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
RICH = {"field": "aum", "op": "gt", "value": "500000.00"}
MIDDLE = {"field": "aum", "op": "between", "value": ["100000.00", "500000.00"]}
POOR = {"field": "aum", "op": "lt", "value": "100000.00"}


def client(amount: int | None = None, **values: Any) -> int:
    return int(Client.objects.create(last_name="Rossi", name="Rossi", aum=amount and Decimal(amount), **values).pk)


def group(document: object, **values: Any) -> Group:
    return Group.objects.create(name=f"Group {Group.objects.count()}", filter=document, **values)


def stored() -> set[tuple[int, int]]:
    return set(GroupMember.objects.values_list("group_id", "client_id"))


@pytest.fixture
def three(bound: Firm) -> list[Group]:
    """The example of REL-04."""
    return [group(RICH), group(MIDDLE), group(POOR)]


def test_the_three_groups_of_the_example_partition_the_clients(three: list[Group]) -> None:
    rich, middle, poor = three
    amounts = {600_000: rich, 500_000: middle, 100_000: middle, 99_999: poor}
    wanted = {(found.pk, client(amount)) for amount, found in amounts.items()}
    client(None)

    assert refresh(stored_groups(), today=TODAY, listed=WorkList()) == 4

    assert stored() == wanted


def test_the_same_night_again_writes_nothing(three: list[Group]) -> None:
    client(600_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    before = list(GroupMember.objects.values_list("id", flat=True))

    assert refresh(stored_groups(), today=TODAY, listed=WorkList()) == 0
    assert list(GroupMember.objects.values_list("id", flat=True)) == before


def test_only_the_difference_is_written(three: list[Group]) -> None:
    rich, middle, _ = three
    staying, moving = client(600_000), client(700_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    kept = GroupMember.objects.get(client_id=staying).pk
    Client.objects.filter(pk=moving).update(aum=Decimal(200_000))

    assert refresh(stored_groups(), today=TODAY, listed=WorkList()) == 2

    assert stored() == {(rich.pk, staying), (middle.pk, moving)}
    assert GroupMember.objects.get(client_id=staying).pk == kept


def test_of_the_clients_only_the_work_list_is_looked_at(three: list[Group]) -> None:
    rich, middle, _ = three
    marked, unmarked = client(600_000), client(600_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    Client.objects.update(aum=Decimal(200_000))

    assert refresh(stored_groups(), today=TODAY, listed=WorkList({marked})) == 2

    assert stored() == {(middle.pk, marked), (rich.pk, unmarked)}


def test_a_group_that_changed_is_held_against_everybody_and_its_members_join_the_work_list(bound: Firm) -> None:
    changed = group(RICH, changed_at=LONG_AGO)
    entering, leaving, outside = client(600_000), client(50_000), client(50_000)
    GroupMember.objects.create(group=changed, client_id=leaving)

    listed = WorkList(set())
    refresh(stored_groups(), today=TODAY, listed=listed)

    assert stored() == {(changed.pk, entering)}
    assert listed.ids == {entering, leaving}
    assert outside not in listed.ids
    changed.refresh_from_db()
    assert changed.changed_at is None


def test_a_fixed_group_keeps_its_members_and_passes_its_change_on(bound: Firm) -> None:
    member = client()
    fixed = Group.objects.create(name="Friends", kind=GroupKind.FIXED, changed_at=LONG_AGO)
    GroupMember.objects.create(group=fixed, client_id=member)

    listed = WorkList(set())
    refresh(stored_groups(), today=TODAY, listed=listed)
    refresh(stored_groups(), today=TODAY, listed=WorkList())

    assert stored() == {(fixed.pk, member)}
    assert listed.ids == {member}


def test_a_group_that_time_moves_is_held_against_everybody_each_night(bound: Firm) -> None:
    soon = group({"field": "document_expires_on", "op": "within_next_days", "value": 15})
    holder = client()
    Profile.objects.create(client_id=holder, document_expires_on=TODAY + timedelta(days=16))
    listed = WorkList(set())
    assert refresh(stored_groups(), today=TODAY, listed=listed) == 0

    assert refresh(stored_groups(), today=TODAY + timedelta(days=1), listed=listed) == 1

    assert stored() == {(soon.pk, holder)}
    assert listed.ids == {holder}


def test_labels_and_nested_filters_are_one_statement_with_the_others(three: list[Group]) -> None:
    label = Label.objects.create(name="Medico")
    doctor = client(600_000)
    ClientLabel.objects.create(client_id=doctor, label=label)
    doctors = group({"all": [RICH, {"any": [{"field": "labels", "op": "has_label", "value": "medico"}]}]})

    with CaptureQueriesContext(connection) as captured:
        refresh(stored_groups(), today=TODAY, listed=WorkList())

    assert (doctors.pk, doctor) in stored()
    assert len([query for query in captured if '"clients_client"' in query["sql"]]) == 1


@pytest.mark.parametrize("everybody", [{"all": []}, {"not": {"any": []}}], ids=["all of nothing", "not any of nothing"])
def test_a_filter_that_selects_everybody_selects_everybody(bound: Firm, everybody: object) -> None:
    whole = group(everybody)
    clients = {client(), client(5)}

    refresh(stored_groups(), today=TODAY, listed=WorkList())

    assert stored() == {(whole.pk, pk) for pk in clients}


@pytest.mark.parametrize("state", [ClientState.ARCHIVED, ClientState.DECEASED])
def test_who_is_no_longer_served_leaves_the_dynamic_groups(three: list[Group], state: str) -> None:
    gone = client(600_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    Client.objects.filter(pk=gone).update(state=state)

    refresh(stored_groups(), today=TODAY, listed=WorkList())

    assert stored() == set()


def test_an_inactive_group_has_no_members(bound: Firm) -> None:
    resting = group(RICH)
    client(600_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    Group.objects.filter(pk=resting.pk).update(active=False, changed_at=LONG_AGO)

    refresh(stored_groups(), today=TODAY, listed=WorkList(set()))

    assert stored() == set()


@pytest.mark.parametrize(
    "broken",
    [{"field": "custom.gone", "op": "eq", "value": "x"}, {"field": "aum", "op": "gt", "value": "much"}, None, [], 7],
    ids=["field gone", "ill-typed", "no filter", "list", "number"],
)
def test_a_filter_that_became_invalid_says_why_and_stops_nobody(three: list[Group], broken: object) -> None:
    rich = three[0]
    member = client(600_000)
    spoilt = group(RICH)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    Group.objects.filter(pk=spoilt.pk).update(filter=broken)

    refresh(stored_groups(), today=TODAY, listed=WorkList(set()))

    assert stored() == {(rich.pk, member)}
    assert Group.objects.get(pk=spoilt.pk).filter_error != ""

    Group.objects.filter(pk=spoilt.pk).update(filter=RICH)
    refresh(stored_groups(), today=TODAY, listed=WorkList(set()))
    assert stored() == {(rich.pk, member), (spoilt.pk, member)}
    assert Group.objects.get(pk=spoilt.pk).filter_error == ""


def test_statements_grow_neither_with_clients_nor_with_groups(three: list[Group]) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh(stored_groups(), today=TODAY, listed=WorkList())
        return len(captured)

    client(600_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    client(600_000)
    few = statements()
    for amount in range(1000):
        client(amount * 1000)
    group(MIDDLE)
    assert statements() == few


def test_some_clients_are_put_where_they_belong_at_once(three: list[Group]) -> None:
    rich = three[0]
    asked, other = client(600_000), client(600_000)

    assert refresh_clients([asked], today=TODAY) == 1

    assert stored() == {(rich.pk, asked)}
    assert other not in {pk for _, pk in stored()}


def test_another_firms_clients_and_groups_are_not_touched(three: list[Group], other_firm: Firm) -> None:
    with use_firm(other_firm):
        theirs = group(RICH)
        member = client(600_000)
        refresh(stored_groups(), today=TODAY, listed=WorkList())
    mine = client(600_000)

    refresh(stored_groups(), today=TODAY, listed=WorkList())

    assert stored() == {(three[0].pk, mine)}
    with use_firm(other_firm):
        assert stored() == {(theirs.pk, member)}


def test_what_a_deleted_group_left_behind_is_dropped(three: list[Group]) -> None:
    member = client(600_000)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    GroupMember.objects.create(group_id=three[-1].pk + 1, client_id=member)

    assert drop_strays() == 1

    assert stored() == {(three[0].pk, member)}
