"""The client list: which columns a member sees, and the cells of a page of clients."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from clients import catalogue, cells
from clients.catalogue import CatalogueField
from clients.editable import is_editable
from clients.enums import ListName
from clients.facts import with_fields
from clients.filters.folding import fold
from clients.models import Client, Label, ListEntry, Status
from clients.parameters import Option, parameters
from tenants.enums import Role
from tenants.models import Membership
from web.keyset import Page, keyset_page

PREFERENCE = "client_columns"
NAME = "name"
USUAL = (
    NAME,
    "advisor",
    "status",
    "aum",
    "plan.meetings_this_year",
    "plan.last_meeting_on",
    "plan.next_meeting_on",
    "plan.due_on",
)
# A phone has room for the name, this under it, and one more column: the first of these that is chosen.
UNDER_THE_NAME = "status"
BESIDE_THE_NAME = ("plan.due_on", "aum", "plan.next_meeting_on", "plan.last_meeting_on")
NUMBERS = frozenset({"money", "integer", "decimal"})
COUNTED = 10_000


@dataclass(frozen=True)
class Column:
    field: CatalogueField
    template: str
    is_number: bool
    on_phone: bool
    editable: bool

    @property
    def under_the_name(self) -> bool:
        return self.field.name == UNDER_THE_NAME

    @property
    def is_plain(self) -> bool:
        """Its cells say all in words."""
        return self.template == cells.PLAIN

    @property
    def classes(self) -> str:
        """How its cells look."""
        return " ".join(["number"] * self.is_number + ["max-sm:hidden"] * (not self.on_phone))

    @property
    def ordering(self) -> str:
        """The name that ``?ordering=`` takes; empty where the column cannot be sorted by."""
        return self.field.name if self.field.sortable else ""


@dataclass(frozen=True)
class Cell:
    column: Column
    values: tuple[object, ...]
    text: str


@dataclass(frozen=True)
class Row:
    client: Client
    cells: tuple[Cell, ...]

    @property
    def shown_cells(self) -> tuple[Cell, ...]:
        """What a card says beside the name."""
        return tuple(cell for cell in self.cells[1:] if cell.values)

    @property
    def under_the_name(self) -> Cell | None:
        """On a phone the status stands there; its own column is hidden."""
        return next((cell for cell in self.cells if cell.column.under_the_name and cell.values), None)


@dataclass(frozen=True)
class Listing:
    columns: tuple[Column, ...]
    page: Page[Client]
    rows: tuple[Row, ...]
    total: int
    ordering: str

    @property
    def total_is_capped(self) -> bool:
        return self.total > COUNTED


def offered_columns() -> list[CatalogueField]:
    """Every fact that a list can show; the name is always there."""
    return [field for field in catalogue.fields().values() if field.listable and field.name != NAME]


def chosen_columns(member: Membership) -> tuple[Column, ...]:
    """The member's own choice."""
    return columns_named(member.preferences.get(PREFERENCE, USUAL))


def columns_named(chosen: Iterable[str]) -> tuple[Column, ...]:
    """The name and these; a field that has gone from the catalogue is left out."""
    known, chosen = catalogue.fields(), tuple(chosen)
    names = [NAME, *(name for name in chosen if name != NAME and name in known)]
    on_phone = {NAME, *[name for name in (*BESIDE_THE_NAME, *names[1:]) if name in names][:1]}
    return tuple(_column(known[name], name in on_phone) for name in names)


def _column(field: CatalogueField, on_phone: bool) -> Column:
    template = cells.template_of(field.name)
    is_number = field.type.name in NUMBERS
    return Column(field, template, is_number=is_number, on_phone=on_phone, editable=is_editable(field.name))


def read_listing(
    clients: QuerySet[Client],
    columns: tuple[Column, ...],
    *,
    ordering: str,
    cursor: str | None,
    today: date,
    size: int = 50,
) -> Listing:
    """One page, in a number of statements that does not depend on the rows."""
    ordering = ordering if catalogue.sorted_by(clients, ordering)[1] else NAME
    in_order, path = catalogue.sorted_by(clients, ordering)
    page = keyset_page(in_order, ordering=path, cursor=cursor, size=size)
    is_whole = page.next is None and page.previous is None
    return Listing(
        columns=columns,
        page=page,
        rows=tuple(_row(client, columns, today) for client in _loaded(page.items, columns)),
        total=len(page.items) if is_whole else clients.order_by()[: COUNTED + 1].count(),
        ordering=ordering,
    )


def _loaded(clients: list[Client], columns: tuple[Column, ...]) -> list[Client]:
    """The clients of one page with what its columns show: sorting and counting must not carry all that along."""
    if not clients:
        return []
    chosen = Client.objects.filter(pk__in=[client.pk for client in clients])
    found = {client.pk: client for client in with_fields(chosen, [column.field for column in columns])}
    return [found[client.pk] for client in clients]


def rows_of(ids: Collection[int], columns: tuple[Column, ...], today: date) -> dict[int, Row]:
    """These clients with their cells, by id."""
    clients = with_fields(Client.objects.filter(pk__in=ids), [column.field for column in columns])
    return {client.pk: _row(client, columns, today) for client in clients}


def _row(client: Client, columns: tuple[Column, ...], today: date) -> Row:
    return Row(client, tuple(_cell(column, column.field.shown(client, today)) for column in columns))


def _cell(column: Column, values: tuple[object, ...]) -> Cell:
    return Cell(column, values, cells.text_of(column.field.name, column.field.type.name, values))


def options() -> dict[str, list[Option]]:
    """What the list's drop-downs offer, all of it in one statement."""
    parts = [_as_options(name, rows) for name, rows in _option_rows()]
    found: dict[str, list[tuple[int, str, int]]] = {}
    for kind, pk, name, place in parts[0].union(*parts[1:], all=True):
        found.setdefault(kind, []).append((place, name, pk))
    return {
        kind: [(str(pk), name) for _place, name, pk in sorted(rows, key=lambda row: (row[0], fold(row[1])))]
        for kind, rows in found.items()
    }


def _option_rows() -> Iterator[tuple[str, QuerySet[Any]]]:
    yield "advisor", Membership.objects.filter(is_active=True, role__in=[Role.ADVISOR, Role.ADMIN])
    yield "status", Status.objects.filter(active=True)
    yield "label", Label.objects.filter(active=True)
    yield "category", ListEntry.objects.filter(active=True, list_name=ListName.CATEGORY)
    for parameter in parameters().values():
        if parameter.rows is not None:
            yield parameter.name, parameter.rows()


def _as_options(kind: str, rows: QuerySet[Any]) -> QuerySet[Any, tuple[str, int, str, int]]:
    has_place = any(field.name == "position" for field in rows.model._meta.get_fields())
    named: QuerySet[Any, tuple[str, int, str, int]] = (
        rows.order_by()
        .annotate(
            option_kind=Value(kind, output_field=CharField()),
            option_name=Cast("name", CharField()),
            option_place=F("position") if has_place else Value(0, output_field=IntegerField()),
        )
        .values_list("option_kind", "pk", "option_name", "option_place")
    )
    return named
