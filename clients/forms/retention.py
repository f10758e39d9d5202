"""For how many years each class of records is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.retention import MOST, ClassOfRecords


class RetentionForm(forms.Form):
    """One number for each class."""

    def __init__(self, data: Any, *, classes: list[ClassOfRecords]) -> None:
        super().__init__(data)
        for each in classes:
            self.fields[each.retention.value] = forms.IntegerField(
                label=_("Years"), min_value=each.least, max_value=MOST, initial=each.years
            )
        self.rows = [(each, self[each.retention.value]) for each in classes]

    def years(self) -> dict[RetentionClass, int]:
        return {RetentionClass(name): number for name, number in self.cleaned_data.items()}
