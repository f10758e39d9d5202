"""To whom the firm writes, as people enter it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Email
from communications.models import MailSettings
from communications.services import SendingDetails

NAMES = tuple(SendingDetails.__dataclass_fields__)


class SendingForm(forms.ModelForm):  # type: ignore[type-arg]
    """In whose name, and how much at a time."""

    class Meta:
        model = MailSettings
        fields = NAMES

    def details(self) -> SendingDetails:
        return SendingDetails(**{name: self.cleaned_data[name] for name in NAMES})


class AddressForm(forms.Form):
    """Which of a client's addresses receives communications (SIS-21)."""

    address = forms.ModelChoiceField(queryset=Email.objects.none(), label=_("Address"))

    def __init__(self, data: Any, *, client: Client) -> None:
        super().__init__(data)
        field: Any = self.fields["address"]
        field.queryset = Email.objects.filter(client=client)


class SuppressionForm(forms.Form):
    address = forms.EmailField(label=_("E-mail"), max_length=254)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
