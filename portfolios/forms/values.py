"""The form of values entered by hand: an empty one is the calculation's (10.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from portfolios.enums import Measure
from portfolios.forms.sales import SignedAmountField
from portfolios.models import ManualValue

LARGEST_COUNT = 2**31 - 1


class ValuesForm(forms.Form):
    recency = forms.IntegerField(
        label=_("Recency, in days"),
        min_value=0,
        max_value=LARGEST_COUNT,
        required=False,
        help_text=_("Empty: computed."),
    )
    frequency = forms.IntegerField(
        label=_("Frequency"), min_value=0, max_value=LARGEST_COUNT, required=False, help_text=_("Empty: computed.")
    )
    monetary = SignedAmountField(label=_("Monetary"), required=False, help_text=_("Empty: computed."))
    potentiality = SignedAmountField(label=_("Potentiality"), least=Decimal(0), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("Why it is so."))

    def __init__(self, data: Any = None, *, manual: ManualValue | None, suggestion: Decimal | None) -> None:
        initial = {name: _shown(getattr(manual, name)) for name in (*Measure.values, "note")} if manual else {}
        super().__init__(data, initial=initial)
        if suggestion is not None:
            told = _("Suggested, from the wealth held elsewhere: %(amount)s") % {"amount": _shown(suggestion)}
            self.fields["potentiality"].help_text = told

    def values(self) -> dict[str, Any]:
        return {measure.value: self.cleaned_data[measure] for measure in Measure}


def _shown(value: object) -> object:
    return number_format(value, decimal_pos=2, force_grouping=True) if isinstance(value, Decimal) else value
