"""How far round a client to look."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from clients import nearby


class NearForm(forms.Form):
    USUAL: ClassVar[int] = 25

    km = forms.TypedChoiceField(choices=[(km, km) for km in nearby.RADII], coerce=int, required=False)
