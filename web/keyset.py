"""Pages of a long list by key instead of by number: constant cost, no row lost or shown twice, empty values last.

The list is ordered by one value and then by id, in the same direction. Rows whose value is empty (null, or an empty
text) come after all others in both directions. So the list is two stretches one after the other, the filled and the
empty one, each of which an ordinary index on (…, value, id) can walk; a page reads one or both of them.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import CharField, F, Field, Model, Q, QuerySet, TextField

from web.documents import read_json

VALUE = "keyset_value"
LARGEST_ID = 2**63 - 1

Row = TypeVar("Row", bound=Model)


class InvalidCursorError(ValueError):
    """The cursor was not made by this list, or not for this ordering."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows, and the cursors that lead on; None where the list ends."""

    items: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: just after (or before) the row with this value and id. No value: among the empty ones."""

    ordering: str
    value: Any
    pk: int
    backward: bool = False

    def encoded(self) -> str:
        parts = [self.ordering, _plain(self.value), self.pk, int(self.backward)]
        return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def keyset_page(queryset: QuerySet[Row], *, ordering: str, cursor: str | None = None, size: int = 50) -> Page[Row]:
    """The page of ``queryset`` after ``cursor``, ordered by ``ordering``: a field or annotation, with ``-`` downwards.

    The queryset's own order is replaced. An ``InvalidCursorError`` is the client's fault (400).
    """
    listing = _Listing(queryset, ordering)
    place = _decoded(cursor, listing) if cursor else None
    return listing.page(place, size)


class _Listing(Generic[Row]):
    def __init__(self, queryset: QuerySet[Row], ordering: str) -> None:
        self.ordering = ordering
        self.descending = ordering.startswith("-")
        name = ordering.removeprefix("-")
        self.rows: QuerySet[Row] = queryset.annotate(**{VALUE: F(name)})
        self.field = cast("Field[Any, Any]", self.rows.query.annotations[VALUE].output_field)
        self.is_text = isinstance(self.field, CharField | TextField)
        self.may_be_empty = self.is_text or not _is_required(queryset, name)

    def page(self, place: Cursor | None, size: int) -> Page[Row]:
        backward = place is not None and place.backward
        found = self._read(place, size + 1, backward=backward)
        more = len(found) > size
        items = found[:size][::-1] if backward else found[:size]
        if not items:
            return Page([], None, None)
        has_next, has_previous = (True, more) if backward else (more, place is not None)
        last, first = self._place(items[-1]), replace(self._place(items[0]), backward=True)
        return Page(items, last.encoded() if has_next else None, first.encoded() if has_previous else None)

    def _read(self, place: Cursor | None, limit: int, *, backward: bool) -> list[Row]:
        """At most ``limit`` rows from ``place`` on, in reading direction."""
        stretches = [self._filled, self._empty] if self.may_be_empty else [self._filled]
        if backward:
            stretches.reverse()
        rows: list[Row] = []
        for stretch in stretches:
            if len(rows) < limit:
                rows += stretch(place, backward=backward)[: limit - len(rows)]
        return rows

    def _filled(self, place: Cursor | None, *, backward: bool) -> QuerySet[Row]:
        downwards = self.descending != backward
        direction = "-" if downwards else ""
        rows = self.rows.filter(self._is_filled()).order_by(f"{direction}{VALUE}", f"{direction}pk")
        if place is None or (place.value is None and backward):
            return rows
        if place.value is None:
            return rows.none()
        than = "lt" if downwards else "gt"
        # The first condition bounds the index, the second drops the rows of the same value already seen.
        reached = Q(**{f"{VALUE}__{than}e": place.value})
        beyond = Q(**{f"{VALUE}__{than}": place.value}) | Q(**{f"pk__{than}": place.pk})
        return rows.filter(reached, beyond)

    def _empty(self, place: Cursor | None, *, backward: bool) -> QuerySet[Row]:
        downwards = self.descending != backward
        rows = self.rows.filter(~self._is_filled() if not self.is_text else self._is_empty_text())
        rows = rows.order_by("-pk" if downwards else "pk")
        if place is None or (place.value is not None and not backward):
            return rows
        if place.value is not None:
            return rows.none()
        return rows.filter(**{f"pk__{'lt' if downwards else 'gt'}": place.pk})

    def _is_filled(self) -> Q:
        if not self.may_be_empty:
            return Q()
        return Q(**{f"{VALUE}__gt": ""}) if self.is_text else Q(**{f"{VALUE}__isnull": False})

    def _is_empty_text(self) -> Q:
        return Q(**{f"{VALUE}__isnull": True}) | Q(**{VALUE: ""})

    def _place(self, row: Row) -> Cursor:
        value = getattr(row, VALUE)
        return Cursor(self.ordering, None if value == "" else value, row.pk)


def _is_required(queryset: QuerySet[Any], name: str) -> bool:
    """Whether the value is a column of the list's own table that may not be null."""
    if name == "pk":
        return True
    try:
        field = queryset.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return name not in queryset.query.annotations and getattr(field, "null", True) is False


def _plain(value: Any) -> Any:
    """The value as JSON knows it, without loss."""
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _decoded(text: str, listing: _Listing[Any]) -> Cursor:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        ordering, value, pk, backward = read_json(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Cursor(ordering, _typed(value, listing), _id(pk), bool(backward))
    except (ValueError, TypeError, binascii.Error, ValidationError) as error:
        raise InvalidCursorError("The cursor is not readable.") from error
    if place.ordering != listing.ordering or (place.value is None and not listing.may_be_empty):
        raise InvalidCursorError("The cursor belongs to another ordering.")
    return place


def _typed(value: Any, listing: _Listing[Any]) -> Any:
    if isinstance(value, list | dict) or (isinstance(value, str) and "\0" in value):
        raise ValueError("no value of a row")
    return None if value is None else listing.field.to_python(value)


def _id(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_ID:
        raise ValueError("no id")
    return value
