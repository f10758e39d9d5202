"""Two entries of one client made one, and that taken back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clients import merging, queries, services
from clients.enums import ClientState, ListName
from clients.holdings import OnMerge, holdings
from clients.merging import Side
from clients.models import Client, ClientMerge, Label, ListEntry, Status
from groups.enums import GroupKind
from groups.models import Group
from groups.services import GroupDetails, add_members, create_group
from scheduling.models import Appointment, ClientPlan
from scheduling.planning import recompute_clients
from scheduling.services import set_cadence_exception
from tenants.models import AuditEvent, Firm, Membership
from tests.clients.builders import NOON, new_client, new_company
from tests.clients.merging.rows import rows_of
from tests.scheduling import making

LATER = NOON + timedelta(hours=1)


def merge(survivor: Client, other: Client, by: Membership | None = None, **sides: Side) -> ClientMerge:
    return services.merge_clients(survivor, other, sides, by=by, at=NOON)


def refusal(survivor: Client, other: Client) -> str:
    with pytest.raises(ValidationError) as refused:
        merge(survivor, other)
    [problem] = refused.value.error_dict["other"]
    return str(problem.code)


def meet(client: Client, days: int, by: Membership) -> None:
    """An appointment so many days from now; the plan is computed by the clock."""
    start = datetime.now(UTC) + timedelta(days=days)
    making.book(client, start, at=start - timedelta(days=1), by=by, assignee=by)


@pytest.fixture
def twice(bound: Firm, alice: Membership) -> tuple[Client, Client]:
    """The same person with something of everything on both entries."""
    rich: Any = {"aum": Decimal("1000.00"), "emails": [{"address": "m@example.it"}], "advisor": alice}
    first = new_client("Rossi", first_name="Mario", **rich)
    second = new_client(
        "Rossi",
        first_name="Mario",
        birth_date=date(1960, 2, 3),
        notes="Met at the fair",
        emails=[{"address": "m@example.it"}, {"address": "mario@example.com", "for_communications": True}],
        phones=[{"number": "+393351234567"}],
        addresses=[{"street": "Via Roma 1", "city": "Torino", "province": "TO", "postal_code": "10121"}],
        labels=[services.create_choice(Label(name="Medico"), by=None)],
        status=Status.objects.all()[0],
    )
    for client in (first, second):
        meet(client, -200, alice)
    meet(second, 40, alice)
    return first, second


def test_what_hangs_on_the_other_goes_over(twice: tuple[Client, Client], alice: Membership) -> None:
    first, second = twice

    merge(first, second, alice, birth_date=Side.THEIRS, notes=Side.THEIRS)

    kept = queries.with_record(queries.visible_clients(alice)).get(pk=first.pk)
    assert kept.profile.birth_date == date(1960, 2, 3)
    assert kept.profile.notes == "Met at the fair"
    assert kept.aum == Decimal(1000)
    assert [email.address for email in kept.emails.all()] == ["m@example.it", "mario@example.com"]
    assert [phone.number for phone in kept.phones.all()] == ["+393351234567"]
    assert [own.label.name for own in kept.client_labels.all()] == ["Medico"]
    assert Appointment.objects.filter(client=first).count() == 3
    assert not Appointment.objects.filter(client=second).exists()
    plan = ClientPlan.objects.get(client=first)
    assert plan.next_meeting_on is not None


def test_the_other_is_a_row_without_a_page(twice: tuple[Client, Client], ada: Membership, alice: Membership) -> None:
    first, second = twice

    merge(first, second, alice)

    second.refresh_from_db()
    assert second.merged_into_id == first.pk
    assert second.state == ClientState.ARCHIVED
    assert not queries.visible_clients(ada).filter(pk=second.pk).exists()
    assert queries.survivor_of(second.pk) == first.pk
    assert list(queries.possible_duplicates(emails=["mario@example.com"])) == [first]
    assert not ClientPlan.objects.filter(client=second).exists()


def test_it_is_undone_row_by_row(twice: tuple[Client, Client], alice: Membership) -> None:
    first, second = twice
    ids = [first.pk, second.pk]
    recompute_clients(ids, at=datetime.now(UTC))
    before = rows_of(ids)
    sides = {choice.name: Side.THEIRS for choice in merging.choices(first, second)}

    done = services.merge_clients(first, second, sides, by=alice, at=NOON)
    between = rows_of(ids)
    kept = services.undo_merge(done, by=alice, at=LATER)

    assert between != before
    assert rows_of(ids) == before
    assert kept == []


def test_what_was_changed_since_stays(twice: tuple[Client, Client], alice: Membership) -> None:
    first, second = twice
    done = merge(first, second, alice, birth_date=Side.THEIRS, notes=Side.THEIRS)
    services.update_client(first, {"notes": "Met at the lake"}, version=None, by=alice, at=LATER)

    kept = services.undo_merge(done, by=alice, at=LATER)

    again = queries.with_record(Client.objects.all()).get(pk=first.pk)
    assert kept == ["notes"]
    assert (again.profile.notes, again.profile.birth_date) == ("Met at the lake", None)


def test_a_merge_is_undone_once(twice: tuple[Client, Client], alice: Membership) -> None:
    done = merge(*twice, alice)
    services.undo_merge(done, by=alice, at=LATER)

    with pytest.raises(ValidationError) as refused:
        services.undo_merge(done, by=alice, at=LATER)

    assert refused.value.code == "undone"


def test_texts_may_be_joined(twice: tuple[Client, Client]) -> None:
    first, second = twice
    services.update_client(first, {"notes": "Prefers mornings"}, version=None, by=None, at=NOON)

    merge(first, second, notes=Side.BOTH)

    assert Client.objects.get(pk=first.pk).profile.notes == "Prefers mornings\n\nMet at the fair"


def test_a_status_taken_over_is_in_the_history(twice: tuple[Client, Client]) -> None:
    first, second = twice

    merge(first, second, status=Side.THEIRS)

    newest = queries.status_history(first)[0]
    assert (newest.to_status_id, newest.cause) == (second.status_id, "merge")


def test_merging_on_leads_to_the_last_survivor(bound: Firm) -> None:
    first, second, third = (
        new_client(f"Rossi {number}", external_source="erp", external_id=number) for number in "123"
    )

    merge(second, first)
    merge(third, second)

    assert queries.survivor_of(first.pk) == third.pk
    assert queries.survivor_of(second.pk) == third.pk


def test_external_ids_go_on_resolving(bound: Firm, ada: Membership) -> None:
    first = new_client(external_source="erp", external_id="1")
    second = new_client(external_source="erp", external_id="2")

    merge(first, second)

    assert queries.with_external_id(ada, "erp", "1") == (first, True)
    assert queries.with_external_id(ada, "erp", "2") == (first, False)
    assert queries.with_external_id(ada, "erp", "3") == (None, False)


def test_only_like_is_merged_with_like(bound: Firm) -> None:
    client = new_client()

    assert refusal(client, client) == "same_client"
    assert refusal(client, new_company()) == "other_kind"


def test_contacts_of_a_company_go_over_and_come_back(bound: Firm) -> None:
    keeps, goes = new_company("Alfa S.r.l."), new_company("Alfa srl")
    contact = new_client("Bianchi", company=goes)
    recompute_clients([keeps.pk, goes.pk], at=datetime.now(UTC))
    before = rows_of([keeps.pk, goes.pk, contact.pk])

    done = merge(keeps, goes)
    assert Client.objects.get(pk=contact.pk).profile.company_id == keeps.pk
    services.undo_merge(done, by=None, at=LATER)

    assert rows_of([keeps.pk, goes.pk, contact.pk]) == before


def test_a_company_is_not_linked_to_itself(bound: Firm) -> None:
    keeps = new_company("Alfa S.r.l.")
    goes = new_company("Alfa srl", company=keeps)

    merge(keeps, goes, company=Side.THEIRS)

    assert Client.objects.get(pk=keeps.pk).profile.company_id is None


def test_the_trail_tells_both(twice: tuple[Client, Client], alice: Membership) -> None:
    first, second = twice
    services.undo_merge(merge(first, second, alice), by=alice, at=LATER)

    told = AuditEvent.objects.filter(action__startswith="client.merge").order_by("id")

    assert [(event.action, event.target_id) for event in told] == [
        ("client.merged", first.pk),
        ("client.merged_away", second.pk),
        ("client.merge_undone", first.pk),
    ]


def test_a_merge_costs_the_same_whatever_hangs_on_the_client(
    bound: Firm, alice: Membership, django_assert_max_num_queries: Any
) -> None:
    first, second = new_client(), new_client()
    for number in range(30):
        meet(second, number + 1, alice)

    with django_assert_max_num_queries(40 + 4 * len(holdings())):
        merge(first, second, alice)


def test_every_reference_says_how_it_merges() -> None:
    assert {holding.on_merge for holding in holdings().values()} == set(OnMerge)


WORDS = st.sampled_from(["", "Rossi", "Bianchi", "D'Angelò", "Müller"])
RECORDS = st.fixed_dictionaries(
    {
        "last_name": st.sampled_from(["Rossi", "Rosi", "D'Angelò"]),
        "first_name": WORDS,
        "birth_date": st.sampled_from([None, date(1960, 2, 29), date(1999, 12, 31)]),
        "aum": st.sampled_from([None, Decimal("0.00"), Decimal("123456.78")]),
        "notes": st.sampled_from(["", "one", "two\nlines"]),
        "is_pep": st.sampled_from([None, True, False]),
        "emails": st.lists(
            st.sampled_from(["a@example.it", "b@example.it", "c@example.it"]).map(lambda a: {"address": a}),
            max_size=3,
            unique_by=lambda row: row["address"],
        ),
        "phones": st.lists(
            st.sampled_from(["+390112345678", "+393351234567"]).map(lambda n: {"number": n}),
            max_size=2,
            unique_by=lambda row: row["number"],
        ),
    }
)
HANGING = st.fixed_dictionaries(
    {"held": st.integers(0, 2), "planned": st.integers(0, 2), "fixed": st.booleans(), "exception": st.booleans()}
)


# No shrinking: each example writes to the database, and one that fails is read as it is.
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(records=st.tuples(RECORDS, RECORDS), hanging=st.tuples(HANGING, HANGING), sides=st.data())
def test_any_merge_is_undone_exactly(
    bound: Firm, alice: Membership, records: Any, hanging: Any, sides: st.DataObject
) -> None:
    group = Group.objects.filter(kind=GroupKind.FIXED).first() or create_group(
        GroupDetails(name="Fixed", kind=GroupKind.FIXED), by=alice, at=NOON, yearly_meetings=4
    )
    pair = [new_client(**record) for record in records]
    for client, what in zip(pair, hanging, strict=True):
        _hang(client, what, group, alice)
    ids = [client.pk for client in pair]
    recompute_clients(ids, at=datetime.now(UTC))
    before = rows_of(ids)
    chosen = {choice.name: sides.draw(st.sampled_from(list(Side))) for choice in merging.choices(*pair)}

    done = services.merge_clients(pair[0], pair[1], chosen, by=alice, at=NOON)
    services.undo_merge(done, by=alice, at=LATER)

    assert rows_of(ids) == before


def _hang(client: Client, what: dict[str, Any], group: Group, alice: Membership) -> None:
    for number in range(what["held"]):
        meet(client, -100 - number, alice)
    for number in range(what["planned"]):
        meet(client, 300 + number, alice)
    if what["fixed"]:
        add_members(group, Client.objects.filter(pk=client.pk), by=alice, at=NOON)
    if what["exception"]:
        set_cadence_exception(client, yearly_meetings=6, reason="As agreed", by=alice, at=NOON)


def test_the_household_role_is_a_list_of_the_firm(bound: Firm) -> None:
    assert ListEntry.objects.filter(list_name=ListName.HOUSEHOLD_ROLE).exists()
