"""Compile a filter to one condition of one SQL statement.

SQL's third truth value never shows: negation is pushed down to the conditions, and each of them is written so that an
empty column makes it false, or true when it is negated. Columns stay bare, so that an index can serve them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any as Anything

from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import Exact

from clients.filters.expressions import All, Any, Condition, Not
from clients.filters.expressions import Expression as Filter
from clients.filters.operators import days_of_year

EVERYBODY = ~Q(pk__in=[])
NOBODY = Q(pk__in=[])

_LOOKUPS = {
    "eq": "exact",
    "in": "in",
    "contains": "contains",
    "starts_with": "prefix",  # clients/lookups.py: the one that an index serves under row-level security
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
}
_OPPOSITES = {"gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt"}
_NONE_OF = {"ne": "eq", "not_in": "in"}


@dataclass(frozen=True)
class Test:
    """A condition with absolute values: what it asks of a value that is there."""

    operator: str
    operand: Anything = None
    days: tuple[tuple[int, int], ...] = ()


class Source(ABC):
    """Where SQL finds the values of a field, seen from the client's row."""

    @abstractmethod
    def where(self, test: Test, today: date) -> Q:
        """Clients that satisfy the test."""

    @abstractmethod
    def where_not(self, test: Test, today: date) -> Q:
        """All the others, those without a value included."""


class OneValue(Source):
    """At most one value for each client."""

    blank = False

    @abstractmethod
    def lookup(self, name: str, operand: Anything, today: date) -> Q: ...

    @abstractmethod
    def on_day(self, month: int, day: int, today: date) -> Q: ...

    @abstractmethod
    def value(self, today: date) -> Expression | F:
        """The value itself, beside the row."""

    def empty(self, today: date) -> Q:
        missing = self.lookup("isnull", True, today)
        return missing | self.lookup("exact", "", today) if self.blank else missing

    def present(self, today: date) -> Q:
        present = self.lookup("isnull", False, today)
        return present & ~self.lookup("exact", "", today) if self.blank else present

    def where(self, test: Test, today: date) -> Q:
        match test.operator:
            case "empty":
                return self.empty(today)
            case "not_empty":
                return self.present(today)
            case "ne" | "not_in":
                return self.present(today) & ~self.compare(_NONE_OF[test.operator], test.operand, today)
            case "between":
                lowest, highest = test.operand
                return self.compare("gte", lowest, today) & self.compare("lte", highest, today)
            case "on_day":
                return Q(*(self.on_day(month, day, today) for month, day in test.days), _connector=Q.OR)
            case operator:
                return self.compare(operator, test.operand, today)

    def where_not(self, test: Test, today: date) -> Q:
        match test.operator:
            case "empty":
                return self.present(today)
            case "not_empty":
                return self.empty(today)
            case "ne" | "not_in":
                return self.empty(today) | self.compare(_NONE_OF[test.operator], test.operand, today)
            case "between":
                lowest, highest = test.operand
                outside = self.compare("lt", lowest, today) | self.compare("gt", highest, today)
                return self.empty(today) | outside
            case operator if operator in _OPPOSITES:
                return self.empty(today) | self.compare(_OPPOSITES[operator], test.operand, today)
            case _:
                return self.empty(today) | ~self.where(test, today)

    def compare(self, operator: str, operand: Anything, today: date) -> Q:
        found = self.lookup(_LOOKUPS[operator], operand, today)
        if operator in _OPPOSITES and isinstance(operand, int):
            # Django drops a comparison with a number that the column cannot hold, and with it the test for NULL.
            return self.lookup("isnull", False, today) & found
        return found


@dataclass(frozen=True)
class Column(OneValue):
    """A column of the client, or of a row that is one-to-one with it, by its path in the ORM.

    `blank`: an empty text counts as no value. `stored`: from the folded form to the one that the column holds, where
    that is not the folded one but as good (tax codes are stored in capitals).
    """

    path: str
    blank: bool = False
    stored: Callable[[str], str] | None = None

    def lookup(self, name: str, operand: Anything, today: date) -> Q:
        return Q(**{f"{self.path}__{name}": self._stored(operand)})

    def on_day(self, month: int, day: int, today: date) -> Q:
        return Q(**{f"{self.path}__month": month, f"{self.path}__day": day})

    def value(self, today: date) -> F:
        return F(self.path)

    def _stored(self, operand: Anything) -> Anything:
        if self.stored and isinstance(operand, str):
            return self.stored(operand)
        return [self._stored(one) for one in operand] if isinstance(operand, tuple) else operand


@dataclass(frozen=True)
class Computed(OneValue):
    """A value that SQL computes for the client, with an explicit `output_field`."""

    expression: Callable[[date], Expression]

    def lookup(self, name: str, operand: Anything, today: date) -> Q:
        value = self.expression(today)
        lookup: Anything = value.output_field.get_lookup(name)
        return Q(lookup(value, list(operand) if isinstance(operand, tuple) else operand))

    def on_day(self, month: int, day: int, today: date) -> Q:
        value = self.expression(today)
        return Q(Exact(ExtractMonth(value), month), Exact(ExtractDay(value), day))

    def value(self, today: date) -> Expression:
        return self.expression(today)


@dataclass(frozen=True)
class Rows(Source):
    """Rows that belong to the client: any of them may satisfy, none of them may equal."""

    rows: Callable[[], QuerySet[Anything]]
    column: OneValue
    client: str = "client_id"

    def where(self, test: Test, today: date) -> Q:
        match test.operator:
            case "empty":
                return ~self.some(Test("not_empty"), today)
            case "ne" | "not_in":
                equal = Test(_NONE_OF[test.operator], test.operand)
                return self.some(Test("not_empty"), today) & ~self.some(equal, today)
            case _:
                return self.some(test, today)

    def where_not(self, test: Test, today: date) -> Q:
        return ~self.where(test, today)

    def some(self, test: Test, today: date) -> Q:
        own = self.rows().filter(**{self.client: OuterRef("pk"), "firm_id": OuterRef("firm_id")})
        return Q(Exists(own.filter(self.column.where(test, today))))


@dataclass(frozen=True)
class ByNumber(Source):
    """A value that is found in one way for many clients at once, and in another for a few who are named."""

    many: Source
    few: Source

    def where(self, test: Test, today: date) -> Q:
        return self.many.where(test, today)

    def where_not(self, test: Test, today: date) -> Q:
        return self.many.where_not(test, today)


@dataclass(frozen=True)
class LabelRows(Source):
    """The client's labels, named by id or by folded name."""

    by_id: Rows
    by_name: Rows

    def where(self, test: Test, today: date) -> Q:
        rows = self.by_name if isinstance(test.operand, str) else self.by_id
        match test.operator:
            case "has_label":
                return rows.where(Test("eq", test.operand), today)
            case "not_label":
                return rows.where_not(Test("eq", test.operand), today)
            case _:
                return rows.where(test, today)

    def where_not(self, test: Test, today: date) -> Q:
        return ~self.where(test, today)


SourceOf = Callable[[str], Source]


def compile_filter(expression: Filter, source_of: SourceOf, today: date, *, few: bool = False) -> Q:
    """The clients that a filter selects, as one condition on their table; ``few``: of some who are looked up by id."""
    return _Compiler(source_of, today, few).where(expression, wanted=True)


@dataclass(frozen=True)
class _Compiler:
    source_of: SourceOf
    today: date
    few: bool

    def where(self, expression: Filter, *, wanted: bool) -> Q:
        match expression:
            case Condition():
                return self.condition(expression, wanted=wanted)
            case Not(part):
                return self.where(part, wanted=not wanted)
            case All(parts):
                return self.join(parts, all_of_them=wanted, wanted=wanted)
            case Any(parts):
                return self.join(parts, all_of_them=not wanted, wanted=wanted)

    def join(self, parts: tuple[Filter, ...], *, all_of_them: bool, wanted: bool) -> Q:
        if not parts:
            return EVERYBODY if all_of_them else NOBODY
        compiled = [self.where(part, wanted=wanted) for part in parts]
        return Q(*compiled, _connector=Q.AND if all_of_them else Q.OR)

    def condition(self, condition: Condition, *, wanted: bool) -> Q:
        source = self.source_of(condition.field)
        if self.few and isinstance(source, ByNumber):
            source = source.few
        test = absolute(condition.operator, condition.operand, self.today)
        return source.where(test, self.today) if wanted else source.where_not(test, self.today)


def absolute(operator: str, operand: Anything, today: date) -> Test:
    """The condition with dates in the place of numbers of days."""
    match operator:
        case "within_next_days":
            return Test("between", (today, today + timedelta(days=operand)))
        case "within_last_days":
            return Test("between", (today - timedelta(days=operand), today))
        case "older_than_days":
            return Test("lt", today - timedelta(days=operand))
        case "due_within_days":
            return Test("lte", today + timedelta(days=operand))
        case "on_this_day_of_year":
            return Test("on_day", days=days_of_year(today))
        case _:
            return Test(operator, operand)
