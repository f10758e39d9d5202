"""Forms of Impostazioni → CRM."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

import clients.queries
import scheduling.queries
from clients.enums import ListName, Tone
from clients.models import ListEntry, Status
from outcomes import queries
from outcomes.enums import OutcomeSymbol
from outcomes.models import ActivityKind, Outcome, Parameters, Relation
from outcomes.models.choices import MOST_DAYS, MOST_HOURS, MOST_POINTS
from outcomes.services import KindDetails, OutcomeDetails, RelationDetails
from scheduling.enums import Recipient
from scheduling.models import AppointmentType
from tenants.models import Membership
from tenants.queries import active_members


class OutcomeForm(forms.Form):
    """Nuovo → description → active → Salva (IFY-18)."""

    name = forms.CharField(label=_("Description"), max_length=100)
    symbol = forms.ChoiceField(label=_("Symbol"), choices=OutcomeSymbol.choices, initial=OutcomeSymbol.CIRCLE)
    colour = forms.ChoiceField(label=_("Colour"), choices=Tone.choices, initial=Tone.GRAY)
    counts_as_held = forms.BooleanField(
        label=_("The appointment took place"),
        required=False,
        initial=True,
        help_text=_("Otherwise it is recorded as a no-show and does not count for the cadence."),
    )
    note_required = forms.BooleanField(label=_("Asks for a note"), required=False)
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, data: Any, *, choice: Outcome | None = None) -> None:
        super().__init__(data, initial=_initial(choice, OutcomeDetails.__dataclass_fields__))

    def details(self) -> OutcomeDetails:
        return OutcomeDetails(**self.cleaned_data)


class KindForm(forms.Form):
    """Nuovo: insert an activity, select the actions linked to it (IFY-52)."""

    name = forms.CharField(label=_("Description"), max_length=100)
    symbol = forms.ChoiceField(label=_("Symbol"), choices=OutcomeSymbol.choices, initial=OutcomeSymbol.TARGET)
    colour = forms.ChoiceField(label=_("Colour"), choices=Tone.choices, initial=Tone.INDIGO)
    types = forms.ModelMultipleChoiceField(
        label=_("Types of action"),
        queryset=AppointmentType.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, data: Any, *, choice: ActivityKind | None = None) -> None:
        initial = _initial(choice, ("name", "symbol", "colour", "active")) or {}
        held = [link.type_id for link in choice.kind_types.all()] if choice else []
        super().__init__(data, initial=initial | {"types": held})
        types: Any = self.fields["types"]
        types.queryset = scheduling.queries.appointment_types()

    def details(self) -> KindDetails:
        return KindDetails(**self.cleaned_data)


class HeldSelect(forms.NullBooleanSelect):
    """Yes, no, or what the outcome says."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", _("as the outcome says")), ("true", _("yes")), ("false", _("no"))]


def held_field() -> forms.NullBooleanField:
    return forms.NullBooleanField(
        label=_("The appointment took place"),
        required=False,
        widget=HeldSelect,
        help_text=_("What did not take place does not count for the cadence."),
    )


class RelationForm(forms.Form):
    """What one pair does (IFY-27 … IFY-36)."""

    status = forms.ModelChoiceField(
        label=_("Commercial status"), queryset=Status.objects.none(), required=False, empty_label=_("unchanged")
    )
    points = forms.IntegerField(label=_("Points"), min_value=0, max_value=MOST_POINTS, required=False)
    concluding = forms.BooleanField(label=_("Conclusive"), required=False, help_text=_("Closes the client's activity."))
    counts_as_held = held_field()
    follow_up_type = forms.ModelChoiceField(
        label=_("Next appointment"), queryset=AppointmentType.objects.none(), required=False, empty_label=_("none")
    )
    recipient = forms.ChoiceField(
        label=_("Recipient"), choices=[("", "–"), *Recipient.choices], required=False, initial=Recipient.ADVISOR
    )
    operator = forms.ModelChoiceField(
        label=_("Operator"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label="–",
        help_text=_("Only for a fixed operator."),
    )
    days = forms.IntegerField(label=_("Days after"), min_value=0, max_value=MOST_DAYS, required=False)
    hours = forms.IntegerField(label=_("Hours after"), min_value=0, max_value=MOST_HOURS, required=False)

    def __init__(self, data: Any, *, relation: Relation | None) -> None:
        names = (*RelationDetails.__dataclass_fields__,)
        super().__init__(data, initial=_initial(relation, names))
        fields: Any = self.fields
        fields["status"].queryset = clients.queries.statuses()
        fields["follow_up_type"].queryset = scheduling.queries.appointment_types()
        fields["operator"].queryset = active_members()

    def details(self) -> RelationDetails:
        data = self.cleaned_data
        numbers = {name: data[name] or 0 for name in ("points", "days", "hours")}
        is_fixed = data["recipient"] == Recipient.FIXED
        return RelationDetails(**{**data, **numbers, "operator": data["operator"] if is_fixed else None})


class TickForm(forms.Form):
    """The outcomes of one type (IFY-26)."""

    outcomes = forms.ModelMultipleChoiceField(queryset=Outcome.objects.none(), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field: Any = self.fields["outcomes"]
        field.queryset = queries.outcomes()


class ReplaceForm(forms.Form):
    """Sostituisci: which one takes its place. ``confirmed`` names the one whose counts were shown."""

    by = forms.ModelChoiceField(label=_("Replaced by"), queryset=Outcome.objects.none(), empty_label=_("Choose…"))
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, old: AppointmentType | Outcome) -> None:
        super().__init__(data)
        field: Any = self.fields["by"]
        field.queryset = type(old).objects.filter(active=True).exclude(pk=old.pk).order_by("position", "id")

    @property
    def is_confirmed(self) -> bool:
        """Whoever chooses another one after the counts is shown its counts first."""
        return bool(self.cleaned_data["confirmed"] == str(self.cleaned_data["by"].pk))


class ParametersForm(forms.Form):
    """Parametri (IFY-54 … IFY-56)."""

    standard_time = forms.TimeField(
        label=_("Standard time of next appointments"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Empty: the time of day at which the outcome is recorded."),
    )
    charge_days = forms.IntegerField(
        label=_("Reset of the charge, in days"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=_("What was taken in charge and not fulfilled is for everybody again; empty or 0: never."),
    )
    call_centre_category = forms.ModelChoiceField(
        label=_("Category for the call centre"),
        queryset=ListEntry.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("Set on the clients that a call-centre operator creates."),
    )

    def __init__(self, data: Any, *, parameters: Parameters) -> None:
        super().__init__(data, initial=_initial(parameters, self.base_fields))
        field: Any = self.fields["call_centre_category"]
        field.queryset = clients.queries.list_entries(ListName.CATEGORY)


class MoveForm(forms.Form):
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])

    def steps(self) -> int:
        return -1 if self.cleaned_data["direction"] == "up" else 1


def _initial(row: Any, names: Any) -> dict[str, Any] | None:
    return {name: getattr(row, name) for name in names} if row is not None else None
