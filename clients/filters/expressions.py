"""A filter as a value: conditions joined by all, any and not (REL-09)."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; `value` is what was asked, as JSON, and `operand` the same in the form that is compared."""

    field: str
    operator: str
    value: Hashable = None
    operand: Hashable = None


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Expression"


Expression: TypeAlias = Condition | All | Any | Not

EVERYBODY = All(())


def conditions(expression: Expression) -> Iterator[Condition]:
    """Every condition of a filter, in the order in which it is written."""
    match expression:
        case Condition():
            yield expression
        case Not(part):
            yield from conditions(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)


def fields_used(expression: Expression) -> frozenset[str]:
    return frozenset(condition.field for condition in conditions(expression))
