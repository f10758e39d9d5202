"""A place among one's like, for rows with a ``position``."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def move(row: Row, siblings: QuerySet[Row], *, steps: int) -> None:
    """Put the row so many places up (negative) or down; ``row`` has its new position afterwards."""
    order: list[Any] = list(siblings)
    here = order.index(row)
    moved = order.pop(here)
    order.insert(max(0, here + steps), moved)
    for position, each in enumerate(order, start=1):
        each.position = position
    siblings.model._default_manager.bulk_update(order, ["position"])
    row.position = moved.position  # type: ignore[attr-defined]
