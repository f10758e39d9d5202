"""Changing where a client stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import queries
from clients.models import Status


class StatusForm(forms.Form):
    status = forms.ModelChoiceField(Status.objects.none(), label=_("New status"), required=False, empty_label=_("None"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].queryset = queries.statuses().filter(active=True)  # type: ignore[attr-defined]
