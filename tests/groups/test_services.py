"""Defining groups and picking members."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from clients.models import ChangedClient, Client
from groups import queries, services
from groups.enums import GroupKind
from groups.filtering import parse_group_filter
from groups.models import Group, GroupMember
from groups.services import GroupDetails
from tenants.models import AuditEvent, Firm, Membership
from tenants.services import take_back

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
RICH = {"field": "aum", "op": "gt", "value": "500000"}


def client(name: str, aum: int | None = None) -> Client:
    made: Client = Client.objects.create(name=name, last_name=name, aum=None if aum is None else Decimal(aum))
    return made


def test_filter_is_kept_in_its_canonical_form(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT, yearly_meetings=4)

    stored = Group.objects.get(pk=group.pk)
    assert (stored.filter["field"], stored.filter["op"]) == ("aum", "gt")
    assert (stored.yearly_meetings, stored.changed_at) == (4, AT)
    assert AuditEvent.objects.get(action="group.created").by == ada


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"field": "shoe_size", "op": "eq", "value": 1}, "unknown_field"),
        ({"field": "aum", "op": "contains", "value": "1"}, "operator_not_applicable"),
        ({"all": [{"field": "aum", "op": "gt", "value": "much"}]}, "not_a_number"),
        (None, "not_a_filter"),
    ],
)
def test_filter_that_cannot_be_used_is_refused(bound: Firm, ada: Membership, document: object, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_group(GroupDetails(name="Gold", filter=document), by=ada, at=AT)

    assert [error.code for error in refused.value.error_dict["filter"]] == [code]
    assert not Group.objects.exists()


@pytest.mark.parametrize("number", [-1, 53, 1000])
def test_number_outside_1_to_52_is_refused(bound: Firm, ada: Membership, number: int) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT)

    with pytest.raises(ValidationError) as refused:
        services.set_yearly_meetings(group, number, by=ada, at=AT)

    assert refused.value.error_dict["yearly_meetings"][0].code == "yearly_meetings_out_of_range"


def test_zero_meetings_mean_none(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT, yearly_meetings=4)

    assert services.set_yearly_meetings(group, 0, by=ada, at=AT).yearly_meetings is None


def test_edit_of_a_stale_version_is_refused(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT)
    services.edit_group(group, GroupDetails(name="Golden", filter=RICH), by=ada, at=AT, version=1)

    with pytest.raises(ValidationError) as refused:
        services.edit_group(group, GroupDetails(name="Gilded", filter=RICH), by=ada, at=AT, version=1)

    assert refused.value.code == "stale"
    assert Group.objects.get().name == "Golden"


def test_group_that_drove_dates_is_deactivated_not_deleted(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT, yearly_meetings=4)

    with pytest.raises(ValidationError):
        services.delete_group(group, by=ada, at=AT)

    assert services.deactivate_group(group, by=ada, at=AT).active is False


def test_what_follows_a_filter_comes_back_and_nobody_is_kept_in_what_was_deleted(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT)
    GroupMember.objects.create(group=group, client_id=client("Rossi").pk)
    picked = services.create_group(GroupDetails(name="Golf", kind=GroupKind.FIXED), by=ada, at=AT)
    services.add_members(picked, Client.objects.all(), by=ada, at=AT)

    removal = services.delete_group(group, by=ada, at=AT)

    assert removal is not None
    assert [row["model"] for row in removal.rows] == ["groups.group"]
    assert services.delete_group(picked, by=ada, at=AT) is None, "asked about first"
    take_back(removal, by=ada, at=AT)
    back = Group.objects.get()
    assert (back.pk, back.filter) == (group.pk, group.filter)
    assert back.changed_at > AT, "the night looks for its members"
    assert not GroupMember.objects.exists()


def test_members_of_a_fixed_group_come_and_go(
    bound: Firm,
    ada: Membership,
) -> None:
    group = services.create_group(GroupDetails(name="Golf", kind=GroupKind.FIXED), by=ada, at=AT)
    people = [client(f"Rossi {number}") for number in range(20)]

    came = services.add_members(group, Client.objects.filter(pk__in=[one.pk for one in people]), by=ada, at=AT)
    again = services.add_members(group, Client.objects.all(), by=ada, at=AT)
    left = services.remove_members(group, Client.objects.filter(pk=people[0].pk), by=ada, at=AT)

    assert (came, again, left) == (20, 0, 1)
    assert GroupMember.objects.count() == 19
    assert ChangedClient.objects.count() == 20


def test_members_of_a_dynamic_group_cannot_be_picked(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT)

    with pytest.raises(ValidationError) as refused:
        services.add_members(group, Client.objects.all(), by=ada, at=AT)

    assert refused.value.code == "not_fixed"


def test_three_groups_of_the_example_partition_the_clients(bound: Firm, ada: Membership) -> None:
    """REL-04, REL-05: exactly 500,000.00 and exactly 100,000.00 fall in the middle."""
    bands = {
        "Gold": RICH,
        "Silver": {"field": "aum", "op": "between", "value": ["100000", "500000"]},
        "Bronze": {"field": "aum", "op": "lt", "value": "100000"},
    }
    made = [services.create_group(GroupDetails(name=name, filter=band), by=ada, at=AT) for name, band in bands.items()]
    for name, aum in (("A", 500_001), ("B", 500_000), ("C", 100_000), ("D", 99_999), ("E", None)):
        client(name, aum)

    found = {
        group.name: sorted(
            queries.members_of(group, Client.objects.all(), today=AT.date()).values_list("name", flat=True)
        )
        for group in made
    }

    assert found == {"Gold": ["A"], "Silver": ["B", "C"], "Bronze": ["D"]}


def test_preview_tells_who_would_enter_and_leave(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT)
    richer, poorer = client("Ricca", 900_000), client("Povera", 100)
    GroupMember.objects.create(group=group, client_id=poorer.pk)

    seen = queries.preview(parse_group_filter(RICH, drives=True), Client.objects.all(), today=AT.date(), group=group)

    assert (seen.count, seen.sample) == (1, [richer])
    assert (seen.entering, seen.leaving) == ((richer,), (poorer,))


def test_why_names_the_condition_that_decides(bound: Firm, ada: Membership) -> None:
    group = services.create_group(GroupDetails(name="Gold", filter=RICH), by=ada, at=AT)
    poor = client("Povera", 100)

    answer = queries.why(group, poor, today=AT.date())

    assert answer.is_member is False
    assert answer.verdict is not None
    assert [(reason.part.field, reason.fact) for reason in answer.verdict.reasons] == [("aum", (Decimal(100),))]


DUE_SOON = {"field": "plan.due_on", "op": "due_within_days", "value": 14}


def test_group_may_look_at_the_plan_only_while_it_drives_no_meetings(bound: Firm, ada: Membership) -> None:
    watch = services.create_group(GroupDetails(name="Due soon", filter=DUE_SOON), by=ada, at=AT)

    with pytest.raises(ValidationError) as given_a_number:
        services.set_yearly_meetings(watch, 4, by=ada, at=AT)
    with pytest.raises(ValidationError) as made_with_one:
        services.create_group(GroupDetails(name="Loop", filter=DUE_SOON), by=ada, at=AT, yearly_meetings=4)

    codes = [refused.value.error_dict["filter"][0].code for refused in (given_a_number, made_with_one)]
    assert codes == ["follows_from_groups", "follows_from_groups"]
    assert Group.objects.get().yearly_meetings is None
