"""A calendar file to be imported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from scheduling.ical import MOST_BYTES
from scheduling.services import reason


class CalDavForm(forms.Form):
    """A server's address and one's log-in there."""

    url = forms.CharField(
        label=gettext_lazy("Address of the server or the calendar"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    user = forms.CharField(
        label=gettext_lazy("User name there"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password there"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("Many providers give a password of its own for each program: use one of those."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class CalendarFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"), widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"})
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(reason("too_large"), code="too_large")
        return file
