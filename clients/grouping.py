"""The client list by the values of one field: how many clients, their sums, and the filter that leads to each (SIS-15).

One statement for any field of the catalogue and any number of sums. A client with several values (two labels, two
policies) counts once with each of them, and once in the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from clients import catalogue
from clients.catalogue import CatalogueField
from clients.filters import types
from clients.filters.compile import ByNumber, Computed, LabelRows, Rows, Source
from clients.grouping_keys import Key, key_of
from clients.models import Client
from tenants.statements import statement_of

# So many groups are shown; of a field with more values the largest.
MOST_PARTS = 60
# A picker of so many values is shown whole, those that nobody has included.
MOST_EMPTY = 24
# They tell people apart, and are no property that several share.
TELLING_APART = frozenset(
    {
        "name",
        "last_name",
        "first_name",
        "company_name",
        "tax_code",
        "vat_number",
        "email",
        "phone",
        "street",
        "pec",
        "iban",
        "document_number",
        "policy.number",
        "notes",
        "objectives",
    }
)
NOT_SUMMED = frozenset({"latitude", "longitude"})
SUMMED = (types.MONEY, types.NUMBER)
# Of an amount the bands matter, and a date belongs to its month or year.
GROUPED = (
    types.TEXT,
    types.INTEGER,
    types.NUMBER,
    types.MONEY,
    types.DATE,
    types.BOOLEAN,
    types.CHOICE,
    types.REFERENCE,
    types.LABELS,
)

_HELD = """
WITH shown ({columns}) AS MATERIALIZED ({shown}),
held (client_id, key, words) AS (
    SELECT m.client_id, {key}, min(m.words)
    FROM ({held}) m (client_id, value, words)
    WHERE {key} IS NOT NULL
    GROUP BY 1, 2
)
"""
_COUNT = """
SELECT false, held.key, min(held.words), count(*) {sums}
FROM shown LEFT JOIN held ON held.client_id = shown.id {joins}
GROUP BY held.key
UNION ALL
SELECT true, NULL, NULL, count(*) {sums} FROM shown {joins}
"""
_FIRST = """
SELECT key, id FROM (
    SELECT held.key, shown.id, row_number() OVER (
        PARTITION BY held.key ORDER BY shown.place {direction} NULLS LAST, shown.id
    ) AS position
    FROM shown LEFT JOIN held ON held.client_id = shown.id
) ranked
WHERE position <= %s
ORDER BY position
"""


@dataclass(frozen=True)
class Part:
    """The clients with one value, or (``document`` empty) those of all values that are not shown."""

    key: Any
    label: str
    number: int
    sums: tuple[Decimal | None, ...]
    document: dict[str, Any] | None


@dataclass(frozen=True)
class Grouped:
    field: CatalogueField
    summed: tuple[CatalogueField, ...]
    parts: tuple[Part, ...]
    total: int
    sums: tuple[Decimal | None, ...]

    @property
    def is_several(self) -> bool:
        """Whether somebody counts with more than one value."""
        return sum(part.number for part in self.parts) > self.total

    @property
    def most(self) -> int:
        return max((part.number for part in self.parts), default=0)


def groupable_fields() -> list[CatalogueField]:
    """The fields by whose values a list can be grouped, in the order of the catalogue."""
    return [field for field in catalogue.fields().values() if is_groupable(field)]


def is_groupable(field: CatalogueField) -> bool:
    if not (field.filterable and field.listable) or field.name in TELLING_APART | NOT_SUMMED:
        return False
    is_named = field.type is not types.REFERENCE or bool(field.names or field.choices)
    return field.type in GROUPED and is_named


def field_named(name: str) -> CatalogueField | None:
    """The field, if the list can be grouped by it."""
    field = catalogue.fields().get(name)
    return field if field is not None and is_groupable(field) else None


def is_summed(field: CatalogueField) -> bool:
    return field.filterable and field.type in SUMMED and field.name not in NOT_SUMMED


def read_grouped(
    clients: QuerySet[Client], field: CatalogueField, columns: Iterable[CatalogueField], *, today: date
) -> Grouped:
    """Counts and sums by value, in one statement."""
    summed = tuple(column for column in columns if is_summed(column))
    key, sums = _key(field, today), [_Summed(each, today) for each in summed]
    shown = clients.order_by().values_list("pk")
    head, params = _head(shown, field, key, "id", today)
    joins = " ".join(each.join(place) for place, each in enumerate(sums))
    given = [param for each in sums for param in each.params]
    sql = head + _COUNT.format(sums="".join(f", sum(s{n}.value)" for n in range(len(sums))), joins=joins)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *given, *given])
        rows = cursor.fetchall()
    parts = [
        Part(value, key.label(value, words), number, _scaled(totals, sums), key.document(value))
        for is_total, value, words, number, *totals in rows
        if not is_total
    ]
    [(total, *totals)] = [row[3:] for row in rows if row[0]]
    shown_parts = _in_order(parts, key, field, sums) if total else ()
    return Grouped(field, summed, shown_parts, total, _scaled(totals, sums))


def first_of_each(
    clients: QuerySet[Client], field: CatalogueField, *, ordering: str, today: date, most: int
) -> dict[Any, list[int]]:
    """The first clients of each value by the list's order, in one statement."""
    in_order, path = catalogue.sorted_by(clients, ordering)
    if not path:
        in_order, path = clients, "name_key"
    shown = in_order.order_by().values_list("pk", path.removeprefix("-"))
    head, params = _head(shown, field, _key(field, today), "id, place", today)
    direction = "DESC" if path.startswith("-") else "ASC"
    with connection.cursor() as cursor:
        cursor.execute(head + _FIRST.format(direction=direction), [*params, most])
        found: dict[Any, list[int]] = {}
        for value, pk in cursor.fetchall():
            found.setdefault(value, []).append(pk)
    return found


def _head(
    shown: QuerySet[Any, Any], field: CatalogueField, key: Key, columns: str, today: date
) -> tuple[str, list[Any]]:
    held, held_params = statement_of(_values(field.source, today, words=key.is_worded))
    asked, params = statement_of(shown)
    sql = _HELD.format(columns=columns, shown=asked, held=held, key=key.sql.format(value="m.value"))
    return sql, [*params, *held_params]


def _values(source: Source | None, today: date, *, words: bool = False) -> QuerySet[Any, Any]:
    """Client, value, and the value as somebody wrote it."""
    if isinstance(source, LabelRows):
        source = source.by_id
    if isinstance(source, ByNumber):
        source = source.few
    rows, column, client = Client.objects.all(), source, "pk"
    if isinstance(source, Rows):
        rows, column, client = source.rows(), source.column, source.client
    value: Any = column.expression(today) if isinstance(column, Computed) else F(_path(column))
    written: Any = Value("", output_field=CharField())
    if words:
        written = Cast(F(_path(column).removesuffix("_key")), CharField())
    found: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(grouping_value=value, grouping_words=written)
        .values_list(client, "grouping_value", "grouping_words")
    )
    return found


def _key(field: CatalogueField, today: date) -> Key:
    return key_of(field, places=_places(field, today), today=today)


def _path(column: Any) -> str:
    return str(column.path)


def _places(field: CatalogueField, today: date) -> int:
    """How many decimals a stored whole number has: amounts are kept in cents."""
    output = _values(field.source, today).query.annotations["grouping_value"].output_field
    return int(getattr(output, "places", 0))


class _Summed:
    """The values of a column, of each client their sum."""

    def __init__(self, field: CatalogueField, today: date) -> None:
        sql, self.params = statement_of(_values(field.source, today))
        self.sql, self.places = sql, _places(field, today)

    def join(self, place: int) -> str:
        inner = f"SELECT v.client_id, sum(v.value) FROM ({self.sql}) v (client_id, value, words) GROUP BY 1"  # noqa: S608
        return f"LEFT JOIN ({inner}) s{place} (client_id, value) ON s{place}.client_id = shown.id"


def _scaled(totals: Sequence[Any], sums: Sequence[_Summed]) -> tuple[Decimal | None, ...]:
    return tuple(
        None if total is None else Decimal(total).scaleb(-each.places) for total, each in zip(totals, sums, strict=True)
    )


def _in_order(parts: list[Part], key: Key, field: CatalogueField, sums: Sequence[Any]) -> tuple[Part, ...]:
    """As the key orders them, those without a value last; of very many the largest, and the rest together."""
    offered = [] if key.offered is None or len(key.offered) > MOST_EMPTY else key.offered
    having = {part.key for part in parts}
    nobody = (None,) * len(sums)
    missing = [(value, label) for value, label in offered if value not in having]
    parts = parts + [Part(value, label, 0, nobody, key.document(value)) for value, label in missing]
    filled = [part for part in parts if part.key is not None]
    without = [part for part in parts if part.key is None]
    if len(filled) > MOST_PARTS:
        filled.sort(key=lambda part: -part.number)
        rest = filled[MOST_PARTS:]
        without.append(Part(None, key.others(len(rest)), sum(part.number for part in rest), nobody, None))
        filled = filled[:MOST_PARTS]
    return (*sorted(filled, key=key.place), *without)
