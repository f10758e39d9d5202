"""How an appointment repeats, as a person says it; and how much of a series a change is meant for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.enums import SeriesScope
from scheduling.forms.reach import within_reach
from scheduling.recurrence import MOST_COUNT, MOST_INTERVAL, Frequency, Repetition
from web.widgets import DayInput

BY_WEEKDAY = "MONTHLY_BY_WEEKDAY"
CHOICES = [
    ("", gettext_lazy("Does not repeat")),
    (Frequency.DAILY.value, gettext_lazy("Every day")),
    (Frequency.WEEKLY.value, gettext_lazy("Every week")),
    (Frequency.MONTHLY.value, gettext_lazy("Every month, on the same date")),
    (BY_WEEKDAY, gettext_lazy("Every month, on the same weekday")),
]


class RepetitionForm(forms.Form):
    """Beside the form of the appointment. Without an end it goes on until somebody ends it."""

    repeats = forms.ChoiceField(label=gettext_lazy("Repeats"), choices=CHOICES, required=False)
    every = forms.IntegerField(
        label=gettext_lazy("Every so many"), min_value=1, max_value=MOST_INTERVAL, required=False, initial=1
    )
    times = forms.IntegerField(label=gettext_lazy("Times"), min_value=1, max_value=MOST_COUNT, required=False)
    last_day = forms.DateField(
        label=gettext_lazy("Until the day"), widget=DayInput, required=False, validators=[within_reach]
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("times") and data.get("last_day"):
            refusal = ValidationError(_("Either a number of times or a last day."), code="rule")
            self.add_error("last_day", refusal)
        return data

    def said(self) -> Repetition | None:
        data = self.cleaned_data
        chosen = data["repeats"]
        if not chosen:
            return None
        frequency = Frequency.MONTHLY if chosen == BY_WEEKDAY else Frequency(chosen)
        return Repetition(frequency, data["every"] or 1, chosen == BY_WEEKDAY, data["times"], data["last_day"])


class ScopeForm(forms.Form):
    """Of a repeated appointment."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Change"), choices=SeriesScope.choices, initial=SeriesScope.ONE, required=False
    )

    series_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def seen(self) -> int | None:
        """Which version of the whole the page showed."""
        return self.cleaned_data["series_version"] if self.is_valid() else None

    def chosen(self) -> SeriesScope:
        return SeriesScope(self.cleaned_data["scope"] or SeriesScope.ONE) if self.is_valid() else SeriesScope.ONE


def initial_repetition(said: Repetition) -> dict[str, Any]:
    chosen = BY_WEEKDAY if said.by_weekday else said.frequency.value
    return {"repeats": chosen, "every": said.interval, "times": said.count, "last_day": said.until}
