"""Parts of a record as JSON and back, without loss: what an undo gives back must be exactly what was there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models

ROW, AMOUNT, DAY = "$row", "$amount", "$day"
Rows = dict[tuple[str, int], models.Model]


def frozen(value: Any) -> Any:
    """JSON that says of which kind each value was: a row, an amount, a day."""
    match value:
        case models.Model():
            return {ROW: [value._meta.label_lower, value.pk]}
        case Decimal():
            # Without trailing zeros: 5 and 5.00 are the same amount.
            return {AMOUNT: format(value.normalize(), "f")}
        case date():
            return {DAY: value.isoformat()}
        case Mapping():
            return {str(key): frozen(part) for key, part in value.items()}
        case list() | tuple() | models.QuerySet():
            return [frozen(part) for part in value]
        case _:
            return value


def thawed(document: Any, rows: Rows) -> Any:
    """The values again. A row that has gone is None, or is missing from its list."""
    match document:
        case {"$row": [label, pk]}:
            return rows.get((label, pk))
        case {"$amount": text}:
            return Decimal(text)
        case {"$day": text}:
            return date.fromisoformat(text)
        case dict():
            return {key: thawed(part, rows) for key, part in document.items()}
        case list():
            parts = (thawed(part, rows) for part in document)
            return [part for part in parts if part is not None]
        case _:
            return document


def is_there(document: Any, rows: Rows) -> bool:
    """Whether a value that is one row can still be had; what a list names is given back as far as it is there."""
    return document is None or not isinstance(document, dict) or ROW not in document or tuple(document[ROW]) in rows


def are_all_there(document: Any, rows: Rows) -> bool:
    """Whether every row that it names can still be had."""
    return all(named in rows for named in _named(document))


def rows_of(documents: Iterable[Any]) -> Rows:
    """Every row that the documents name, in one statement for each kind."""
    wanted: dict[str, set[int]] = {}
    for label, pk in _named(list(documents)):
        wanted.setdefault(label, set()).add(pk)
    found: Rows = {}
    for label, pks in wanted.items():
        model: Any = apps.get_model(label)
        found |= {(label, row.pk): row for row in model.objects.filter(pk__in=pks)}
    return found


def _named(document: Any) -> Iterator[tuple[str, int]]:
    match document:
        case {"$row": [label, pk]}:
            yield label, pk
        case dict():
            yield from _named(list(document.values()))
        case list():
            for part in document:
                yield from _named(part)
