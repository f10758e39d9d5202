"""Recording an outcome, one appointment or several, and undoing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from clients.models import Client
from outcomes import queries
from outcomes.models import Activity, Outcome
from scheduling.models import Appointment

MOST = 500


def activity_field() -> forms.ModelChoiceField:  # type: ignore[type-arg]
    """With which of the client's activities it is recorded (O-27)."""
    return forms.ModelChoiceField(
        queryset=Activity.objects.none(),
        label=gettext_lazy("Activity"),
        required=False,
        empty_label=gettext_lazy("The one to which the type belongs, if there is only one"),
    )


def offer_activities(form: forms.Form, client: Client) -> None:
    """Those that are open; where there is none, the form does not ask."""
    activities = queries.open_activities_of(client)
    if activities:
        field: Any = form.fields["activity"]
        field.queryset = activities
    else:
        del form.fields["activity"]


class RecordForm(forms.Form):
    """Which outcomes fit is the service's to say."""

    outcome = forms.ModelChoiceField(queryset=Outcome.objects.none(), label=gettext_lazy("Outcome"))
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    activity = activity_field()

    def __init__(self, data: Any = None, *, client: Client, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        outcome: Any = self.fields["outcome"]
        outcome.queryset = Outcome.objects.all()
        offer_activities(self, client)

    def has_choices(self, appointment: Appointment, outcome: Outcome) -> bool:
        """Whether recording it takes more than a click: a note, or which of several activities."""
        if outcome.note_required or "activity" not in self.fields:
            return outcome.note_required
        belonging = queries.open_activities_of(appointment.client).filter(kind__kind_types__type=appointment.type_id)
        return belonging.count() > 1


class BulkRecordForm(forms.Form):
    """One outcome for the ticked appointments."""

    outcome = forms.ModelChoiceField(queryset=Outcome.objects.none())
    ids = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: Any, *, ids: list[str]) -> None:
        super().__init__(data)
        outcome: Any = self.fields["outcome"]
        outcome.queryset = Outcome.objects.all()
        chosen: Any = self.fields["ids"]
        chosen.choices = [(pk, pk) for pk in ids[:MOST] if pk.isdecimal() and len(pk) < 19]


class UndoForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)
