"""The rows of a client's lists as services take and give them: plain mappings, a year with its quantities by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.filters.folding import fold
from clients.models import Client, ListEntry, Quantity, YearQuantity
from clients.normalising import tidy
from clients.sublists.kinds import MOST_ROWS, YEARS, Sublist
from tenants.binding import forget, remembered

Row = dict[str, Any]
REMEMBERED = "clients.quantities"


def quantities() -> dict[str, Quantity]:
    """The firm's active quantities by key, asked for once in a transaction."""
    return remembered(REMEMBERED, lambda: {row.key: row for row in Quantity.objects.filter(active=True)})


def forget_quantities() -> None:
    forget(REMEMBERED)


def stored(sublist: Sublist, client: Client) -> QuerySet[Any]:
    references = [name for name in sublist.fields if sublist.model._meta.get_field(name).is_relation]
    rows: QuerySet[Any] = sublist.model.objects.filter(client=client)
    return rows.select_related(*references).order_by(*sublist.order) if references else rows.order_by(*sublist.order)


def read(sublist: Sublist, client: Client) -> list[Row]:
    """The client's rows."""
    rows = [{name: getattr(row, name) for name in sublist.fields} for row in stored(sublist, client)]
    if sublist is not YEARS:
        return rows
    known = {row["year"]: row | {"quantities": {}} for row in rows}
    values = YearQuantity.objects.filter(client=client, quantity__active=True).order_by("quantity__position")
    for year, key, value in values.values_list("year", "quantity__key", "value"):
        known.setdefault(year, {"year": year, "regime": None, "closes_on": None, "quantities": {}})
        known[year]["quantities"][key] = value
    return sorted(known.values(), key=lambda row: -row["year"])


def of_today(row: Row) -> Row:
    """A former row without the quantities that the firm follows no more."""
    held = row.get("quantities")
    return row if held is None else row | {"quantities": {key: held[key] for key in held.keys() & quantities().keys()}}


def in_order(sublist: Sublist, found: Sequence[Row]) -> list[Row]:
    """By what a row is known by, so that two lists of the same rows are the same."""
    return sorted(found, key=lambda row: [str(part) for part in _key(sublist, row)])


def clean(sublist: Sublist, given: Sequence[Row], held: Sequence[Row]) -> list[Row]:
    """The rows in their one form. Raises ValidationError naming ``policies[0].company``."""
    problems: dict[str, list[ValidationError]] = {}
    if len(given) > MOST_ROWS:
        message = _("At most %(most)s rows.")
        raise ValidationError({sublist.name: ValidationError(message, code="too_many", params={"most": MOST_ROWS})})
    rows: list[Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    kept = {value for row in held for value in row.values() if isinstance(value, ListEntry)}
    for place, values in enumerate(given):
        row, wrong = _clean_row(sublist, values, kept)
        if not wrong and seen.setdefault(_key(sublist, row), place) != place:
            wrong = {sublist.key[0]: [ValidationError(_("This is there twice."), code="unique")]}
        problems |= {f"{sublist.name}[{place}].{name}": errors for name, errors in wrong.items()}
        rows.append(row)
    if problems:
        raise ValidationError(problems)
    return rows


def _clean_row(
    sublist: Sublist, values: Mapping[str, Any], kept: set[ListEntry]
) -> tuple[Row, dict[str, list[ValidationError]]]:
    own = {name: values[name] for name in sublist.fields if name in values}
    own = {name: tidy(value) if isinstance(value, str) else value for name, value in own.items()}
    problems: dict[str, list[ValidationError]] = {}
    instance = sublist.model(**own)
    try:
        instance.clean_fields(exclude={"client", "firm", *_references(sublist)})
    except ValidationError as problem:
        problems = dict(problem.error_dict)
    for name in _references(sublist):
        fault = _reference_fault(sublist, name, own.get(name), kept)
        if fault is not None:
            problems.setdefault(name, []).append(fault)
    row = {name: own.get(name) if name in _references(sublist) else getattr(instance, name) for name in sublist.fields}
    if sublist is YEARS:
        row["quantities"] = _clean_quantities(values.get("quantities") or {}, problems)
    return row, problems


def _references(sublist: Sublist) -> list[str]:
    return [name for name in sublist.fields if sublist.model._meta.get_field(name).is_relation]


def _reference_fault(sublist: Sublist, name: str, entry: ListEntry | None, kept: set[ListEntry]) -> Any:
    field = sublist.model._meta.get_field(name)
    if entry is None:
        return None if field.null else ValidationError(_("This field is required."), code="required")
    if entry.list_name != field.get_limit_choices_to()["list_name"]:
        message = _("%(name)s belongs to another list.")
        return ValidationError(message, code="wrong_list", params={"name": entry})
    if not entry.active and entry not in kept:
        message = _("“%(name)s” is no longer in use.")
        return ValidationError(message, code="inactive", params={"name": entry})
    return None


def _clean_quantities(given: Mapping[str, Any], problems: dict[str, list[ValidationError]]) -> dict[str, Any]:
    known, clean_values = quantities(), {}
    field = YearQuantity._meta.get_field("value")
    for key, value in given.items():
        if key not in known:
            message = _("There is no field of this name.")
            problems[f"quantities.{key}"] = [ValidationError(message, code="unknown_field")]
        elif value is not None:
            try:
                clean_values[key] = field.clean(value, None)
            except ValidationError as problem:
                problems[f"quantities.{key}"] = problem.error_list
    return clean_values


def _key(sublist: Sublist, row: Row) -> tuple[Any, ...]:
    return tuple(fold(part) if isinstance(part := row[name], str) else part for name in sublist.key)
