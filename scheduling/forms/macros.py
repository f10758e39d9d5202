"""The form of a macro."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import SavedSearch
from groups.queries import saved_searches
from scheduling.enums import Recipient, Rhythm
from scheduling.macro_models import MOST_OFFSET, MOST_PAUSE, NINE
from scheduling.models import AppointmentType, Macro
from scheduling.queries import offered_types
from scheduling.services import MacroDetails
from tenants.models import Membership
from tenants.queries import members

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


class MacroForm(forms.Form):
    """Whom, what, for whom, when."""

    name = forms.CharField(label=_("Name"), max_length=100)
    search = forms.ModelChoiceField[SavedSearch](label=_("Saved search"), queryset=None, empty_label=_("Choose…"))
    type = forms.ModelChoiceField[AppointmentType](
        label=_("Type of appointment"), queryset=None, empty_label=_("Choose…")
    )
    recipient = forms.ChoiceField(label=_("Recipient"), choices=Recipient.choices, initial=Recipient.ADVISOR)
    operator = forms.ModelChoiceField[Membership](
        label=_("Operator"), queryset=None, required=False, empty_label="–", help_text=_("Only for a fixed operator.")
    )
    offset_days = forms.IntegerField(
        label=_("Days until the appointment"), min_value=0, max_value=MOST_OFFSET, initial=7
    )
    at_time = forms.TimeField(
        label=_("Time"), initial=NINE, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    rhythm = forms.ChoiceField(label=_("It runs"), choices=Rhythm.choices, initial=Rhythm.BY_HAND)
    weekday = forms.TypedChoiceField(
        label=_("Weekday"),
        choices=(("", "–"), *WEEKDAYS),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("For every week."),
    )
    month_day = forms.IntegerField(
        label=_("Day of the month"), min_value=1, max_value=31, required=False, help_text=_("For every month.")
    )
    cron = forms.CharField(
        label=_("Cron expression"),
        max_length=100,
        required=False,
        help_text=_("Minute, hour, day, month, weekday; it runs in the night of those dates."),
    )
    pause_days = forms.IntegerField(
        label=_("Pause in days"),
        min_value=0,
        max_value=MOST_PAUSE,
        initial=0,
        help_text=_("How long a client who got an appointment from this macro is left alone."),
    )
    confirm_above = forms.IntegerField(
        label=_("Ask above"),
        min_value=1,
        initial=100,
        help_text=_("A run that would make more appointments waits until somebody confirms it."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, macro: Macro | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["search"].queryset = saved_searches()
        fields["type"].queryset = offered_types(also=macro.type) if macro else offered_types()
        fields["operator"].queryset = members()

    def details(self) -> MacroDetails:
        return MacroDetails(**{name: self.cleaned_data[name] for name in MacroDetails.__dataclass_fields__})


def initial_of(macro: Macro) -> dict[str, object]:
    return {name: getattr(macro, name) for name in MacroForm.base_fields}
