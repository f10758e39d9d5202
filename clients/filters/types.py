"""The types of the catalogue's fields: how a value of a filter is read, and how a stored fact is compared.

A fact is a tuple of comparable values: empty for no value, several for a field with many (a client's e-mails).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Container, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Protocol, TypeAlias, TypeVar

from clients.filters.folding import fold
from clients.filters.refusals import ValueRefused

Fact: TypeAlias = tuple[Hashable, ...]

MOST_CHARACTERS = 500
# Wide enough for every amount and count, narrow enough for PostgreSQL's bigint of cents.
LARGEST_NUMBER = 10**15
LARGEST_ID = 2**63 - 1

AnyNumber = TypeVar("AnyNumber", int, Decimal)

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value twice: as canonical JSON, to be kept and shown, and in the form that is compared."""

    value: Hashable
    operand: Hashable


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a client's fact: conditions name it by id or by name."""

    id: int
    key: str

    @classmethod
    def named(cls, pk: int, name: str) -> "Label":
        return cls(pk, fold(name))


class Field(Protocol):
    """What the filter language needs to know of an entry of the catalogue."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> "FieldType": ...
    @property
    def operators(self) -> tuple[str, ...]: ...
    @property
    def codes(self) -> Container[str]: ...
    @property
    def references(self) -> Mapping[str, int]: ...
    @property
    def moves_with_time(self) -> bool: ...


class FieldCatalogue(Protocol):
    def get(self, name: str, /) -> Field | None: ...


class FieldType(ABC):
    """One kind of value."""

    name: ClassVar[str]

    @abstractmethod
    def parse(self, value: object, field: Field) -> Parsed:
        """Read a value of a filter or raise ValueRefused."""

    def comparable(self, stored: object) -> Hashable:
        """A stored value in the form that is compared, or None where it counts as empty."""
        return stored

    def fact(self, stored: Iterable[object]) -> Fact:
        """The fact that stored values make: None and empty ones do not count."""
        return tuple(value for value in map(self.comparable, stored) if value is not None)


class Text(FieldType):
    """Compared in folded form: case and accents do not count."""

    name = "text"

    def parse(self, value: object, field: Field) -> Parsed:
        text = checked_text(value)
        return Parsed(text, fold(text))

    def comparable(self, stored: object) -> Hashable:
        return (fold(str(stored)) or None) if stored is not None else None


class Code(Text):
    """Another system's key: compared as it stands, since its case may tell two apart."""

    def parse(self, value: object, field: Field) -> Parsed:
        text = checked_text(value)
        return Parsed(text, text)

    def comparable(self, stored: object) -> Hashable:
        return stored or None


class Integer(FieldType):
    name = "integer"

    def parse(self, value: object, field: Field) -> Parsed:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueRefused("not_an_integer")
        return Parsed(value, _in_range(value))

    def comparable(self, stored: object) -> Hashable:
        return None if stored is None else int(str(stored))


class Number(FieldType):
    """A decimal number."""

    name = "decimal"
    decimals: ClassVar[int] = 6

    def parse(self, value: object, field: Field) -> Parsed:
        number = _in_range(_decimal(value))
        if number != round(number, self.decimals):
            raise ValueRefused("too_many_decimals", limit=self.decimals)
        return Parsed(self.written(number), number)

    def written(self, number: Decimal) -> str:
        return format(number.normalize(), "f")

    def comparable(self, stored: object) -> Hashable:
        return None if stored is None else Decimal(str(stored))


class Money(Number):
    """An amount in the firm's currency, to the cent."""

    name = "money"
    decimals = 2

    def written(self, number: Decimal) -> str:
        return format(number, ".2f")


class Date(FieldType):
    """A date, or a moment taken as its date in the firm's zone."""

    name = "date"

    def parse(self, value: object, field: Field) -> Parsed:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueRefused("not_a_date")
        try:
            return Parsed(value, date.fromisoformat(value))
        except ValueError:
            raise ValueRefused("not_a_date") from None

    def comparable(self, stored: object) -> Hashable:
        if isinstance(stored, datetime):
            raise TypeError("a moment is turned into the firm's local date by whoever reads it")
        if stored is None or isinstance(stored, date):
            return stored
        return date.fromisoformat(str(stored))


class Boolean(FieldType):
    name = "boolean"

    def parse(self, value: object, field: Field) -> Parsed:
        if not isinstance(value, bool):
            raise ValueRefused("not_a_boolean")
        return Parsed(value, value)


class Choice(FieldType):
    """One of a fixed set of codes."""

    name = "choice"

    def parse(self, value: object, field: Field) -> Parsed:
        if not isinstance(value, str) or value not in field.codes:
            raise ValueRefused("not_a_choice", value=str(value)[:50])
        return Parsed(value, value)

    def comparable(self, stored: object) -> Hashable:
        return str(stored) if stored not in (None, "") else None


class Reference(FieldType):
    """The id of a row: a member, a status, a category. Rows that the product supplied are known by a code as well."""

    name = "reference"

    def parse(self, value: object, field: Field) -> Parsed:
        row = reference(field.references.get(value) if isinstance(value, str) else value)
        return Parsed(row, row)


class Labels(FieldType):
    """The set of a client's labels (REL-11); a condition names one by id or by name."""

    name = "labels"

    def parse(self, value: object, field: Field) -> Parsed:
        if isinstance(value, str):
            text = checked_text(value)
            return Parsed(text, fold(text))
        try:
            return Parsed(reference(value), reference(value))
        except ValueRefused:
            raise ValueRefused("not_a_label") from None


TEXT, CODE, INTEGER, NUMBER, MONEY = Text(), Code(), Integer(), Number(), Money()
DATE, BOOLEAN, CHOICE, REFERENCE, LABELS = Date(), Boolean(), Choice(), Reference(), Labels()
TYPES: tuple[FieldType, ...] = (
    TEXT, CODE, INTEGER, NUMBER, MONEY, DATE, BOOLEAN, CHOICE, REFERENCE, LABELS,
)  # fmt: skip


def checked_text(value: object) -> str:
    """Text that PostgreSQL can hold and that is not empty once folded."""
    if not isinstance(value, str):
        raise ValueRefused("not_text")
    if len(value) > MOST_CHARACTERS:
        raise ValueRefused("text_too_long", limit=MOST_CHARACTERS)
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueRefused("invalid_text")
    if not fold(value):
        raise ValueRefused("empty_text")
    return value


def reference(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_ID:
        raise ValueRefused("not_a_reference")
    return value


def _decimal(value: object) -> Decimal:
    """Numbers as JSON writes them, and decimal strings; a float is what its shortest notation says."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueRefused("not_a_number")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueRefused("not_a_number")
    number = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    if not number.is_finite():
        raise ValueRefused("not_a_number")
    return number or Decimal(0)  # a negative zero is a zero


def _in_range(number: AnyNumber) -> AnyNumber:
    if abs(number) > LARGEST_NUMBER:
        raise ValueRefused("out_of_range", lowest=-LARGEST_NUMBER, highest=LARGEST_NUMBER)
    return number
