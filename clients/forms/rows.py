"""Rows of what a client has several of: e-mails, telephones, addresses."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from clients import communes, places, places_on_earth, validators
from clients.enums import PhoneKind

MOST_ROWS = 10


class EmailRow(forms.Form):
    address = forms.CharField(label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput)
    for_communications = forms.BooleanField(label=_("for communications"), required=False)

    def clean_address(self) -> str:
        typed = self.cleaned_data["address"]
        return validators.clean_email(typed) if typed else ""


class PhoneRow(forms.Form):
    number = forms.CharField(
        label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput({"type": "tel"})
    )
    kind = forms.ChoiceField(label=_("Type"), choices=[("", _("By its number")), *PhoneKind.choices], required=False)

    def clean_number(self) -> str:
        typed = self.cleaned_data["number"]
        return validators.clean_phone(typed) if typed else ""


class AddressRow(forms.Form):
    street = forms.CharField(label=_("Street"), max_length=200, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    coordinates = forms.CharField(label=_("Coordinates"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("latitude") is not None:
            self.initial["coordinates"] = places_on_earth.shown(self.initial["latitude"], self.initial["longitude"])
        cast("forms.ChoiceField", self.fields["province"]).choices = [("", "–"), *places.province_choices()]
        cast("forms.ChoiceField", self.fields["country"]).choices = places.country_choices()
        self.fields["country"].initial = places.ITALY

    def clean_coordinates(self) -> str:
        """As maps copy them: degrees north, degrees east."""
        typed: str = self.cleaned_data["coordinates"]
        found = places_on_earth.read(typed) if typed else None
        if typed and found is None:
            message = _("Write them as 45.4642, 9.19: latitude, then longitude.")
            raise ValidationError(message, code="invalid_coordinates")
        self.cleaned_data["latitude"], self.cleaned_data["longitude"] = found or (None, None)
        return typed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        country = data.get("country") or places.ITALY
        for name, check in (
            ("postal_code", validators.validate_postal_code),
            ("province", validators.validate_province),
        ):
            try:
                check(data.get(name, "").upper(), country=country)
            except ValidationError as refusal:
                self.add_error(name, refusal)
        place = communes.completed(
            communes.Place(data.get("city", ""), data.get("province", ""), data.get("postal_code", ""), country)
        )
        return data | {"province": place.province, "postal_code": place.postal_code}


ROWS: dict[str, type[BaseFormSet[Any]]] = {
    "emails": formset_factory(EmailRow, extra=1, max_num=MOST_ROWS),
    "phones": formset_factory(PhoneRow, extra=1, max_num=MOST_ROWS),
    "addresses": formset_factory(AddressRow, extra=1, max_num=MOST_ROWS),
}
