"""Forms about the look."""

from __future__ import annotations

from django import forms

from web.preferences import SWITCH, THEMES


class PreferenceForm(forms.Form):
    """Any subset of the preferences; what is not sent stays."""

    theme = forms.ChoiceField(choices=[(value, value) for value in THEMES], required=False)
    shortcuts = forms.ChoiceField(choices=[(value, value) for value in SWITCH], required=False)

    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}
