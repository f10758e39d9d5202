"""A client's lists in words, for his profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clients.models import Client
from clients.sublists import rows
from clients.sublists.kinds import SUBLISTS, YEARS, Sublist
from web import formatting


@dataclass(frozen=True)
class SublistCard:
    sublist: Sublist
    columns: list[str]
    rows: list[list[str]]


def sublist_cards(client: Client) -> list[SublistCard]:
    """All of them, empty ones too: they say where to begin."""
    return [_card(client, sublist) for sublist in SUBLISTS.values()]


def _card(client: Client, sublist: Sublist) -> SublistCard:
    """Only columns in which something stands."""
    found = rows.read(sublist, client)
    cells = _cells(sublist)
    used = {label: cell for label, cell in cells.items() if any(cell(row) for row in found)}
    return SublistCard(sublist, list(used), [[cell(row) or "–" for cell in used.values()] for row in found])


def rows_in_words(sublist: Sublist, found: Sequence[rows.Row]) -> str:
    """ "2025 · Regime forfettario; 2024": the rows one after the other."""
    cells = _cells(sublist).values()
    return "; ".join(" · ".join(text for cell in cells if (text := cell(row))) for row in found)


def _cells(sublist: Sublist) -> dict[str, Callable[[rows.Row], str]]:
    fields = {name: sublist.model._meta.get_field(name) for name in sublist.fields}
    cells: dict[str, Callable[[rows.Row], str]] = {
        str(field.verbose_name): _own(name, dict(field.flatchoices)) for name, field in fields.items()
    }
    if sublist is YEARS:
        cells |= {row.label: _quantity(row.key, row.is_money) for row in rows.quantities().values()}
    return cells


def _own(name: str, labels: dict[Any, Any]) -> Callable[[rows.Row], str]:
    return lambda row: str(labels.get(row[name]) or _said(row[name]))


def _quantity(key: str, is_money: bool) -> Callable[[rows.Row], str]:
    said = formatting.money if is_money else formatting.number
    return lambda row: said(row["quantities"][key]) if key in row["quantities"] else ""


def _said(value: Any) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return formatting.money(value)
        case date():
            return formatting.day(value)
        case _:
            return str(value)
