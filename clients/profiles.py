"""A client's record in words: the cards of his profile, and two versions of it side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clients import catalogue, cells, queries, sheets
from clients.catalogue import CatalogueField, FieldGroup
from clients.custom.definitions import PREFIX
from clients.custom.values import named
from clients.editable import is_editable
from clients.enums import Sheet
from clients.facts import with_fields
from clients.models import Client, Profile
from tenants.models import Membership
from web import formatting

# Shown in cards of their own, or in the head of the page.
APART = {
    "name", "email", "phone", "street", "postal_code", "city", "province", "country", "labels", "state", "notes",
    "tax_code_kept",
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    field: CatalogueField
    template: str
    values: tuple[object, ...]
    text: str

    @property
    def editable(self) -> bool:
        return is_editable(self.field.name)


@dataclass(frozen=True)
class Card:
    title: str | Promise
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Difference:
    label: str
    stored: str
    typed: str


def cards_of(client: Client, *, today: date, member: Membership, sheet: str = Sheet.COMPLETE) -> list[Card]:
    """What the member sees of the client, heading by heading; empty fields and headings are left out."""
    own = {field.name: field for field in catalogue.fields().values() if _is_own(field)}
    fields = [own[name] for name in sheets.shown(own, member, sheet)]
    loaded = with_fields(Client.objects.filter(pk=client.pk), fields).get()
    cards = []
    for group in FieldGroup:
        facts = [_fact(loaded, field, today) for field in fields if field.group == group]
        cards.append(Card(group.label, tuple(fact for fact in facts if fact.values)))
    return [card for card in cards if card.facts]


def _is_own(field: CatalogueField) -> bool:
    """The record's own columns and user fields; what other places know has its own page."""
    return field.group == FieldGroup.CUSTOM or ("." not in field.name and field.name not in APART)


def _fact(client: Client, field: CatalogueField, today: date) -> Fact:
    values = field.shown(client, today)
    return Fact(field, cells.template_of(field.name), values, cells.text_of(field.name, field.type.name, values))


def differences(current: Client, typed: Mapping[str, Any]) -> list[Difference]:
    """Where the record as it is now differs from what somebody typed on an older one."""
    stored = _flat(queries.record_of(current, typed))
    typed = _flat(typed)
    return [
        Difference(label_of(name), in_words(stored[name]), in_words(value))
        for name, value in typed.items()
        if name in stored and in_words(stored[name]) != in_words(value)
    ]


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """User fields among the others, under their names in the catalogue."""
    rest = {name: value for name, value in record.items() if name != "custom"}
    return rest | named(record.get("custom", {}))


def label_of(name: str) -> str:
    """What a part of the record is called."""
    collections = {
        "emails": _("e-mails"),
        "phones": _("telephones"),
        "addresses": _("addresses"),
        "labels": _("labels"),
    }
    if name in collections:
        return collections[name]
    if name.startswith(PREFIX):
        return str(catalogue.fields()[name].label)
    model = Client if name in {field.name for field in Client._meta.concrete_fields} else Profile
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def in_words(value: Any) -> str:
    """A value of the record as a person reads it; a dash for none."""
    match value:
        case None | "":
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return formatting.money(value)
        case date():
            return formatting.day(value)
        case dict():
            return " ".join(str(part) for part in value.values() if part and part is not True)
        case models.QuerySet() | list() | tuple():
            return _listed(value)
        case _:
            return str(value)


def _listed(values: Iterable[Any]) -> str:
    """Rows as they are stored: empty ones do not count, nor does the order of labels."""
    words = [in_words(value) for value in values]
    return ", ".join(sorted(word for word in words if word)) or "–"
