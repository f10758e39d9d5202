"""The file of a management system."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.imports.refusals import FileRefused

# Some ten thousand rows: what can be entered while somebody waits.
MOST_MEGABYTES = 5


class ManagementFileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV, Excel (xlsx, xls) or OpenDocument (ods), up to 5 MB."))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(FileRefused("too_large", limit=MOST_MEGABYTES).messages)
        return file
