"""What a change of a client's status came from, as the app knows it that brought it about (IFY-24, STY-20).

The history behind the arrow names it and leads to it; clients knows of outcomes only that somebody contributes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, QuerySet, Subquery
from rest_framework.serializers import Serializer

from clients.models import StatusChange


@dataclass(frozen=True, kw_only=True)
class Origin:
    """``stored`` finds in SQL, seen from the row of the change, the JSON that is told; null for what it does not know.

    ``name`` is the part of the change in the API; ``view`` and its ``pk`` are where a person reads all of it.
    """

    name: str
    stored: Callable[[], Expression | Subquery]
    serializer: type[Serializer[Any]]
    words: Callable[[Mapping[str, Any]], str]
    view: str
    pk: Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Told:
    """As a page shows it."""

    words: str
    view: str
    pk: int


_origins: dict[str, Origin] = {}


def contribute(origin: Origin) -> None:
    """Called in ``AppConfig.ready()``."""
    _origins[origin.name] = origin


def stored() -> dict[str, Expression | Subquery]:
    """To be annotated to changes, or put into the JSON made of them."""
    return {_column(name): origin.stored() for name, origin in _origins.items()}


def with_origins(changes: QuerySet[StatusChange]) -> QuerySet[StatusChange]:
    annotated: QuerySet[StatusChange] = changes.annotate(**stored())
    return annotated


def told(row: Mapping[str, Any]) -> Told | None:
    """Of what ``stored`` found: the first origin that knows the change."""
    for name, origin in _origins.items():
        found = row.get(_column(name))
        if found:
            return Told(origin.words(found), origin.view, origin.pk(found))
    return None


def fields() -> dict[str, Serializer[Any]]:
    """The parts of a change in the API."""
    return {
        name: origin.serializer(source=_column(name), read_only=True, allow_null=True)
        for name, origin in _origins.items()
    }


def _column(name: str) -> str:
    return f"{name}_origin"
