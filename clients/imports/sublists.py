"""Years, filings, services and policies as targets of an import: each row of the file is one row of the list.

Several rows of the file may belong to one client. A row that the client has already (by its key) is completed, one that
he lacks is added, none is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.enums import FilingState, ListName
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.custom import several
from clients.imports.refusals import CellRefused, FileRefused
from clients.imports.targets import Column, Place, Target, codes_of
from clients.models import ClientService, ClientYear, Filing, ListEntry, Policy, Quantity, YearQuantity
from clients.services.sublists import mark_latest
from clients.sublists.rows import quantities

Reader = Callable[[Notation], Callable[[str], tuple[Value, ...]]]
LARGEST = Decimal(10) ** 12
CLIENTS = "SELECT DISTINCT client_id FROM import_stage WHERE {column} IS NOT NULL AND client_id IS NOT NULL"
LAST_ROWS = """
    SELECT DISTINCT ON (s.client_id, {known}) s.client_id, {selected} FROM import_stage s
    WHERE s.client_id IS NOT NULL AND {there} ORDER BY s.client_id, {known}, s.row_id DESC
"""
WORDS_OF_SERVICES = """
    SELECT DISTINCT s.client_id, entry::bigint AS service_id
    FROM import_stage s, unnest(string_to_array(s.{staged}, ',')) AS entry WHERE s.{staged} IS NOT NULL
"""


@dataclass(frozen=True)
class Part:
    """One target, and the columns of the table that it fills, with their types."""

    target: str
    label: str | Promise
    columns: dict[str, str]
    reader: Reader


@dataclass(frozen=True)
class Group:
    """The targets of one list. ``key`` makes a row known among the client's; ``needed`` must be in the file."""

    name: str
    model: type[Any]
    key: tuple[str, ...]
    needed: tuple[str, ...]
    parts: tuple[Part, ...]

    def staged(self, column: str) -> str:
        return f"{self.name}_{column}"


def sublist_targets() -> Iterator[Target]:
    """Those of every firm, and ``year.<key>`` for each of its quantities."""
    for group in (YEARS, FILINGS, POLICIES):
        for part in group.parts:
            columns = tuple(Column(group.staged(name), sql) for name, sql in part.columns.items())
            write = partial(_write, group, part.target)
            yield Target(
                part.target, part.label, Place.CONTRIBUTED, columns, part.reader, write=write, needed=group.needed
            )
    services = (Column("services_ids", "text"),)
    read = _entries(ListName.SERVICE)
    yield Target("services", _("services"), Place.CONTRIBUTED, services, read, write=_write_services)
    for row in quantities().values():
        columns = (Column(f"quantity_{row.pk}", "bigint"),)
        write = partial(_write_quantity, row)
        read_quantity = _millionths(row)
        yield Target(
            f"year.{row.key}",
            row.label,
            Place.CONTRIBUTED,
            columns,
            read_quantity,
            write=write,
            needed=("year.year",),
        )


def _write(group: Group, target: str, writing: Any) -> None:
    """Once for the whole list: its first target in the file does it."""
    parts = [part for part in group.parts if part.target in writing.staged.headers]
    if parts[0].target != target:
        return
    _need(writing, group.needed)
    columns = [name for part in parts for name in part.columns]
    key = [name for name in group.key if name in columns]
    rest = [name for name in columns if name not in group.key]
    rows = _rows(group, columns, key)
    if rest:
        same = " AND ".join(f"t.{name} = s.{name}" for name in key)
        blank = "".join(f" AND t.{name} = ''" for name in group.key if name not in key)
        differs = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})" for name in rest)
        assignments = ", ".join(f"{name} = coalesce(s.{name}, t.{name})" for name in rest)
        writing.update_and_touch(
            group.model,
            f"SET {assignments} FROM ({rows}) s WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id"
            f" AND {same}{blank} AND ({differs})",
        )
    given = {name: f"coalesce(r.{name}, %(default_{name})s)" for name in columns}
    conflict = f"ON CONFLICT (firm_id, client_id, {', '.join(group.key)}) DO NOTHING"
    writing.insert_and_touch(group.model, rows, {**given, "client_id": "r.client_id"}, conflict=conflict)
    if group is YEARS:
        _mark_latest("years_year")


def _rows(group: Group, columns: list[str], key: list[str]) -> str:
    """Of several rows of the file with one key the last counts. A key that may be empty is an empty text."""
    staged = {name: f"s.{group.staged(name)}" for name in columns}
    staged |= {name: f"coalesce({staged[name]}, '')" for name in key if name in MAY_BE_EMPTY}
    selected = ", ".join(f"{expression} AS {name}" for name, expression in staged.items())
    known = ", ".join(staged[name] for name in key)
    there = " AND ".join(f"s.{group.staged(name)} IS NOT NULL" for name in key if name not in MAY_BE_EMPTY)
    return LAST_ROWS.format(known=known, selected=selected, there=there)


def _write_quantity(quantity: Quantity, writing: Any) -> None:
    _need(writing, ("year.year",))
    column = f"quantity_{quantity.pk}"
    rows = LAST_ROWS.format(
        known="s.years_year",
        selected=f"s.years_year AS year, s.{column} AS value",
        there=f"s.years_year IS NOT NULL AND s.{column} IS NOT NULL",
    )
    writing.update_and_touch(
        YearQuantity,
        f"SET value = s.value FROM ({rows}) s WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id"
        f" AND t.quantity_id = {quantity.pk} AND t.year = s.year AND t.value <> s.value",
    )
    given = {name: f"r.{name}" for name in ("client_id", "year", "value")} | {"quantity_id": str(quantity.pk)}
    conflict = "ON CONFLICT (firm_id, client_id, quantity_id, year) DO NOTHING"
    writing.insert_and_touch(YearQuantity, rows, given, conflict=conflict)
    _mark_latest(column)


def _write_services(writing: Any) -> None:
    """A service that has ended for the client stays as it is; none is taken away."""
    rows = WORDS_OF_SERVICES.format(staged="services_ids")
    given = {"client_id": "r.client_id", "service_id": "r.service_id"}
    conflict = "ON CONFLICT (firm_id, client_id, service_id) DO NOTHING"
    writing.insert_and_touch(ClientService, rows, given, conflict=conflict)


def _need(writing: Any, targets: tuple[str, ...]) -> None:
    for target in targets:
        if target not in writing.staged.headers:
            raise FileRefused("target_needed", field="mapping.columns", field_name=target)


def _mark_latest(column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLIENTS.format(column=column))
        ids = [pk for (pk,) in cursor]
    if ids:
        mark_latest(ids)


def _one(read: Callable[[Notation], cells.Read]) -> Reader:
    """One column, read by what ``read`` builds for the file's notation."""

    def reader(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
        one = read(notation)
        return lambda cell: (one(cell),)

    return reader


def _folded(longest: int) -> Reader:
    read = cells.text(longest)

    def both(cell: str) -> tuple[Value, ...]:
        value = str(read(cell))
        return value, fold(value)

    return lambda notation: both


def _names(name: ListName) -> list[tuple[str, int]]:
    return list(ListEntry.objects.filter(list_name=name, active=True).values_list("name", "pk"))


def _entry(name: ListName) -> Reader:
    return _one(lambda notation: cells.entry(_names(name)))


def _entries(name: ListName) -> Reader:
    return lambda notation: partial(several, cells.entry(_names(name)))


def _millionths(quantity: Quantity) -> Reader:
    places = 2 if quantity.is_money else 6

    def read(notation: Notation) -> cells.Read:
        one = cells.number(notation, places=places, largest=LARGEST)
        return lambda cell: int(str(one(cell))) * 10 ** (6 - places)

    return _one(read)


def _year(cell: str) -> int:
    if not (cell.isascii() and cell.isdecimal() and len(cell) == 4 and 1900 <= int(cell) <= 2200):
        raise CellRefused("invalid_year")
    return int(cell)


YEAR = _one(lambda notation: _year)
STATES = _one(lambda notation: cells.choice(codes_of(FilingState.choices)))
MAY_BE_EMPTY = frozenset({"period", "number_key"})

YEARS = Group(
    "years",
    ClientYear,
    key=("year",),
    needed=("year.year",),
    parts=(
        Part("year.year", _("financial year"), {"year": "smallint"}, YEAR),
        Part("year.regime", _("accounting regime"), {"regime_id": "bigint"}, _entry(ListName.ACCOUNTING_REGIME)),
        Part("year.closes_on", _("year ends on"), {"closes_on": "date"}, _one(cells.day)),
    ),
)
FILINGS = Group(
    "filings",
    Filing,
    key=("type_id", "year", "period"),
    needed=("filing.type", "filing.year"),
    parts=(
        Part("filing.type", _("filing"), {"type_id": "bigint"}, _entry(ListName.FILING_TYPE)),
        Part("filing.year", _("financial year of the filing"), {"year": "smallint"}, YEAR),
        Part("filing.period", _("period"), {"period": "text"}, _one(lambda notation: cells.text(20))),
        Part("filing.state", _("state of the filing"), {"state": "text"}, STATES),
        Part("filing.due_on", _("filing due on"), {"due_on": "date"}, _one(cells.day)),
    ),
)
POLICIES = Group(
    "policies",
    Policy,
    key=("company_key", "number_key"),
    needed=("policy.company",),
    parts=(
        Part("policy.company", _("insurance company"), {"company": "text", "company_key": "text"}, _folded(100)),
        Part("policy.number", _("policy number"), {"number": "text", "number_key": "text"}, _folded(50)),
        Part("policy.branch", _("branch"), {"branch_id": "bigint"}, _entry(ListName.POLICY_BRANCH)),
        Part("policy.premium", _("premium"), {"premium": "bigint"}, _one(cells.amount)),
        Part("policy.expires_on", _("policy expires"), {"expires_on": "date"}, _one(cells.day)),
    ),
)
