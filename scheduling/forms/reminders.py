"""Forms of the reminders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import Membership
from web.widgets import DayInput


class SnoozeForm(forms.Form):
    """A number of days (the buttons), or a day (the field)."""

    days = forms.IntegerField(required=False, min_value=1, max_value=365)
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DayInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("days") and not data.get("until"):
            raise ValidationError(_("Say until when."), code="required")
        return data

    def last_day(self, today: date) -> date:
        chosen: date | None = self.cleaned_data["until"]
        return chosen or today + timedelta(days=self.cleaned_data["days"])


class ReminderFilterForm(forms.Form):
    """Which reminders the list shows; whatever it does not understand, it leaves out."""

    show = forms.ChoiceField(choices=[("all", ""), ("overdue", ""), ("upcoming", ""), ("snoozed", "")], required=False)
    advisor = forms.ModelChoiceField(
        Membership.objects.none(),
        required=False,
        label=gettext_lazy("Advisor"),
        empty_label=gettext_lazy("All advisors"),
    )

    def __init__(self, *args: Any, advisors: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advisor"].queryset = advisors  # type: ignore[attr-defined]

    def chosen(self) -> tuple[str, Membership | None]:
        self.is_valid()
        return self.cleaned_data.get("show") or "all", self.cleaned_data.get("advisor")
