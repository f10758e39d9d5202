"""The values of a client's user fields: checked by type, read, and written where they differ (SIS-18)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clients.custom.definitions import PREFIX, Definition, definitions
from clients.enums import CustomType
from clients.filters.folding import fold
from clients.models import Client, CustomValue, ListEntry
from clients.normalising import tidy

Value: TypeAlias = str | Decimal | date | bool | ListEntry | list[ListEntry] | None
Values: TypeAlias = Mapping[str, Value]

MOST_CHARACTERS = 500
# What an entry of the index can hold: folding can make one character into many.
MOST_BYTES = 2_000
LARGEST_NUMBER = Decimal(10) ** 12
LARGEST_AMOUNT = Decimal("9999999999999.99")
LARGEST = {CustomType.NUMBER: LARGEST_NUMBER, CustomType.MONEY: LARGEST_AMOUNT}
EMPTY: tuple[object, ...] = (None, "", [])


def checked(given: Values, held: Values, *, complete: bool) -> dict[str, Value]:
    """The values in their one form. Raises ValidationError with every problem under ``custom.<key>``.

    ``held`` are those that the client has: an entry that is no longer offered may stay where it is. ``complete`` says
    that what is absent stays empty, so that every required field must be given.
    """
    known, clean = definitions(), {}
    problems: dict[str, list[ValidationError]] = {}
    for key in [*given, *(key for key in known if complete and key not in given)]:
        try:
            if key not in known:
                raise ValidationError(_("There is no field of this name."), code="unknown_field")
            clean[key] = _checked(known[key], given.get(key), held.get(key))
        except ValidationError as problem:
            problems[PREFIX + key] = problem.error_list
    if problems:
        raise ValidationError(problems)
    return {key: value for key, value in clean.items() if key in given}


def _checked(definition: Definition, value: Value, held: Value) -> Value:
    clean = None if value in EMPTY else CHECKS[definition.type](definition, value, held)
    if clean in EMPTY and definition.required:
        raise ValidationError(_("This field is required."), code="required")
    return clean


def _text(definition: Definition, value: Any, held: Value) -> str | None:
    text = tidy(value)
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError(_("The text has characters that cannot be stored."), code="invalid_text")
    if len(text) > MOST_CHARACTERS or len(fold(text).encode()) > MOST_BYTES:
        message = _("At most %(limit)s characters.")
        raise ValidationError(message, code="max_length", params={"limit": MOST_CHARACTERS})
    return text or None


def _number(definition: Definition, value: Any, held: Value) -> Decimal:
    places = 2 if definition.type == CustomType.MONEY else 6
    number = Decimal(value)
    if not number.is_finite() or abs(number) > LARGEST[CustomType(definition.type)]:
        raise ValidationError(_("This number is out of range."), code="out_of_range")
    if number != round(number, places):
        message = _("At most %(limit)s decimals.")
        raise ValidationError(message, code="too_many_decimals", params={"limit": places})
    return number


def _entry(definition: Definition, value: Any, held: Value) -> ListEntry:
    entry: ListEntry = value
    if entry.list_name != definition.list_name:
        raise ValidationError(_("%(name)s belongs to another list."), code="wrong_list", params={"name": entry})
    if not entry.active and entry not in (held if isinstance(held, list) else [held]):
        raise ValidationError(_("“%(name)s” is no longer in use."), code="inactive", params={"name": entry})
    return entry


def _entries(definition: Definition, value: Any, held: Value) -> list[ListEntry]:
    found = {entry.pk: _entry(definition, entry, held) for entry in value}
    return sorted(found.values(), key=lambda entry: (entry.position, entry.pk))


def _as_it_is(definition: Definition, value: Any, held: Value) -> Any:
    return value


CHECKS: dict[str, Callable[[Definition, Any, Value], Value]] = {
    CustomType.TEXT: _text,
    CustomType.NUMBER: _number,
    CustomType.MONEY: _number,
    CustomType.DATE: _as_it_is,
    CustomType.BOOLEAN: _as_it_is,
    CustomType.CHOICE: _entry,
    CustomType.CHOICES: _entries,
}


def values_of(client_ids: Iterable[int]) -> dict[int, dict[str, Value]]:
    """Of each client every active field, in one statement; empty ones are None, or no entry at all."""
    known = definitions()
    by_id = {definition.id: definition for definition in known.values()}
    nothing: dict[str, Any] = {key: [] if each.type == CustomType.CHOICES else None for key, each in known.items()}
    found: dict[int, dict[str, Any]] = {
        pk: {key: list(value) if isinstance(value, list) else value for key, value in nothing.items()}
        for pk in client_ids
    }
    if not (known and found):
        return found
    rows = CustomValue.objects.filter(client_id__in=list(found), field_id__in=list(by_id))
    for row in rows.select_related("entry").order_by("entry__position", "entry_id"):
        definition, values = by_id[row.field_id], found[row.client_id]
        value = getattr(row, definition.column)
        if definition.type == CustomType.CHOICES:
            values[definition.key].append(value)
        else:
            values[definition.key] = value
    return found


def named(values: Values) -> dict[str, Value]:
    """The same under the catalogue's names: ``custom.<key>``."""
    return {PREFIX + key: value for key, value in values.items()}


def write(client: Client, values: Values) -> None:
    """Let the client have exactly these values in the fields that are named; they have been checked."""
    known = definitions()
    chosen = [known[key] for key in values]
    if not chosen:
        return
    CustomValue.objects.filter(client=client, field_id__in=[each.id for each in chosen]).delete()
    CustomValue.objects.bulk_create(
        CustomValue(client=client, field_id=definition.id, **{definition.column: value})
        for definition in chosen
        for value in _rows(values[definition.key])
    )


def _rows(value: Value) -> Iterable[Value]:
    if isinstance(value, list):
        return value
    return () if value in EMPTY else (value,)
