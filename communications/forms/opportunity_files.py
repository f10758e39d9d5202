"""The form that takes a file of service opportunities in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class OpportunityFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, Excel (xlsx, xls) or OpenDocument (ods), with a line of headings.")
    )
