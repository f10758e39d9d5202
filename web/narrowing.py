"""The bar above a list: what it can be narrowed by, read from the address (templates/web/_narrowing.html)."""

from __future__ import annotations

from typing import Any

from django import forms

EARLIEST, LATEST = 1900, 2200


class NarrowingForm(forms.Form):
    """A parameter that makes no sense is left out instead of refused: addresses are kept, shared and typed."""

    def wanted(self) -> dict[str, Any]:
        """What was chosen, by the names of the fields."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return {name: value for name, value in given.items() if EARLIEST <= getattr(value, "year", EARLIEST) <= LATEST}


def day_field(label: Any) -> forms.DateField:
    """A date that may be left out, by the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)
