"""Cadence exceptions and a group's number."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from clients.models import Client
from groups.models import Group
from groups.services import set_yearly_meetings
from scheduling import queries, services
from scheduling.models import CadenceException
from tenants.models import AuditEvent, Firm, Membership
from tests.scheduling.making import NOW, TODAY, make_client

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def client_(bound: Firm, alice: Membership) -> Client:
    return make_client(advisor=alice)


def make_exception(client: Client, by: Membership, number: int | None = 6, **values: object) -> CadenceException:
    facts = {"reason": "Sta vendendo casa", **values}
    return services.set_cadence_exception(client, yearly_meetings=number, by=by, at=NOW, **facts)  # type: ignore[arg-type]


def test_an_exception_is_kept_with_its_reason_and_author(client_: Client, alice: Membership) -> None:
    exception = make_exception(client_, alice, ends_on=date(2026, 6, 30))

    found = queries.exception_of(client_, on=TODAY)
    assert found == exception
    assert (found.yearly_meetings, found.reason, found.set_by) == (6, "Sta vendendo casa", alice)
    assert AuditEvent.objects.get(action="cadence_exception.set").after["reason"] == "Sta vendendo casa"


def test_a_second_one_replaces_the_first_and_keeps_it_in_the_history(client_: Client, alice: Membership) -> None:
    first = make_exception(client_, alice)
    second = make_exception(client_, alice, None)

    first.refresh_from_db()
    assert first.removed_at == NOW
    assert list(queries.exceptions_in_force(alice, on=TODAY)) == [second]


def test_it_ends_by_itself_on_the_day_after_its_last(client_: Client, alice: Membership) -> None:
    exception = make_exception(client_, alice, ends_on=date(2026, 3, 31))

    assert queries.exception_of(client_, on=date(2026, 3, 31)) == exception
    assert queries.exception_of(client_, on=date(2026, 4, 1)) is None
    assert list(queries.exceptions_in_force(alice, on=date(2026, 4, 1))) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"ends_on": date(2026, 3, 9)}, "ends_on"),
        ({"number": 0}, "yearly_meetings"),
        ({"number": 53}, "yearly_meetings"),
    ],
)
def test_what_is_refused(client_: Client, alice: Membership, values: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_exception(client_, alice, **values)  # type: ignore[arg-type]

    assert list(refusal.value.message_dict) == [field]
    assert not CadenceException.objects.exists()


def test_removing_and_taking_it_back(client_: Client, alice: Membership) -> None:
    exception = make_exception(client_, alice)

    services.remove_cadence_exception(exception, by=alice, at=NOW)
    gone = queries.exception_of(client_, on=TODAY)
    services.restore_cadence_exception(exception, by=alice, at=NOW)

    assert gone is None
    assert queries.exception_of(client_, on=TODAY) == exception


def test_a_removal_is_not_taken_back_over_another_exception(client_: Client, alice: Membership) -> None:
    first = make_exception(client_, alice)
    make_exception(client_, alice, 2)

    with pytest.raises(ValidationError) as refusal:
        services.restore_cadence_exception(first, by=alice, at=NOW)

    assert refusal.value.code == "exception_replaced"


@pytest.mark.parametrize(("given", "kept"), [(4, 4), (1, 1), (52, 52), (0, None), (None, None)])
def test_a_group_takes_a_number_from_1_to_52_or_none(
    bound: Firm, ada: Membership, given: int | None, kept: int | None
) -> None:
    group = Group.objects.create(kind="fixed", name="Gold", yearly_meetings=12)

    changed = set_yearly_meetings(group, given, by=ada, at=NOW)

    assert (changed.yearly_meetings, changed.changed_at) == (kept, NOW)
    assert AuditEvent.objects.get(action="group.yearly_meetings_set").after == {"yearly_meetings": kept}


@pytest.mark.parametrize("number", [-1, 53])
def test_a_number_out_of_range_is_refused(bound: Firm, ada: Membership, number: int) -> None:
    group = Group.objects.create(kind="fixed", name="Gold", yearly_meetings=12)

    with pytest.raises(ValidationError) as refusal:
        set_yearly_meetings(group, number, by=ada, at=NOW)

    group.refresh_from_db()
    assert list(refusal.value.message_dict) == ["yearly_meetings"]
    assert (group.yearly_meetings, group.changed_at) == (12, None)


def test_the_same_number_again_writes_nothing(bound: Firm, ada: Membership) -> None:
    group = Group.objects.create(kind="fixed", name="Gold", yearly_meetings=4)

    set_yearly_meetings(group, 4, by=ada, at=NOW)

    group.refresh_from_db()
    assert group.changed_at is None
    assert not AuditEvent.objects.filter(action="group.yearly_meetings_set").exists()
