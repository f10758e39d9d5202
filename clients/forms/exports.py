"""What an export asks: the format, and how much of each client."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.enums import ExportFormat, ExportScope


class ExportForm(forms.Form):
    format = forms.ChoiceField(label=_("Format"), choices=ExportFormat.choices)
    scope = forms.ChoiceField(
        label=_("Content"),
        choices=ExportScope.choices,
        widget=forms.RadioSelect,
        initial=ExportScope.LIST,
        help_text=_("JSON and vCard hold the contacts in any case."),
    )
