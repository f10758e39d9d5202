"""The client list as a board: a column for each value of the field by which it is grouped, and cards in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients import catalogue, listing
from clients.catalogue import CatalogueField
from clients.grouping import Grouped, Part, first_of_each, read_grouped
from clients.layouts import Asked, Layout, register
from clients.listing import Row
from clients.models import Client
from web.keyset import Page

CARDS = 12
# By what a list is grouped of which nobody said so.
USUAL = "status"


@dataclass(frozen=True)
class Lane:
    """One column of the board: the first clients of it."""

    part: Part
    rows: tuple[Row, ...]

    @property
    def more(self) -> int:
        return self.part.number - len(self.rows)


@dataclass(frozen=True)
class Board:
    grouped: Grouped
    lanes: tuple[Lane, ...]
    total: int
    page: Page[Client]
    rows: tuple[Row, ...]
    total_is_capped: bool = False


def read_board(clients: QuerySet[Client], asked: Asked) -> Board:
    """In a number of statements that does not depend on the clients; a column is read on in the table."""
    field = asked.grouping or catalogue.fields()[USUAL]
    columns = tuple(each for each in asked.columns if each.field != field)
    grouped = read_grouped(clients, field, _fields(columns), today=asked.today)
    first = first_of_each(clients, field, ordering=asked.ordering, today=asked.today, most=CARDS)
    shown = {part.key for part in grouped.parts if part.document is not None}
    ids = {pk for key, pks in first.items() if key in shown for pk in pks}
    rows = listing.rows_of(ids, columns, asked.today)
    lanes = tuple(
        Lane(part, tuple(rows[pk] for pk in first.get(part.key, ()) if pk in rows))
        for part in grouped.parts
        if part.document is not None
    )
    return Board(grouped, lanes, grouped.total, Page([], None, None), tuple(rows.values()))


def _fields(columns: tuple[listing.Column, ...]) -> list[CatalogueField]:
    return [column.field for column in columns]


register(Layout("board", _("Board"), "square-kanban", "clients/_board.html", read_board, is_grouped=True))
