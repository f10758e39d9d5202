"""The form of a typology's levels: scale, the thresholds of the four measures, the colours (GAT-03, GAT-11, GAT-19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.amount_entry import AmountField
from clients.enums import Tone
from portfolios.enums import Measure, Scale
from portfolios.levels import Number
from portfolios.models import PALETTES, Typology
from portfolios.services import TypologyValues

AMOUNTS = (Measure.MONETARY, Measure.POTENTIALITY)
MOST_DAYS = 2**31 - 1


class LevelsForm(forms.Form):
    """Each level but the worst has one threshold for each measure. Another scale comes without any (O-60)."""

    scale = forms.TypedChoiceField(choices=Scale.choices, coerce=int, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, typology: Typology, scale: int, given: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=_initial(typology, scale) | dict(given or {}))
        self.typology, self.levels = typology, scale
        for measure in Measure:
            for place, name in enumerate(names(measure, scale)):
                self.fields[name] = _threshold(measure)
                self.fields[name].widget.attrs |= {"class": "input input-sm w-full", "data-threshold": place}
        for level in range(1, scale + 1):
            label = _("Colour of level %(level)s") % {"level": level}
            self.fields[f"tone_{level}"] = forms.ChoiceField(label=label, choices=Tone.choices)

    def thresholds(self, measure: str) -> list[Number]:
        """As far as they can be understood, in order; else none."""
        found = [self._read(name) for name in names(measure, self.levels)]
        return [] if any(value is None for value in found) else [value for value in found if value is not None]

    def values(self) -> TypologyValues:
        given: Any = {f"{measure}_thresholds": self.thresholds(measure) for measure in Measure}
        given |= {"scale": self.levels, "palette": self.palette()}
        values: TypologyValues = given
        return values

    def palette(self) -> list[str]:
        known = {tone.value for tone in Tone}
        chosen = [self[f"tone_{level}"].value() for level in range(1, self.levels + 1)]
        return [tone if tone in known else Tone.GRAY.value for tone in chosen]

    def places(self) -> dict[str, str]:
        """Under which field the service's refusal of a whole measure stands: the first."""
        return {f"{measure}_thresholds": names(measure, self.levels)[0] for measure in Measure} | {"palette": "tone_1"}

    def _read(self, name: str) -> Number | None:
        if self.is_bound:
            value: Number | None = getattr(self, "cleaned_data", {}).get(name)
            return value
        try:
            found: Number | None = self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None
        return found


def names(measure: str, scale: int) -> list[str]:
    """The fields of a measure's thresholds, in their order."""
    return [f"{measure}_{place}" for place in range(1, scale)]


def filled(measure: str, thresholds: Sequence[Number]) -> dict[str, Number]:
    return dict(zip(names(measure, len(thresholds) + 1), thresholds, strict=True))


def _initial(typology: Typology, scale: int) -> dict[str, Any]:
    known: dict[str, Any] = {"scale": scale, "version": typology.version}
    is_same = scale == typology.scale
    palette = typology.palette if is_same else PALETTES[scale]
    known |= {f"tone_{level}": tone for level, tone in enumerate(palette, start=1)}
    for measure in Measure if is_same else ():
        known |= filled(measure, typology.thresholds(measure))
    return known


def _threshold(measure: str) -> forms.Field:
    if measure in AMOUNTS:
        return AmountField(label=_("Threshold"))
    number = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=_("Threshold"), min_value=0, max_value=MOST_DAYS, widget=number)
