"""What the catalogue knows of the firm's own fields: one entry each, as if they were columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache, partial
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from clients.catalogue import CatalogueField, Choices, FieldGroup
from clients.custom.definitions import Definition, definitions
from clients.enums import CustomType
from clients.filters import types
from clients.filters.compile import Column, Rows
from clients.models import Client, CustomValue, ListEntry

TYPES: dict[str, types.FieldType] = {
    CustomType.TEXT: types.TEXT,
    CustomType.NUMBER: types.NUMBER,
    CustomType.MONEY: types.MONEY,
    CustomType.DATE: types.DATE,
    CustomType.BOOLEAN: types.BOOLEAN,
    CustomType.CHOICE: types.REFERENCE,
    CustomType.CHOICES: types.REFERENCE,
}


def custom_entries() -> Iterator[CatalogueField]:
    for definition in definitions().values():
        yield entry_of(definition)


@lru_cache(maxsize=10_000)
def entry_of(definition: Definition) -> CatalogueField:
    """The same object for the same definition, so that what was compiled with it can be kept."""
    column = "text_key" if definition.type == CustomType.TEXT else definition.column
    alias = f"custom_{definition.id}"
    sortable = definition.type != CustomType.CHOICES
    return CatalogueField(
        name=definition.name,
        label=definition.label,
        group=FieldGroup.CUSTOM,
        type=TYPES[definition.type],
        read=_read(definition.id, "entry_id" if definition.has_entries else definition.column),
        show=_read(definition.id, definition.column) if definition.has_entries else None,
        prefetch=("custom_values",),
        prefetch_shown=("custom_values__entry",) if definition.has_entries else (),
        source=Rows(
            lambda: CustomValue.objects.filter(field_id=definition.id), Column(column, blank=column == "text_key")
        ),
        choices=_entries(definition.list_name, active=True) if definition.has_entries else None,
        names=_entries(definition.list_name) if definition.has_entries else None,
        list_name=definition.list_name,
        sort=f"{alias}__{'entry__position' if definition.has_entries else column}" if sortable else "",
        sort_join=partial(_joined, alias, definition.id) if sortable else None,
        setter=definition.name,
        in_mail=definition.in_mail,
    )


def _read(field_id: int, attribute: str) -> Callable[[Client, date], Iterable[object]]:
    def read(client: Client, today: date) -> Iterable[object]:
        return [getattr(value, attribute) for value in client.custom_values.all() if value.field_id == field_id]

    return read


def _entries(list_name: str, **asked: Any) -> Callable[[], Choices]:
    def entries() -> Choices:
        rows = ListEntry.objects.filter(list_name=list_name, **asked).order_by("position", "id")
        return list(rows.values_list("pk", "name"))

    return entries


def _joined(alias: str, field_id: int, clients: QuerySet[Client]) -> QuerySet[Client]:
    """Beside each client his value of this field, if there is one: to be sorted by."""
    own = FilteredRelation("custom_values", condition=Q(custom_values__field_id=field_id))
    joined: QuerySet[Client] = clients.annotate(**{alias: own})
    return joined
