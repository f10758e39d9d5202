"""A scheme that comes in: a file, or what was read of it, confirmed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outcomes import scheme_file
from outcomes.scheme_file import Scheme, SchemeError
from outcomes.scheme_wording import fault_words
from outcomes.services.scheme import OnConflict
from web.documents import read_json

LARGEST = 1_000_000
MOST_FAULTS = 20


class SchemeForm(forms.Form):
    """First the file; what it would do is shown, and then the same document comes back, confirmed."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("A scheme that was exported before."))
    document = forms.CharField(required=False, max_length=LARGEST, widget=forms.HiddenInput)
    on_conflict = forms.ChoiceField(
        label=_("What the firm has already, with other settings"),
        choices=[(OnConflict.KEEP, _("stays as it is")), (OnConflict.REPLACE, _("becomes as in the file"))],
        required=False,
        widget=forms.RadioSelect,
    )
    exactly = forms.BooleanField(
        label=_("What the file does not name is no longer offered"),
        required=False,
        help_text=_("Only while no outcome has been recorded yet."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        text = data.get("document") or self._text(data.get("file"))
        data["scheme"] = self._scheme(text) if text else None
        if not text and not self.errors:
            raise ValidationError(gettext("Choose a file."), code="required")
        data["text"] = text
        return data

    @property
    def scheme(self) -> Scheme:
        found: Scheme = self.cleaned_data["scheme"]
        return found

    @property
    def mode(self) -> OnConflict:
        return OnConflict(self.cleaned_data["on_conflict"] or OnConflict.REFUSE)

    def _text(self, file: Any) -> str:
        if file is None:
            return ""
        if file.size > LARGEST:
            raise ValidationError(gettext("This file is too large."), code="too_large")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ValidationError(gettext("This is no scheme."), code="not_a_scheme") from None

    def _scheme(self, text: str) -> Scheme:
        try:
            return scheme_file.parse(read_json(text))
        except ValueError:
            raise ValidationError(gettext("This is no scheme."), code="not_a_scheme") from None
        except SchemeError as refusal:
            faults = [ValidationError(fault_words(fault), code=fault.code) for fault in refusal.faults[:MOST_FAULTS]]
            raise ValidationError(faults) from None
