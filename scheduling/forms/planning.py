"""Forms of the planning pages."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.cadence import FEWEST_YEARLY_MEETINGS, MOST_YEARLY_MEETINGS
from web.widgets import DayInput


class YearlyMeetingsForm(forms.Form):
    """The number of a group: 1 to 52, or nothing (REL-21, O-07); 0 is nothing."""

    yearly_meetings = forms.IntegerField(
        label=gettext_lazy("Meetings a year"),
        required=False,
        min_value=0,
        max_value=MOST_YEARLY_MEETINGS,
        help_text=gettext_lazy("From 1 to 52. Empty: this group drives no date."),
    )


class CadenceExceptionForm(forms.Form):
    """A client's own number, or none, always with a reason (O-08)."""

    OWN, NONE = "own", "none"
    kind = forms.ChoiceField(
        label=gettext_lazy("This client"),
        choices=[
            (OWN, gettext_lazy("has a number of meetings of his own")),
            (NONE, gettext_lazy("is not to be met regularly")),
        ],
        widget=forms.RadioSelect,
        initial=OWN,
    )
    yearly_meetings = forms.IntegerField(
        label=gettext_lazy("Meetings a year"),
        required=False,
        min_value=FEWEST_YEARLY_MEETINGS,
        max_value=MOST_YEARLY_MEETINGS,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Shown beside the date that it decides."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("In force until"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("On the day after, the group's number is back. Empty: until it is removed."),
    )

    def clean_yearly_meetings(self) -> int | None:
        number: int | None = self.cleaned_data["yearly_meetings"]
        if self.cleaned_data.get("kind") == self.NONE:
            return None
        if number is None:
            raise ValidationError(_("Say how many meetings a year."), code="required")
        return number


class PlanningCheckForm(forms.Form):
    """The predefined check: how many days ahead, in which words, on or off (REL-41, REL-47)."""

    lead_days = forms.IntegerField(
        label=gettext_lazy("Days ahead"),
        min_value=0,
        max_value=365,
        help_text=gettext_lazy("The reminder appears this many days before the hypothetical date."),
    )
    text = forms.CharField(
        label=gettext_lazy("Notice"),
        max_length=300,
        help_text=gettext_lazy("{when}, {days}, {date} and {client} are filled in on the day on which it is read."),
    )
    active = forms.BooleanField(label=gettext_lazy("Reminders are raised"), required=False)
