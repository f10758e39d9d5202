"""A calendar file to be imported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from scheduling.ical import MOST_BYTES
from scheduling.services import reason


class CalendarFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"), widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"})
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(reason("too_large"), code="too_large")
        return file
