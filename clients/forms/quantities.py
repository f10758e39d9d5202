"""A number that the firm follows of its clients from year to year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Quantity


class QuantityForm(forms.Form):
    label = forms.CharField(label=_("Description"), max_length=80)
    is_money = forms.BooleanField(label=_("An amount in euros"), required=False)

    def __init__(self, data: Any, *, row: Quantity | None = None) -> None:
        super().__init__(data, initial={"label": row.label} if row else None)
        if row is not None:
            del self.fields["is_money"]
