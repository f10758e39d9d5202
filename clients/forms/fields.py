"""Form fields of clients: amounts as people write them, a company by its name, a filter as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext_lazy as _

from clients import catalogue, wording
from clients.amounts import parse_amount
from clients.filters.expressions import Expression
from clients.filters.folding import fold
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client, Household


class AmountField(forms.Field):
    """An amount that is not negative: ``1.234,56`` and ``1234.56`` alike, shown in the reader's language."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {"invalid": _("“%(value)s” is not an amount: write it as 1,234.56.")}
    # The largest amount that the column of whole cents takes.
    default_validators = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("9999999999999.99"))]

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            return parse_amount(str(value), decimal=str(get_format("DECIMAL_SEPARATOR")))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from None

    def prepare_value(self, value: Any) -> Any:
        return number_format(value, decimal_pos=2, force_grouping=True) if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


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
            return parse(json.loads(text), catalogue.fields())
        except (json.JSONDecodeError, RecursionError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        except FilterInvalid as refusal:
            raise ValidationError(
                [ValidationError(wording.refusal(error), code=error.code) for error in refusal.errors]
            ) from None
