"""The operators of the filter language, one small class each.

An operator says which types it applies to, reads its value, and decides for one fact. An empty fact satisfies only
`empty` (REL-06); of a fact with many values one that satisfies is enough, but `ne` and `not_in` want none that equals.
A label that a client does not carry is not a comparison: `not_label` holds for a client without labels.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from datetime import date, timedelta
from typing import Any, ClassVar

from clients.filters.refusals import ValueRefused
from clients.filters.types import (
    BOOLEAN,
    CHOICE,
    CODE,
    DATE,
    INTEGER,
    LABELS,
    MONEY,
    NUMBER,
    REFERENCE,
    TEXT,
    TYPES,
    Fact,
    Field,
    FieldType,
    Label,
    Parsed,
)

MOST_VALUES = 500
MOST_DAYS = 36_500

_ORDERED = (INTEGER, NUMBER, MONEY, DATE)
_LISTED = (TEXT, CODE, INTEGER, NUMBER, MONEY, DATE, CHOICE, REFERENCE)
_COMPARED = (*_LISTED, BOOLEAN)


class Operator(ABC):
    """One way to hold a client's fact against a value."""

    name: ClassVar[str]
    applies_to: ClassVar[tuple[FieldType, ...]]
    takes_value: ClassVar[bool] = True
    moves_with_time: ClassVar[bool] = False

    @abstractmethod
    def parse(self, value: object, field: Field) -> Parsed:
        """Read the value of a condition or raise ValueRefused."""

    @abstractmethod
    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        """Decide for one fact; `operand` is what `parse` made of the value."""


class _OneValue(Operator):
    def parse(self, value: object, field: Field) -> Parsed:
        return field.type.parse(value, field)


class _Values(Operator):
    def parse(self, value: object, field: Field) -> Parsed:
        if not isinstance(value, list | tuple):
            raise ValueRefused("not_a_list")
        if not value:
            raise ValueRefused("empty_list")
        if len(value) > MOST_VALUES:
            raise ValueRefused("list_too_long", limit=MOST_VALUES)
        return _each(value, field)


class _Days(Operator):
    """A number of days from today."""

    applies_to = (DATE,)
    moves_with_time = True

    def parse(self, value: object, field: Field) -> Parsed:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueRefused("not_an_integer")
        if not 0 <= value <= MOST_DAYS:
            raise ValueRefused("out_of_range", lowest=0, highest=MOST_DAYS)
        return Parsed(value, value)


class _NoValue(Operator):
    takes_value = False

    def parse(self, value: object, field: Field) -> Parsed:
        if value is not None:
            raise ValueRefused("unexpected_value", operator=self.name)
        return Parsed(None, None)


class Equal(_OneValue):
    name = "eq"
    applies_to = _COMPARED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return operand in fact


class NotEqual(_OneValue):
    name = "ne"
    applies_to = _COMPARED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return bool(fact) and operand not in fact


class GreaterThan(_OneValue):
    name = "gt"
    applies_to = _ORDERED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value > operand)


class AtLeast(_OneValue):
    name = "gte"
    applies_to = _ORDERED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value >= operand)


class LessThan(_OneValue):
    name = "lt"
    applies_to = _ORDERED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value < operand)


class AtMost(_OneValue):
    name = "lte"
    applies_to = _ORDERED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value <= operand)


class Between(Operator):
    """Both bounds are included (O-01)."""

    name = "between"
    applies_to = _ORDERED

    def parse(self, value: object, field: Field) -> Parsed:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise ValueRefused("not_two_bounds")
        return _each(value, field)

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        lowest, highest = operand
        return _any(fact, lambda value: lowest <= value <= highest)


class In(_Values):
    name = "in"
    applies_to = _LISTED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, operand.__contains__)


class NotIn(_Values):
    name = "not_in"
    applies_to = _LISTED

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return bool(fact) and not _any(fact, operand.__contains__)


class Contains(_OneValue):
    name = "contains"
    applies_to = (TEXT, CODE)

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: operand in value)


class StartsWith(_OneValue):
    name = "starts_with"
    applies_to = (TEXT, CODE)

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value.startswith(operand))


class Empty(_NoValue):
    name = "empty"
    applies_to = TYPES

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return not fact


class NotEmpty(_NoValue):
    name = "not_empty"
    applies_to = TYPES

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return bool(fact)


class HasLabel(_OneValue):
    name = "has_label"
    applies_to = (LABELS,)

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _carries(fact, operand)


class NotLabel(_OneValue):
    name = "not_label"
    applies_to = (LABELS,)

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return not _carries(fact, operand)


class WithinNextDays(_Days):
    """Today … today + n."""

    name = "within_next_days"

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: today <= value <= today + timedelta(days=operand))


class WithinLastDays(_Days):
    """Today − n … today."""

    name = "within_last_days"

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: today - timedelta(days=operand) <= value <= today)


class OlderThanDays(_Days):
    """Before today − n."""

    name = "older_than_days"

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value < today - timedelta(days=operand))


class DueWithinDays(_Days):
    """Up to today + n, however long past."""

    name = "due_within_days"

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        return _any(fact, lambda value: value <= today + timedelta(days=operand))


class OnThisDayOfYear(_NoValue):
    """The same day and month as today; 29 February shows on the 28th in common years (O-12)."""

    name = "on_this_day_of_year"
    applies_to = (DATE,)
    moves_with_time = True

    def matches(self, fact: Fact, operand: Any, today: date) -> bool:
        days = days_of_year(today)
        return _any(fact, lambda value: (value.month, value.day) in days)


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Equal(), NotEqual(), GreaterThan(), AtLeast(), LessThan(), AtMost(), Between(), In(), NotIn(), Contains(),
        StartsWith(), Empty(), NotEmpty(), HasLabel(), NotLabel(), WithinNextDays(), WithinLastDays(), OlderThanDays(),
        DueWithinDays(), OnThisDayOfYear(),
    )
}  # fmt: skip


def operators_for(field_type: FieldType) -> tuple[str, ...]:
    """The operators that apply to a type, in the order in which a builder offers them."""
    return tuple(name for name, operator in OPERATORS.items() if field_type in operator.applies_to)


def days_of_year(today: date) -> tuple[tuple[int, int], ...]:
    """The anniversaries (month, day) that are kept today."""
    if (today.month, today.day) == (2, 28) and (today + timedelta(days=1)).month == 3:
        return (2, 28), (2, 29)
    return ((today.month, today.day),)


def _any(fact: Fact, satisfies: Callable[[Any], bool]) -> bool:
    return any(satisfies(value) for value in fact)


def _carries(fact: Fact, wanted: Hashable) -> bool:
    return any(isinstance(label, Label) and wanted in (label.id, label.key) for label in fact)


def _each(values: list[object] | tuple[object, ...], field: Field) -> Parsed:
    parsed = [_at(index, value, field) for index, value in enumerate(values)]
    return Parsed(tuple(one.value for one in parsed), tuple(one.operand for one in parsed))


def _at(index: int, value: object, field: Field) -> Parsed:
    try:
        return field.type.parse(value, field)
    except ValueRefused as refused:
        raise ValueRefused(refused.code, f"[{index}]{refused.inside}", **refused.params) from None
