"""The value of a condition: how it is asked for, and its way from what was typed to what the document says."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from clients.amounts import parse_amount
from clients.catalogue import CatalogueField
from clients.filters import types
from web.formatting import number

NO_VALUE = {"empty", "not_empty", "on_this_day_of_year"}
MANY = {"in", "not_in"}


@dataclass(frozen=True)
class Input:
    """What the template draws: ``kind`` is text, date, select, checkboxes or days; ``slots`` hold the values."""

    kind: str
    slots: list[str]
    choices: list[tuple[str, str]] = field(default_factory=list)
    hint: str = ""


def input_for(entry: CatalogueField, operator: str, raw: list[str]) -> Input | None:
    if operator in NO_VALUE:
        return None
    if operator.endswith("_days"):
        return Input("days", _padded(raw, 1))
    if operator == "between":
        return Input("date" if entry.type is types.DATE else "text", _padded(raw, 2))
    choices = choices_of(entry)
    if choices:
        return Input("checkboxes" if operator in MANY else "select", raw, choices)
    if operator in MANY:
        return Input("text", [", ".join(raw)], hint=_("Several values, separated by commas"))
    return Input("date" if entry.type is types.DATE else "text", _padded(raw, 1))


def choices_of(entry: CatalogueField) -> list[tuple[str, str]]:
    if entry.type is types.BOOLEAN:
        return [("true", _("yes")), ("false", _("no"))]
    return [(str(value), str(label)) for value, label in entry.choices()] if entry.choices else []


def typed(entry: CatalogueField, operator: str, raw: list[str]) -> Any:
    """What the document says; a text that cannot be read stays text, and the parser refuses it with its path."""
    if operator.endswith("_days"):
        return _whole(raw[0] if raw else "")
    if operator in MANY:
        many = raw if choices_of(entry) else [part.strip() for value in raw for part in value.split(",")]
        return [_one(entry, value) for value in many if value]
    if operator == "between":
        return [_one(entry, value) for value in _padded(raw, 2)]
    return _one(entry, raw[0] if raw else "")


def untyped(entry: CatalogueField | None, value: object) -> list[str]:
    """What stands in the form for a stored value."""
    if value is None:
        return []
    values = value if isinstance(value, list | tuple) else [value]
    return [_written(entry, one) for one in values]


def _one(entry: CatalogueField, text: str) -> Any:
    if entry.type in (types.REFERENCE, types.LABELS, types.INTEGER):
        return _whole(text)
    if entry.type is types.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if isinstance(entry.type, types.Number):
        return _amount(text, entry.type.decimals)
    return text


def _whole(text: str) -> int | str:
    return int(text) if text.strip().lstrip("-").isdecimal() and len(text) < 19 else text


def _amount(text: str, places: int) -> str:
    """As people type it, 1.234,56 or 1234.56; the document has a plain decimal."""
    try:
        return str(parse_amount(text, decimal=get_format("DECIMAL_SEPARATOR"), places=places))
    except ValueError:
        return text


def _written(entry: CatalogueField | None, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if entry is not None and entry.type in (types.MONEY, types.NUMBER):
        amount = Decimal(str(value))
        return number(amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount)
    return str(value)


def _padded(raw: list[str], length: int) -> list[str]:
    return [*raw, *[""] * length][:length]
