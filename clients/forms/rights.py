"""Consents, and the question before an erasure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clients.enums import ConsentPurpose, ConsentSource, ErasureGround
from clients.normalising import tidy
from clients.services import ConsentGiven
from tenants.models import Membership
from tenants.queries import members
from web.widgets import DayInput, TimeInput

BY_HAND = (ConsentSource.PAPER, ConsentSource.MEETING, ConsentSource.PHONE, ConsentSource.EMAIL, ConsentSource.WEB)


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose"), choices=ConsentPurpose.choices)
    granted = forms.TypedChoiceField(
        label=_("The person"),
        choices=[("yes", _("gives consent")), ("no", _("refuses or withdraws it"))],
        coerce=lambda value: value == "yes",
    )
    on = forms.DateField(label=_("On"), widget=DayInput)
    source = forms.ChoiceField(label=_("How"), choices=[(source.value, source.label) for source in BY_HAND])
    proof = forms.CharField(
        label=_("Proof"),
        max_length=300,
        required=False,
        help_text=_("Where it can be found: form number, version of the text, file, time of the call."),
    )

    def said(self) -> ConsentGiven:
        given = self.cleaned_data
        return ConsentGiven(
            purpose=ConsentPurpose(given["purpose"]),
            granted=given["granted"],
            on=given["on"],
            source=ConsentSource(given["source"]),
            proof=tidy(given["proof"]),
        )


class ErasureForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"), choices=ErasureGround.choices)
    name = forms.CharField(max_length=210, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, wanted: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted
        self.fields["name"].label = _("Type “%(name)s” to confirm") % {"name": wanted}

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if tidy(typed) != tidy(self.wanted):
            raise ValidationError(_("This is not the name."), code="not_confirmed")
        return typed


class AccessFilterForm(forms.Form):
    by = forms.ModelChoiceField(Membership.objects.none(), label=_("Member"), required=False)
    client = forms.IntegerField(label=_("Number of the client"), required=False, min_value=1, max_value=2**62)
    since = forms.DateField(label=_("From the day"), required=False, widget=DayInput)
    since_time = forms.TimeField(label=_("From the hour"), required=False, widget=TimeInput)
    until = forms.DateField(label=_("To the day"), required=False, widget=DayInput)
    until_time = forms.TimeField(label=_("To the hour"), required=False, widget=TimeInput)

    def wanted(self) -> dict[str, Any]:
        """As ``queries.looks`` takes it; what is not to be understood narrows nothing."""
        given: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return {("client_id" if name == "client" else name): value for name, value in given.items() if value}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by: Any = self.fields["by"]
        by.queryset = members()
        by.empty_label = _("Everybody")
