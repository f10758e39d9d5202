"""A refused filter as validation reports it: each fault under its path inside the filter."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q

from clients import catalogue
from clients.filters.expressions import Expression
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.wording import refusal


def named_faults(invalid: FilterInvalid, *, field: str = "filter") -> ValidationError:
    """``{"filter.all[0].value": [what is wrong]}``."""
    faults: dict[str, list[ValidationError]] = {}
    for error in invalid.errors:
        path = ".".join(part for part in (field, error.path) if part)
        faults.setdefault(path, []).append(ValidationError(refusal(error), code=error.code))
    return ValidationError(faults)


def read_filter(document: object) -> Expression:
    """The filter of a body or an address. Raises ValidationError that names the path of each fault."""
    try:
        return parse(document, catalogue.fields())
    except FilterInvalid as invalid:
        raise named_faults(invalid) from None


def condition_of(document: object, *, today: date) -> Q:
    return catalogue.where(read_filter(document), today=today)
