"""User fields as targets of an import: read by their type, written where they differ, in two statements each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from clients.custom.definitions import Definition, definitions
from clients.custom.values import LARGEST, MOST_CHARACTERS
from clients.enums import CustomType
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.refusals import CellRefused
from clients.imports.targets import Column, Place, Target
from clients.models import CustomValue, ListEntry

SQL = {
    CustomType.TEXT: "text",
    CustomType.NUMBER: "bigint",
    CustomType.MONEY: "bigint",
    CustomType.DATE: "date",
    CustomType.BOOLEAN: "boolean",
    CustomType.CHOICE: "bigint",
    CustomType.CHOICES: "text",
}
PLACES = {CustomType.NUMBER: 6, CustomType.MONEY: 2}

# A cell that says something takes the place of what is there; an empty one leaves it, and several choices are added.
CHANGED = """
    SET {assignments} FROM import_stage s
    WHERE t.firm_id = %(firm)s AND t.field_id = %(field)s AND t.client_id = s.client_id
      AND s.row_id = s.head AND NOT s.created AND t.{column} IS DISTINCT FROM s.{staged} AND s.{staged} IS NOT NULL
"""
ONE = """
    SELECT s.client_id, {columns} FROM import_stage s WHERE s.row_id = s.head AND s.{staged} IS NOT NULL
    AND (s.created OR NOT EXISTS (
        SELECT FROM clients_customvalue t
        WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id AND t.field_id = %(field)s
    ))
"""
MANY = """
    SELECT s.client_id, entry::bigint AS entry_id FROM import_stage s, unnest(string_to_array(s.{staged}, ',')) AS entry
    WHERE s.row_id = s.head AND s.{staged} IS NOT NULL
"""
ONCE = "ON CONFLICT (firm_id, client_id, field_id, entry_id) DO NOTHING"


def custom_targets() -> list[Target]:
    """The firm's user fields: ``custom.<key>``."""
    return [_target(each) for each in definitions().values()]


def _target(definition: Definition) -> Target:
    return Target(
        definition.name,
        definition.label,
        Place.CUSTOM,
        tuple(Column(*column) for column in columns_of(definition)),
        partial(reader, definition),
        write=partial(write, definition),
    )


def staged_name(definition: Definition) -> str:
    return f"custom_{definition.id}"


def columns_of(definition: Definition) -> list[tuple[str, str]]:
    """The columns of the staging table, with their types."""
    name = staged_name(definition)
    own = [(name, SQL[CustomType(definition.type)])]
    return [*own, (f"{name}_key", "text")] if definition.type == CustomType.TEXT else own


def reader(definition: Definition, notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    match definition.type:
        case CustomType.TEXT:
            return partial(_text, cells.text(MOST_CHARACTERS))
        case CustomType.NUMBER | CustomType.MONEY:
            kind = CustomType(definition.type)
            read = cells.number(notation, places=PLACES[kind], largest=LARGEST[kind])
        case CustomType.DATE:
            read = cells.day(notation)
        case CustomType.BOOLEAN:
            read = cells.yes_or_no()
        case CustomType.CHOICE:
            read = cells.entry(_names(definition))
        case _:
            return partial(several, cells.entry(_names(definition)))
    return lambda cell: (read(cell),)


def write(definition: Definition, writing: Any) -> None:
    """``writing``: the import under way, whose staging table is filled."""
    staged = staged_name(definition)
    given = {"client_id": "r.client_id", "field_id": str(definition.id)}
    if definition.type == CustomType.CHOICES:
        rows = MANY.format(staged=staged)
        writing.insert_and_touch(CustomValue, rows, {**given, "entry_id": "r.entry_id"}, conflict=ONCE)
        return
    column = "entry_id" if definition.has_entries else definition.column
    columns = {column: staged} | ({"text_key": f"{staged}_key"} if definition.type == CustomType.TEXT else {})
    assignments = ", ".join(f"{own} = s.{name}" for own, name in columns.items())
    changes = CHANGED.format(assignments=assignments, column=column, staged=staged)
    writing.update_and_touch(CustomValue, changes, field=definition.id)
    selected = ", ".join(f"s.{name} AS {own}" for own, name in columns.items())
    rows = ONE.format(columns=selected, staged=staged).replace("%(field)s", str(definition.id))
    writing.insert_and_touch(CustomValue, rows, given | {own: f"r.{own}" for own in columns})


def _names(definition: Definition) -> list[tuple[str, int]]:
    rows = ListEntry.objects.filter(list_name=definition.list_name, active=True)
    return list(rows.values_list("name", "pk"))


def _text(read: cells.Read, cell: str) -> tuple[Value, ...]:
    value = str(read(cell))
    key = fold(value)
    if not key:
        raise CellRefused("invalid_text")
    return value, key


def several(read: cells.Read, cell: str) -> tuple[Value, ...]:
    """Entries separated by commas or semicolons; one that has a comma in its name may stand alone."""
    try:
        return (str(read(cell)),)
    except CellRefused:
        parts = [part.strip() for part in cell.replace(";", ",").split(",")]
        return (",".join(dict.fromkeys(str(read(part)) for part in parts if part)),)
