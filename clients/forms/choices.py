"""A status, a label or an entry of a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.choices import Choice, ChoiceKind
from clients.enums import StatusSymbol, Tone


class ChoiceForm(forms.Form):
    """Only what the kind has."""

    name = forms.CharField(label=_("Description"), max_length=100)
    symbol = forms.ChoiceField(label=_("Symbol"), choices=StatusSymbol.choices, initial=StatusSymbol.CIRCLE)
    colour = forms.ChoiceField(label=_("Colour"), choices=Tone.choices, initial=Tone.GRAY)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, data: Any, *, kind: ChoiceKind, choice: Choice | None = None) -> None:
        names = ("name", "symbol", "colour", "active")
        super().__init__(data, initial={name: getattr(choice, name, None) for name in names} if choice else None)
        for name, is_there in (
            ("symbol", kind.has_symbol),
            ("colour", kind.has_colour),
            ("active", choice is not None),
        ):
            if not is_there:
                del self.fields[name]


class MoveForm(forms.Form):
    """One place up or down."""

    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])

    def steps(self) -> int:
        return -1 if self.cleaned_data["direction"] == "up" else 1
