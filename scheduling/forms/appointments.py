"""Forms of appointments: a day and two local times, which the firm's zone turns into moments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client
from scheduling.enums import AppointmentOrigin
from scheduling.forms.reach import within_reach
from scheduling.models import Appointment, AppointmentType
from scheduling.services import AppointmentDetails
from tenants.models import Membership
from web.widgets import DayInput, TimeInput

LONGEST_WINDOW = timedelta(days=400)
Day = date


class AppointmentForm(forms.Form):
    """Used for a new one and for a change; ``ends_on`` shows only where an appointment passes midnight."""

    type = forms.ModelChoiceField(AppointmentType.objects.none(), label=gettext_lazy("Type"), empty_label=None)
    assignee = forms.ModelChoiceField(
        Membership.objects.none(), label=gettext_lazy("With"), required=False, empty_label=gettext_lazy("All operators")
    )
    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput, validators=[within_reach])
    starts = forms.TimeField(label=gettext_lazy("From"), widget=TimeInput)
    ends = forms.TimeField(label=gettext_lazy("To"), widget=TimeInput)
    ends_on = forms.DateField(
        label=gettext_lazy("Until the day"), widget=DayInput, required=False, validators=[within_reach]
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    notes = forms.CharField(label=gettext_lazy("Notes"), widget=forms.Textarea(attrs={"rows": 8}), required=False)
    invite = forms.BooleanField(
        label=gettext_lazy("Tell the client by e-mail, with an invitation for his calendar"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    origin = forms.ChoiceField(choices=AppointmentOrigin.choices, widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, types: QuerySet[AppointmentType], members: QuerySet[Membership], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = members  # type: ignore[attr-defined]
        if not (self["ends_on"].value() or self.initial.get("ends_on")):
            self.fields["ends_on"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, starts, ends = data.get("day"), data.get("starts"), data.get("ends")
        if day and starts and ends:
            data["starts_at"] = moment(day, starts)
            data["ends_at"] = moment(data.get("ends_on") or day, ends)
            if data["ends_at"] <= data["starts_at"]:
                self.add_error("ends", ValidationError(_("The end must come after the start."), code="ends_early"))
        return data

    def details(self) -> AppointmentDetails:
        names = ("type", "starts_at", "ends_at", "place", "notes", "assignee")
        return AppointmentDetails(**{name: self.cleaned_data[name] for name in names})

    def chosen_origin(self) -> AppointmentOrigin:
        wanted = self.cleaned_data["origin"]
        return AppointmentOrigin.REMINDER if wanted == AppointmentOrigin.REMINDER else AppointmentOrigin.MANUAL


class PrefillForm(forms.Form):
    """What a reminder, a client's page or the Calendar already knows of a new appointment; all of it optional."""

    client = forms.ModelChoiceField(Client.objects.none(), required=False)
    due = forms.DateField(required=False, validators=[within_reach])
    starts_at = forms.DateTimeField(required=False, validators=[within_reach])
    ends_at = forms.DateTimeField(required=False, validators=[within_reach])
    origin = forms.CharField(required=False)
    q = forms.CharField(required=False, max_length=100)

    def __init__(self, *args: Any, clients: QuerySet[Client], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]

    def known(self) -> dict[str, Any]:
        """What was understood; an unreadable hint is left out, not an error."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class MoveForm(forms.Form):
    """Another time for an appointment, as the Calendar sends it after a drag."""

    starts_at = forms.DateTimeField(validators=[within_reach])
    ends_at = forms.DateTimeField(required=False, validators=[within_reach])
    version = forms.IntegerField(required=False)


class CalendarWindowForm(forms.Form):
    """The stretch of time that the Calendar shows."""

    start = forms.DateTimeField(validators=[within_reach])
    end = forms.DateTimeField(validators=[within_reach])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if start and end and not timedelta(0) < end - start <= LONGEST_WINDOW:
            raise ValidationError(_("Ask for at most 400 days."), code="window")
        return data


def moment(day: date, clock: time) -> datetime:
    """The local time in the current zone; of a doubled hour the first one (fold 0)."""
    return datetime.combine(day, clock, tzinfo=timezone.get_current_timezone())


def initial_of(appointment: Appointment) -> dict[str, Any]:
    """An appointment as the form shows it."""
    starts, ends = timezone.localtime(appointment.starts_at), timezone.localtime(appointment.ends_at)
    return {
        "type": appointment.type_id,
        "assignee": appointment.assignee_id,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "ends_on": ends.date() if ends.date() != starts.date() else None,
        "place": appointment.place,
        "notes": appointment.notes,
        "version": appointment.version,
    }


class CalendarDayForm(forms.Form):
    """From which day the agenda starts; whatever is unreadable is today."""

    date = forms.DateField(required=False, validators=[within_reach])

    def chosen(self, today: Day) -> Day:
        self.is_valid()
        return self.cleaned_data.get("date") or today
