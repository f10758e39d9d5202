"""Forms of the types of appointment (Tipi/Azioni)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from scheduling.enums import Symbol, Tone
from scheduling.models import AppointmentType
from scheduling.services import TypeDetails


class TypeForm(forms.Form):
    """Nuovo → description → active → Salva (IFY-12), and what the cadence needs (REL-53)."""

    name = forms.CharField(label=gettext_lazy("Description"), max_length=100)
    active = forms.BooleanField(
        label=gettext_lazy("Active"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Only active types are offered for new appointments."),
    )
    counts_for_cadence = forms.BooleanField(
        label=gettext_lazy("Counts for the cadence"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Meetings do, telephone calls do not."),
    )
    duration_minutes = forms.IntegerField(
        label=gettext_lazy("Usual duration in minutes"), min_value=5, max_value=1440, initial=60
    )
    symbol = forms.ChoiceField(label=gettext_lazy("Symbol"), choices=Symbol.choices, initial=Symbol.CALENDAR)
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=Tone.choices, initial=Tone.BLUE)

    def details(self) -> TypeDetails:
        return TypeDetails(**self.cleaned_data)


class TypeMoveForm(forms.Form):
    """One place up or down: the way without dragging."""

    direction = forms.ChoiceField(choices=[("up", ""), ("down", "")])


def initial_of(kind: AppointmentType) -> dict[str, object]:
    return {name: getattr(kind, name) for name in TypeForm.base_fields}
