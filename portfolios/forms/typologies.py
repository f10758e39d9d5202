"""Forms of typologies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolios.models import Typology
from portfolios.services import TypologyValues


class TypologyForm(forms.Form):
    """The words of a typology; ``version`` tells whether somebody else changed it meanwhile."""

    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("Description"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What of a client is looked at here: a line of business, a group of products."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, typology: Typology) -> None:
        initial = {"name": typology.name, "description": typology.description, "version": typology.version}
        super().__init__(data, initial=initial)

    def values(self) -> TypologyValues:
        return {"name": self.cleaned_data["name"], "description": self.cleaned_data["description"]}
