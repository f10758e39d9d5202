"""The form field of an amount, for the pages of every app."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext_lazy as _

from clients.amounts import parse_amount


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
