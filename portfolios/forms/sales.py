"""Forms of the ledger of sales."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from clients.amounts import parse_amount
from portfolios.enums import SaleKind
from portfolios.models import Portfolio, Typology
from web.narrowing import NarrowingForm, day_field

LARGEST = Decimal("9999999999999.99")


class SignedAmountField(forms.Field):
    """``1.234,56`` and ``1234.56`` alike; of a refund also with its sign."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, least: Decimal = -LARGEST, **given: Any) -> None:
        super().__init__(validators=[MinValueValidator(least), MaxValueValidator(LARGEST)], **given)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            return parse_amount(str(value), decimal=str(get_format("DECIMAL_SEPARATOR")))
        except ValueError:
            told = _("“%(value)s” is not an amount: write it as 1,234.56.") % {"value": value}
            raise ValidationError(told, code="invalid") from None


class LedgerForm(NarrowingForm):
    """What the ledger can be narrowed by."""

    search = forms.CharField(label=_("Client"), required=False, max_length=200)
    client = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    typology = forms.ModelChoiceField(
        label=_("Typology"), queryset=Typology.objects.none(), required=False, empty_label=_("All typologies")
    )
    portfolio = forms.ModelChoiceField(
        label=_("Portfolio"), queryset=Portfolio.objects.none(), required=False, empty_label=_("All portfolios")
    )
    kind = forms.ChoiceField(
        label=_("Kind of sale"), choices=[("", _("All kinds of sale")), *SaleKind.choices], required=False
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Standing and reversed")), ("standing", _("Standing")), ("reversed", _("Reversed"))],
        required=False,
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["typology"].queryset = Typology.objects.filter(active=True).order_by("position")
        fields["portfolio"].queryset = Portfolio.objects.filter(typology__active=True).select_related("typology")


class SaleForm(forms.Form):
    """One line of the ledger."""

    typology = forms.ModelChoiceField(label=_("Typology"), queryset=Typology.objects.none(), empty_label=None)
    portfolio = forms.ModelChoiceField(
        label=_("Portfolio"), queryset=Portfolio.objects.none(), required=False, empty_label="–"
    )
    kind = forms.ChoiceField(label=_("Kind of sale"), choices=SaleKind.choices)
    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    amount = SignedAmountField(label=_("Amount"), help_text=_("Of a refund the sign may be left out."))
    description = forms.CharField(label=_("Description"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        fields["typology"].queryset = Typology.objects.filter(active=True).order_by("position")
        fields["portfolio"].queryset = Portfolio.objects.filter(active=True, typology__active=True)
        fields["portfolio"].label_from_instance = lambda row: f"{row.typology.name}: {row.name}"
        fields["portfolio"].queryset = fields["portfolio"].queryset.select_related("typology")


class ReversalForm(forms.Form):
    reason = forms.CharField(label=_("Why it is reversed"), max_length=200)


class SaleFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, Excel (xlsx, xls) or OpenDocument (ods), with a line of headings.")
    )
