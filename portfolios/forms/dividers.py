"""The form of a portfolio."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.enums import Tone
from portfolios.models import Portfolio


class PortfolioForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    colour = forms.ChoiceField(
        label=_("Colour"),
        choices=Tone.choices,
        initial=Tone.BLUE,
        help_text=_("By which the portfolio is recognised in the client's record."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, portfolio: Portfolio | None = None) -> None:
        known = {name: getattr(portfolio, name) for name in self.base_fields} if portfolio else None
        super().__init__(data, initial=known)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "colour")}
