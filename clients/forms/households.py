"""A household, and who comes into it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import queries
from clients.enums import ListName
from clients.forms.fields import NamedField
from clients.models import ListEntry
from tenants.models import Membership


class HouseholdForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea({"rows": 3}))
    external_id = forms.CharField(
        label=_("Key in another program"),
        max_length=100,
        required=False,
        help_text=_("By which the files of that program name this household."),
    )


class ClientField(NamedField):
    default_error_messages = {
        "unknown": _("There is no client named “%(value)s”."),
        "ambiguous": _("Several clients are named “%(value)s”: put him in from his own record."),
    }


class MemberForm(forms.Form):
    client = ClientField(label=_("Client"), max_length=210)
    role = forms.ModelChoiceField(ListEntry.objects.none(), label=_("Role"), required=False, empty_label="–")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        client: Any = self.fields["client"]
        client.rows = queries.with_record(queries.visible_clients(member))
        role: Any = self.fields["role"]
        role.queryset = queries.list_entries(ListName.HOUSEHOLD_ROLE).filter(active=True)
