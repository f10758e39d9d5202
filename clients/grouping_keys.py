"""By what the clients of a grouped list are told apart: the value itself, the band of an amount, the year of a date."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.catalogue import CatalogueField, FieldGroup
from clients.filters import types
from clients.filters.folding import fold
from web import formatting

AGES = (18, 30, 40, 50, 60, 70, 80)
AMOUNTS = (10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000)
NUMBERS = (1, 10, 50, 100, 500, 1_000, 10_000)
# What lies in the months around today; other dates lie in years.
IN_MONTHS = (FieldGroup.PLANNING, FieldGroup.SERVICES, FieldGroup.OUTCOMES)

Document = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """``sql`` makes the key of a ``{value}``; label and document are those of the clients who have it."""

    field: CatalogueField
    sql: str
    name: Callable[[Any, str], str]
    narrowed: Callable[[Any], Document]
    offered: list[tuple[Any, str]] | None = None
    # Whether the words of a text are asked for beside its folded form.
    is_worded: bool = False

    def label(self, key: Any, words: str | None) -> str:
        return _("No value") if key is None else self.name(key, words or "")

    def document(self, key: Any) -> Document:
        """The filter that leads to exactly these clients."""
        return {"field": self.field.name, "op": "empty"} if key is None else self.narrowed(key)

    def place(self, part: Any) -> tuple[Any, ...]:
        """In the order in which a picker offers them; numbers and dates by size, everything else by number."""
        if self.offered is not None:
            places = {value: place for place, (value, _label) in enumerate(self.offered)}
            return (places.get(part.key, len(places)), fold(part.label))
        if self.field.type in (types.TEXT, types.LABELS, types.REFERENCE):
            return (-part.number, fold(part.label))
        return (part.key,)

    @staticmethod
    def others(number: int) -> str:
        return ngettext("%(number)s other value", "%(number)s other values", number) % {"number": number}


def key_of(field: CatalogueField, *, places: int, today: date) -> Key:
    """``places``: the decimals of a stored whole number."""
    if field.name == "age":
        return _years(field, today)
    match field.type:
        case types.MONEY | types.NUMBER:
            return _bands(field, AMOUNTS if field.type is types.MONEY else NUMBERS, places)
        case types.DATE:
            return _months(field) if field.group in IN_MONTHS else _calendar_years(field)
        case types.BOOLEAN:
            yes_or_no = [(True, capfirst(_("yes"))), (False, capfirst(_("no")))]
            return _named(field, "{value}", yes_or_no)
        case types.CHOICE:
            offered = [(str(code), str(label)) for code, label in field.choices()] if field.choices else []
            return _named(field, "nullif({value}, '')", offered)
        case types.REFERENCE | types.LABELS:
            return _rows(field)
        case types.INTEGER:
            return Key(field, "{value}", lambda key, words: str(key), lambda key: _is(field, key))
    return _texts(field)


def _texts(field: CatalogueField) -> Key:
    """By the folded form, called as somebody wrote it."""
    return Key(
        field,
        "nullif({value}, '')",
        lambda key, words: words or key,
        lambda key: _is(field, key),
        is_worded=_folded(field),
    )


def _folded(field: CatalogueField) -> bool:
    column = getattr(field.source, "column", field.source)
    return str(getattr(column, "path", "")).endswith("_key")


def _named(field: CatalogueField, sql: str, offered: list[tuple[Any, str]]) -> Key:
    names = {value: capfirst(label) for value, label in offered}
    named = list(names.items())
    return Key(field, sql, lambda key, words: names.get(key, str(key)), lambda key: _is(field, key), named)


def _rows(field: CatalogueField) -> Key:
    """By their names; those no longer offered only where somebody has them."""
    names = {int(pk): str(name) for pk, name in (field.names or field.choices or list)()}
    offered = [(int(pk), str(name)) for pk, name in field.choices()] if field.choices else None
    op = "has_label" if field.type is types.LABELS else "eq"
    return Key(field, "{value}", lambda key, words: names.get(key, f"#{key}"), lambda key: _is(field, key, op), offered)


def _is(field: CatalogueField, value: Any, op: str = "eq") -> Document:
    return {"field": field.name, "op": op, "value": value}


def _bands(field: CatalogueField, limits: tuple[int, ...], places: int) -> Key:
    stored = ", ".join(str(int(Decimal(limit).scaleb(places))) for limit in limits)
    is_money = field.type is types.MONEY
    written, unit = (formatting.money_compact, 2) if is_money else (formatting.number, places)
    sql = f"width_bucket({{value}}, ARRAY[{stored}]::bigint[])"
    return _between(field, sql, limits, written, str, Decimal(1).scaleb(-unit))


def _years(field: CatalogueField, today: date) -> Key:
    limits = ", ".join(map(str, AGES))
    years = f"date_part('year', age(date '{today.isoformat()}', {{value}}))::integer"
    sql = f"width_bucket({years}, ARRAY[{limits}])"
    return _between(field, sql, AGES, str, int, Decimal(1))


def _between(
    field: CatalogueField,
    sql: str,
    limits: tuple[int, ...],
    written: Callable[[Any], str],
    value: Callable[[Any], Any],
    unit: Decimal,
) -> Key:
    def name(band: int, words: str) -> str:
        if band == 0:
            return _("below %(limit)s") % {"limit": written(limits[0])}
        if band == len(limits):
            return _("%(limit)s and more") % {"limit": written(limits[-1])}
        lowest, limit = written(limits[band - 1]), written(limits[band])
        return _("from %(lowest)s, below %(limit)s") % {"lowest": lowest, "limit": limit}

    def narrowed(band: int) -> Document:
        """One condition: of a client's several values the same one must lie between both limits."""
        if band == 0:
            return _is(field, value(Decimal(limits[0])), "lt")
        if band == len(limits):
            return _is(field, value(Decimal(limits[-1])), "gte")
        return _is(field, [value(Decimal(limits[band - 1])), value(limits[band] - unit)], "between")

    return Key(field, sql, name, narrowed)


def _months(field: CatalogueField) -> Key:
    def narrowed(key: str) -> Document:
        year, month = int(key[:4]), int(key[5:])
        last = date(year, month, monthrange(year, month)[1])
        return {"field": field.name, "op": "between", "value": [f"{key}-01", last.isoformat()]}

    def name(key: str, words: str) -> str:
        return capfirst(formatting.month(date(int(key[:4]), int(key[5:]), 1)))

    return Key(field, "to_char({value}, 'YYYY-MM')", name, narrowed)


def _calendar_years(field: CatalogueField) -> Key:
    def narrowed(key: str) -> Document:
        return {"field": field.name, "op": "between", "value": [f"{key}-01-01", f"{key}-12-31"]}

    return Key(field, "to_char({value}, 'YYYY')", lambda key, words: key, narrowed)
