"""An action recorded at once: type and outcome in one choice, so that it takes two clicks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from outcomes import queries
from outcomes.forms.recording import activity_field, offer_activities
from outcomes.models import Relation


class ActionForm(forms.Form):
    pair = forms.ModelChoiceField(queryset=Relation.objects.none(), label=_("What was done, and how it went"))
    ended_at = forms.DateTimeField(
        label=_("When it ended"),
        required=False,
        help_text=_("Empty: just now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    activity = activity_field()
    note = forms.CharField(label=_("Note"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, client: Client, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer_activities(self, client)
        field: Any = self.fields["pair"]
        field.queryset = queries.relations().filter(type__active=True, outcome__active=True)
        groups: dict[str, list[tuple[int, str]]] = {}
        for pair in field.queryset:
            groups.setdefault(pair.type.name, []).append((pair.pk, pair.outcome.name))
        field.choices = [("", _("Choose…")), *groups.items()]

    def clean_ended_at(self) -> Any:
        given = self.cleaned_data["ended_at"]
        return given if given is None or timezone.is_aware(given) else timezone.make_aware(given)
