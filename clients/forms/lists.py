"""A list of the firm's own, and one entry in the place of another."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import queries
from clients.models import ListEntry, UserList


class ListForm(forms.Form):
    name = forms.CharField(label=_("Description"), max_length=100)
    active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(self, data: Any, *, row: UserList | None = None) -> None:
        super().__init__(data, initial={"name": row.name, "active": row.active} if row else None)
        if row is None:
            del self.fields["active"]


class ReplaceForm(forms.Form):
    by = forms.ModelChoiceField(ListEntry.objects.none(), label=_("Replace it by"), empty_label="–")

    def __init__(self, data: Any, *, entry: ListEntry) -> None:
        super().__init__(data)
        others = queries.list_entries(entry.list_name).filter(active=True).exclude(pk=entry.pk)
        cast("forms.ModelChoiceField[Any]", self.fields["by"]).queryset = others
