"""Form fields of clients: amounts as people write them, a company by its name, a filter as JSON."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients import catalogue, wording
from clients.filters.expressions import Expression
from clients.filters.folding import fold
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client, Household
from web.documents import read_json


class NamedField(forms.CharField):
    """A row that the member sees, by its name; the page offers the names in a list."""

    rows: QuerySet[Any]

    def clean(self, value: Any) -> Any:
        name = fold(super().clean(value))
        if not name:
            return None
        found = list(self.rows.filter(name_key=name)[:2])
        if len(found) == 1:
            return found[0]
        code = "ambiguous" if found else "unknown"
        raise ValidationError(self.error_messages[code], code=code, params={"value": value})

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Client | Household) else value


class HouseholdField(NamedField):
    default_error_messages = {
        "unknown": _("There is no household named “%(value)s”: make it on the page of households."),
        "ambiguous": _("Several households are named “%(value)s”."),
    }


class CompanyField(NamedField):
    """A company that the member sees."""

    default_error_messages = {
        "unknown": _("There is no company named “%(value)s”."),
        "ambiguous": _("Several companies are named “%(value)s”."),
    }


class FilterField(forms.CharField):
    """A filter of the filter language, as JSON; every error names its place in the filter."""

    default_error_messages = {"invalid": _("The filter is not readable.")}

    def clean(self, value: Any) -> Expression | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(read_json(text), catalogue.fields())
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        except FilterInvalid as refusal:
            raise ValidationError(
                [ValidationError(wording.refusal(error), code=error.code) for error in refusal.errors]
            ) from None
