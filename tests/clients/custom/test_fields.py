"""User fields (campi utente): defined by the firm, at once everywhere, never another firm's (SIS-16 … SIS-18)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import services
from clients.catalogue import fields, source_of, where
from clients.custom.definitions import definitions
from clients.custom.values import values_of
from clients.enums import CustomType
from clients.filters.parsing import parse
from clients.listing import chosen_columns, read_listing
from clients.models import ChangedClient, Client, CustomField, CustomValue, ListEntry, UserList
from clients.worklist import WorkList
from groups.filtering import problem_of
from groups.membership import refresh
from groups.models import Group, GroupMember
from groups.rules import stored_groups
from groups.services import GroupDetails, create_group
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.clients.builders import NOON, new_client

TODAY = date(2026, 3, 10)


def define(label: str, kind: str = CustomType.TEXT, **values: Any) -> CustomField:
    return services.create_custom_field(CustomField(label=label, type=kind, **values), by=None)


def sports() -> list[ListEntry]:
    UserList.objects.create(key="sport", name="Sport")
    return [ListEntry.objects.create(list_name="sport", name=name, position=n) for n, name in enumerate("CBA", 1)]


def found(document: dict[str, Any]) -> set[int]:
    return set(Client.objects.filter(where(parse(document, fields()), today=TODAY)).values_list("pk", flat=True))


def test_a_new_firm_has_the_three_proposed_ones(bound: Firm) -> None:
    kinds = {key: (each.label, each.type) for key, each in definitions().items()}

    assert kinds == {
        "gestione_magazzino": ("Gestione magazzino", "boolean"),
        "competenza_informatica": ("Competenza informatica", "choice"),
        "utilizzo_software_gestionale": ("Utilizzo software gestionale", "boolean"),
    }
    assert [str(label) for _pk, label in fields()["custom.competenza_informatica"].choices()] == [
        "Nessuna", "Di base", "Buona", "Ottima",
    ]  # fmt: skip


def test_a_key_follows_from_the_label(bound: Firm) -> None:
    keys = [define(label).key for label in ("N° figli (a carico)", "N° figli: a carico", "2ª casa", "日本")]

    assert keys == ["n_figli_a_carico", "n_figli_a_carico_2", "campo_2a_casa", "campo"]


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"label": "gestione  MAGAZZINO"}, "label", "unique"),
        ({"key": "gestione_magazzino"}, "key", "unique"),
        ({"key": "Due Parole"}, "key", "invalid"),
        ({"type": "picture"}, "type", "invalid_choice"),
        ({"type": "choice"}, "list_name", "required"),
        ({"type": "choices", "list_name": "nowhere"}, "list_name", "required"),
        ({"label": " "}, "label", "blank"),
    ],
)
def test_a_definition_must_make_sense(bound: Firm, values: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_custom_field(CustomField(**{"label": "Nuovo", "type": "text", **values}), by=None)

    assert [error.code for error in refused.value.error_dict[field]] == [code]


def test_values_of_every_type_are_kept_and_found(bound: Firm, ada: Membership) -> None:
    entries = sports()
    given: dict[str, Any] = {
        "text": "Però  sì", "number": Decimal("-1.5"), "money": Decimal("12.30"), "date": TODAY, "boolean": False,
        "choice": entries[0], "choices": [entries[1], entries[2]],
    }  # fmt: skip
    for kind in CustomType:
        define(f"Un {kind}", kind, list_name="sport")

    client = new_client(by=ada, custom={f"un_{kind}": value for kind, value in given.items()})

    kept = values_of([client.pk])[client.pk]
    assert {kind: kept[f"un_{kind}"] for kind in given} == given | {"text": "Però sì"}
    for kind, operator, value in (
        ("text", "eq", "PERO SI"), ("text", "contains", "o s"), ("number", "lt", "-1"), ("money", "eq", "12.30"),
        ("date", "within_last_days", 0), ("boolean", "eq", False), ("choice", "eq", entries[0].pk),
        ("choices", "in", [entries[2].pk]),
    ):  # fmt: skip
        assert found({"field": f"custom.un_{kind}", "op": operator, "value": value}) == {client.pk}, kind
    assert found({"field": "custom.un_choices", "op": "ne", "value": entries[2].pk}) == set()


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("text", "x" * 501, "max_length"),
        ("text", "ﷺ" * 200, "max_length"),
        ("text", "a\0b", "invalid_text"),
        ("number", Decimal("0.0000001"), "too_many_decimals"),
        ("number", Decimal("NaN"), "out_of_range"),
        ("number", Decimal(10) ** 13, "out_of_range"),
        ("money", Decimal("0.001"), "too_many_decimals"),
        ("money", Decimal(10) ** 14, "out_of_range"),
    ],
)
def test_a_value_fits_its_type(bound: Firm, ada: Membership, kind: str, value: Any, code: str) -> None:
    define("Campo", kind)

    with pytest.raises(ValidationError) as refused:
        new_client(by=ada, custom={"campo": value})

    assert [error.code for error in refused.value.error_dict["custom.campo"]] == [code]


def test_an_entry_must_be_of_the_list_and_in_use_unless_held(bound: Firm, ada: Membership) -> None:
    old, _other, new = sports()
    foreign = ListEntry.objects.filter(list_name="rating")[0]
    define("Sport", "choice", list_name="sport")
    client = new_client(by=ada, custom={"sport": old})
    services.change_choice(old, {"active": False}, by=None)

    for wrong, code in ((foreign, "wrong_list"), (old, "inactive")):
        with pytest.raises(ValidationError) as refused:
            new_client(by=ada, custom={"sport": wrong})
        assert [error.code for error in refused.value.error_dict["custom.sport"]] == [code]
    services.update_client(client, {"custom": {"sport": old}, "first_name": "Ugo"}, version=None, by=ada, at=NOON)
    services.update_client(client, {"custom": {"sport": new}}, version=None, by=ada, at=NOON)
    assert values_of([client.pk])[client.pk]["sport"] == new


def test_changing_a_value_marks_the_client_and_is_told(bound: Firm, ada: Membership) -> None:
    define("Hobby")
    client = new_client(by=ada, custom={"hobby": "Vela"})
    ChangedClient.objects.all().delete()

    same = services.update_client(client, {"custom": {"hobby": "Vela"}}, version=None, by=ada, at=NOON)
    assert (same.version, ChangedClient.objects.count()) == (1, 0)
    changed = services.update_client(client, {"custom": {"hobby": "Golf"}}, version=None, by=ada, at=NOON)

    assert (changed.version, ChangedClient.objects.get().client_id) == (2, client.pk)
    event = AuditEvent.objects.filter(action="client.changed").latest("id")
    assert (event.before, event.after) == ({"custom.hobby": "Vela"}, {"custom.hobby": "Golf"})
    services.update_client(client, {"custom": {"hobby": None}}, version=None, by=ada, at=NOON)
    assert not CustomValue.objects.filter(client=client).exists()


def test_what_is_required_must_be_there_but_not_on_every_change(bound: Firm, ada: Membership) -> None:
    before = new_client(by=ada)
    define("Hobby", required=True)

    for values in ({}, {"custom": {"hobby": " "}}):
        with pytest.raises(ValidationError) as refused:
            new_client(by=ada, **values)
        assert list(refused.value.error_dict) == ["custom.hobby"]
    services.update_client(before, {"first_name": "Ugo"}, version=None, by=ada, at=NOON)
    with pytest.raises(ValidationError):
        services.update_client(before, {"custom": {"hobby": ""}}, version=None, by=ada, at=NOON)


def test_a_list_shows_and_sorts_by_it_with_empty_values_last(bound: Firm, ada: Membership) -> None:
    define("Figli", "number")
    for name, number in (("A", 2), ("B", None), ("C", 10), ("D", 1)):
        new_client(name, by=ada, custom={"figli": None if number is None else Decimal(number)})
    ada.preferences = {"client_columns": ["custom.figli"]}

    def names(ordering: str) -> list[str]:
        columns = chosen_columns(ada)
        first = read_listing(Client.objects.all(), columns, ordering=ordering, cursor=None, today=TODAY, size=3)
        rest = read_listing(
            Client.objects.all(), columns, ordering=ordering, cursor=first.page.next, today=TODAY, size=3
        )
        assert first.total == 4
        return [row.client.name for listing in (first, rest) for row in listing.rows]

    assert names("custom.figli") == ["D", "A", "C", "B"]
    assert names("-custom.figli") == ["C", "A", "D", "B"]


def test_entries_sort_in_the_order_of_their_list(bound: Firm, ada: Membership) -> None:
    first, second, third = sports()
    define("Sport", "choice", list_name="sport")
    for name, entry in (("Uno", third), ("Due", first), ("Tre", second)):
        new_client(name, by=ada, custom={"sport": entry})

    listing = read_listing(Client.objects.all(), chosen_columns(ada), ordering="custom.sport", cursor=None, today=TODAY)

    assert [row.client.name for row in listing.rows] == ["Due", "Tre", "Uno"]


def test_a_deactivated_field_leaves_every_place_and_keeps_its_values(bound: Firm, ada: Membership) -> None:
    field = define("Hobby")
    client = new_client(by=ada, custom={"hobby": "Vela"})

    services.change_custom_field(field, {"active": False}, by=ada)
    assert "custom.hobby" not in fields()
    assert "hobby" not in values_of([client.pk])[client.pk]
    with pytest.raises(KeyError):
        source_of("custom.hobby")
    with pytest.raises(ValidationError):
        services.delete_custom_field(field, by=ada)

    services.change_custom_field(field, {"active": True}, by=ada)
    assert values_of([client.pk])[client.pk]["hobby"] == "Vela"


def test_an_unused_field_is_deleted(bound: Firm, ada: Membership) -> None:
    field = define("Hobby")

    services.delete_custom_field(field, by=ada)

    assert "custom.hobby" not in fields()
    assert not CustomField.objects.filter(key="hobby").exists()


def test_key_and_type_are_for_ever(bound: Firm, ada: Membership) -> None:
    field = define("Hobby")

    for name, value in (("key", "other"), ("type", "date"), ("list_name", "rating")):
        with pytest.raises(ValidationError) as refused:
            services.change_custom_field(field, {name: value}, by=ada)
        assert [error.code for error in refused.value.error_dict[name]] == ["unchangeable"]


def test_a_group_on_a_field_that_is_gone_has_no_members_and_breaks_no_night(bound: Firm, ada: Membership) -> None:
    field = define("Hobby")
    new_client(by=ada, custom={"hobby": "Vela"})
    document = {"field": "custom.hobby", "op": "eq", "value": "vela"}
    group = create_group(GroupDetails(name="Velisti", filter=document), by=ada, at=NOON)
    refresh(stored_groups(), today=TODAY, listed=WorkList())
    assert GroupMember.objects.filter(group_id=group.pk).count() == 1

    services.change_custom_field(field, {"active": False}, by=ada)
    refresh(stored_groups(), today=TODAY, listed=WorkList(set()))

    assert GroupMember.objects.filter(group_id=group.pk).count() == 0
    stored = Group.objects.get(pk=group.pk)
    assert "custom.hobby" in stored.filter_error
    assert "custom.hobby" in problem_of(stored)
    services.change_custom_field(field, {"active": True}, by=ada)
    refresh(stored_groups(), today=TODAY, listed=WorkList(set()))
    assert GroupMember.objects.filter(group_id=group.pk).count() == 1


def test_the_fields_of_a_firm_are_asked_for_once(bound: Firm) -> None:
    define("Hobby")

    with CaptureQueriesContext(connection) as captured:
        for _ in range(20):
            assert "custom.hobby" in fields()
            source_of("custom.hobby")
            definitions()

    asked = [query["sql"] for query in captured if 'FROM "clients_customfield"' in query["sql"]]
    assert len(asked) == 1, asked
    assert len({query["sql"] for query in captured}) == len(captured), "nothing is asked twice"


def test_no_firm_sees_the_fields_of_another(firm: Firm, other_firm: Firm) -> None:
    """Guard: what is remembered belongs to the binding, also inside the block of another firm and after it."""
    assert not [name for name in fields() if name.startswith("custom.")], "no firm is bound"
    with use_firm(firm):
        define("Solo nostro")
        assert "custom.solo_nostro" in fields()
        with use_firm(other_firm):
            assert "custom.solo_nostro" not in fields()
            define("Solo loro")
        assert "custom.solo_nostro" in fields()
        assert "custom.solo_loro" not in fields()
    with use_firm(other_firm):
        assert {"custom.solo_nostro", "custom.solo_loro"} & set(fields()) == {"custom.solo_loro"}
        assert fields()["custom.gestione_magazzino"] is fields()["custom.gestione_magazzino"]


def test_an_unchanged_field_is_the_same_object_from_one_transaction_to_the_next(firm: Firm, other_firm: Firm) -> None:
    with use_firm(firm):
        first = fields()["custom.gestione_magazzino"]
    with use_firm(other_firm):
        assert fields()["custom.gestione_magazzino"] is not first
    with use_firm(firm):
        assert fields()["custom.gestione_magazzino"] is first


def test_what_was_rolled_back_is_not_remembered(firm: Firm) -> None:
    with use_firm(firm):
        with pytest.raises(RuntimeError):
            _define_and_fail(firm)
        assert "custom.mai_stato" not in fields()


def _define_and_fail(firm: Firm) -> None:
    with use_firm(firm):
        define("Mai stato")
        assert "custom.mai_stato" in fields()
        raise RuntimeError
