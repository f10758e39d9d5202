"""A small catalogue with one field of every type, for tests that need no database."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clients.filters import types
from clients.filters.operators import operators_for
from clients.filters.types import FieldType


@dataclass(frozen=True)
class PlainField:
    name: str
    type: FieldType
    codes: frozenset[str] = frozenset()
    references: dict[str, int] = field(default_factory=dict)
    moves_with_time: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        return operators_for(self.type)


CATALOGUE: dict[str, PlainField] = {
    field.name: field
    for field in (
        PlainField("city", types.TEXT),
        PlainField("emails", types.TEXT),
        PlainField("children", types.INTEGER),
        PlainField("share", types.NUMBER),
        PlainField("aum", types.MONEY),
        PlainField("birth_date", types.DATE),
        PlainField("privacy", types.BOOLEAN),
        PlainField("risk", types.CHOICE, frozenset({"low", "high"})),
        PlainField("status", types.REFERENCE),
        PlainField("labels", types.LABELS),
        PlainField("age", types.INTEGER, moves_with_time=True),
    )
}


def facts(**stored: object) -> dict[str, types.Fact]:
    """The facts of a client of whom only the named fields are known."""
    return {name: field.type.fact(_several(stored.get(name))) for name, field in CATALOGUE.items()}


def _several(stored: object) -> Iterable[object]:
    return stored if isinstance(stored, list | tuple) else (stored,)
