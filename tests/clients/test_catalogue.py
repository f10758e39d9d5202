"""The catalogue: what domain.md 6.1 asks for is there, each entry is complete, and a higher app can add its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import ForeignKey
from django.test.utils import CaptureQueriesContext

from clients.ages import age
from clients.catalogue import FieldGroup, fields, of_all_firms, register, sorted_by, source_of, where
from clients.facts import facts_of, with_fields
from clients.fields import FoldedField
from clients.filters import types
from clients.filters.parsing import parse
from clients.imports.targets import targets
from clients.models import Address, Client, ClientLabel, Email, Label, ListEntry, Profile, Status
from tenants.models import Firm, Membership
from web.keyset import keyset_page

TODAY = date(2026, 3, 15)
OF_THE_RECORD = {
    FieldGroup.IDENTITY, FieldGroup.CONTACTS, FieldGroup.RELATIONSHIP, FieldGroup.WEALTH, FieldGroup.MIFID,
    FieldGroup.CONSENT, FieldGroup.RECORD,
}  # fmt: skip
KEPT_BY_THE_SYSTEM = {"id", "firm", "created_at", "updated_at", "version", "client", "merged_into", "erased_at"}


@pytest.fixture
def maria(bound: Firm, alice: Membership) -> Client:
    status = Status.objects.create(name="Cliente d’oro")
    maria: Client = Client.objects.create(
        last_name="Rossi", first_name="Maria", name="Rossi Maria", advisor=alice, status=status
    )
    Client.objects.filter(pk=maria.pk).update(created_at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    Profile.objects.create(client=maria, birth_date=date(1968, 2, 29), mifid_class="retail", is_pep=False)
    Email.objects.create(client=maria, position=1, address="Maria@Example.com")
    Email.objects.create(client=maria, position=2, address="casa@example.com")
    Address.objects.create(client=maria, position=1, city="Forlì")
    Address.objects.create(client=maria, position=2, city="Roma")
    ClientLabel.objects.create(client=maria, label=Label.objects.create(name="Già cliente"))
    return maria


@pytest.mark.parametrize("model", [Client, Profile])
def test_every_column_of_a_client_is_an_entry(model: type[Client] | type[Profile]) -> None:
    columns = {
        column.name
        for column in model._meta.concrete_fields
        if column.name not in KEPT_BY_THE_SYSTEM and not isinstance(column, FoldedField)
    }

    assert columns - set(fields()) == set()


NOT_SORTED = {"labels", "notes", "objectives", "latitude", "longitude"}


def test_every_fact_of_the_record_can_be_compared_sorted_by_shown_and_exported() -> None:
    """Domain 6.1: nothing can only be looked at."""
    own = [entry for entry in of_all_firms().values() if entry.group in OF_THE_RECORD]

    compared = {"eq", "has_label", "on_this_day_of_year"}
    assert [entry.name for entry in own if not compared & set(entry.operators)] == []
    assert [
        entry.name for entry in own if entry.type in (types.TEXT, types.CODE) and "contains" not in entry.operators
    ] == []
    assert [entry.name for entry in own if not (entry.listable and entry.exportable and entry.in_mail)] == []
    assert {entry.name for entry in own if not entry.sortable} == NOT_SORTED


def test_entries_are_complete(bound: Firm) -> None:
    for name, entry in fields().items():
        assert entry.name == name
        assert str(entry.label).strip(), name
        assert entry.group in FieldGroup, name
        assert entry.operators, name
        assert entry.type is not types.CHOICE or entry.codes, name


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="already has a field named aum"):
        register([fields()["aum"]])


def test_a_field_that_is_gone_cannot_be_compiled() -> None:
    with pytest.raises(KeyError):
        source_of("no_longer_here")


def test_facts_of_a_client(maria: Client) -> None:
    facts = facts_of([maria.pk], today=TODAY)[maria.pk]

    assert facts["name"] == ("rossi maria",)
    assert facts["advisor"] == (maria.advisor_id,)
    assert facts["email"] == ("maria@example.com", "casa@example.com")
    assert facts["city"] == ("forli",), "of the main address only"
    assert facts["labels"] == (types.Label(maria.client_labels.get().label_id, "gia cliente"),)
    assert facts["age"] == (58,)
    assert facts["created_on"] == (date(2026, 3, 15),), "half past midnight in Rome"
    assert facts["is_pep"] == (False,)
    assert facts["aum"] == ()


def test_facts_of_named_fields_only(maria: Client) -> None:
    fields()
    with CaptureQueriesContext(connection) as captured:
        facts = facts_of([maria.pk], today=TODAY, names=["aum", "name"])

    assert facts == {maria.pk: {"aum": (), "name": ("rossi maria",)}}
    assert len(captured) == 1


def test_what_people_read(maria: Client, alice: Membership) -> None:
    entries = [fields()[name] for name in ("advisor", "status", "mifid_class", "labels", "email", "category", "is_pep")]
    client = with_fields(Client.objects.all(), entries).get()

    with CaptureQueriesContext(connection) as captured:
        shown = {entry.name: [str(value) for value in entry.shown(client, TODAY)] for entry in entries}

    assert len(captured) == 0
    assert shown == {
        "advisor": ["Alice Conti"],
        "status": ["Cliente d’oro"],
        "mifid_class": [str(client.profile.get_mifid_class_display())],
        "labels": ["Già cliente"],
        "email": ["Maria@Example.com", "casa@example.com"],
        "category": [],
        "is_pep": ["False"],
    }


def test_choices_are_the_active_ones_of_the_firm(bound: Firm, alice: Membership) -> None:
    ListEntry.objects.update(active=False)
    ListEntry.objects.create(list_name="category", name="Amici")
    ListEntry.objects.create(list_name="rating", name="Ottimo")

    category, advisor, company = (fields()[name].choices for name in ("category", "advisor", "company"))

    assert category is not None
    assert advisor is not None
    assert [label for _, label in category()] == ["Amici"]
    assert "Alice Conti" in [label for _, label in advisor()]
    assert company is None, "companies are looked up by typing"


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(1968, 2, 29), date(2026, 2, 28), 57),
        (date(1968, 2, 29), date(2026, 3, 1), 58),
        (date(1968, 2, 29), date(2028, 2, 29), 60),
        (date(2026, 3, 15), date(2026, 3, 15), 0),
        (date(2026, 3, 16), date(2026, 3, 15), -1),
        (None, date(2026, 3, 15), None),
    ],
)
def test_age(born: date | None, today: date, years: int | None) -> None:
    assert age(born, today) == years


def test_everything_that_can_be_sorted_by_sorts(maria: Client) -> None:
    for entry in fields().values():
        if entry.sortable:
            clients, path = sorted_by(Client.objects.all(), entry.name)
            assert list(clients.order_by(path, "pk")) == [maria], entry.name


def test_belongings_are_sorted_by_the_first_of_each(maria: Client, bound: Firm) -> None:
    """One row for each client, whatever he has several of; who has none comes last in both directions."""
    other: Client = Client.objects.create(name="Bianchi", last_name="Bianchi")
    Profile.objects.create(client=other, birth_date=date(1990, 1, 1))
    Email.objects.create(client=other, position=1, address="anna@example.com")
    bare: Client = Client.objects.create(name="Verdi", last_name="Verdi")
    Profile.objects.create(client=bare)
    Address.objects.create(client=other, position=1, city="Ancona", street="Via Po")

    def in_order(ordering: str) -> list[Client]:
        clients, path = sorted_by(Client.objects.all(), ordering)
        return keyset_page(clients, ordering=path).items

    assert in_order("email") == in_order("city") == [other, maria, bare]
    assert in_order("-email") == in_order("-city") == [maria, other, bare]
    assert in_order("age") == [other, maria, bare]
    assert in_order("-age") == [maria, other, bare]


def test_setters_name_a_column_or_a_kind_of_row(bound: Firm) -> None:
    models = {"client": Client, "profile": Profile, "address": Address}
    for entry in fields().values():
        table, _, column = entry.setter.partition(".")
        if table in ("custom", "year", "filing", "policy", "services"):
            assert entry.setter in targets(), "fixed and per-firm targets of lists that belong to the client"
        elif column:
            assert not isinstance(models[table]._meta.get_field(column), FoldedField), entry.name
        else:
            assert table in ("", "email", "phone", "labels"), entry.name


def test_references_lead_to_rows_of_the_firm() -> None:
    own = {name: entry for name, entry in fields().items() if "." not in name and entry.group != FieldGroup.OUTCOMES}
    references = [name for name, entry in own.items() if entry.type is types.REFERENCE]

    for name in references:
        model = Client if name in {field.name for field in Client._meta.fields} else Profile
        assert isinstance(model._meta.get_field(name), ForeignKey), name


def test_the_three_groups_of_the_example_partition_the_clients(bound: Firm) -> None:
    """REL-04, REL-05, O-01; an unknown amount is in none of them (REL-06)."""
    amounts = ["0", "99999.99", "100000", "100000.01", "500000", "500000.01", "9000000", None]
    clients = [Client.objects.create(name=str(amount), aum=amount and Decimal(amount)) for amount in amounts]
    documents = [
        {"field": "aum", "op": "gt", "value": "500000"},
        {"field": "aum", "op": "between", "value": ["100000", "500000"]},
        {"field": "aum", "op": "lt", "value": "100000"},
    ]

    groups = [
        [client.name for client in Client.objects.filter(where(parse(document, fields()), today=TODAY)).order_by("pk")]
        for document in documents
    ]

    assert groups == [["500000.01", "9000000"], ["100000", "100000.01", "500000"], ["0", "99999.99"]]
    assert len(clients) == 8
