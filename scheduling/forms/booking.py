"""What a client says on his booking page, and what the advisor says when he makes the link."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Email
from scheduling.forms.reach import within_reach
from scheduling.services import FEWEST_DAYS, MOST_DAYS, USUAL_DAYS


class BookingForm(forms.Form):
    """The time that was picked, from which day on to look, or that it shall be another one or none."""

    TAKEN = _("This time has just been taken: choose another one.")

    at = forms.DateTimeField(required=False, validators=[within_reach])
    start = forms.DateField(required=False, validators=[within_reach])
    change = forms.CharField(required=False, max_length=1)
    cancel = forms.CharField(required=False, max_length=1)

    def wish(self) -> datetime | None:
        self.is_valid()
        return self.cleaned_data.get("at")

    def first_day(self) -> date | None:
        self.is_valid()
        return self.cleaned_data.get("start")

    def wants_another(self) -> bool:
        self.is_valid()
        return bool(self.cleaned_data.get("change"))

    def wants_to_cancel(self) -> bool:
        self.is_valid()
        return bool(self.cleaned_data.get("cancel"))


class BookingLinkForm(forms.Form):
    """To which of his addresses, and for how long; without an address the link is only shown."""

    address = forms.ChoiceField(label=_("Send it to"), required=False)
    days = forms.IntegerField(
        label=_("Days for which it works"), min_value=FEWEST_DAYS, max_value=MOST_DAYS, initial=USUAL_DAYS
    )

    def __init__(self, data: Any, *, client: Client, usual: str) -> None:
        super().__init__(data, initial={"address": usual})
        own = Email.objects.filter(client=client).order_by("position").values_list("address", flat=True)
        field: Any = self.fields["address"]
        field.choices = [*((address, address) for address in own), ("", _("Send no mail: I pass the link on myself"))]


class ManyLinksForm(forms.Form):
    """For many clients, each with his advisor, to the address for communications."""

    days = forms.IntegerField(
        label=_("Days for which it works"), min_value=FEWEST_DAYS, max_value=MOST_DAYS, initial=USUAL_DAYS
    )

    def __init__(self, data: Any, member: Any) -> None:
        super().__init__(data)
