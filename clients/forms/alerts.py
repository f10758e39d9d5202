"""The rules by which the nights look through the consultations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import model_to_dict
from django.utils.text import capfirst

from clients import queries
from clients.models import AlertRules, Label
from web.widgets import TimeInput

NUMBERS = ("many", "off_hours", "guarded")


class AlertRulesForm(forms.Form):
    many = forms.IntegerField(min_value=0)
    off_hours = forms.IntegerField(min_value=0)
    opens_at = forms.TimeField(widget=TimeInput)
    closes_at = forms.TimeField(widget=TimeInput)
    weekends = forms.BooleanField(required=False)
    guarded = forms.IntegerField(min_value=0)
    label = forms.ModelChoiceField(Label.objects.none(), required=False, empty_label="–")

    def __init__(self, data: Any, *, rules: AlertRules) -> None:
        names = list(self.base_fields)
        super().__init__(data, initial=model_to_dict(rules, fields=names))
        for name in names:
            field: Any = AlertRules._meta.get_field(name)
            self.fields[name].label, self.fields[name].help_text = capfirst(field.verbose_name), field.help_text
        label: Any = self.fields["label"]
        label.queryset = queries.labels().filter(Q(active=True) | Q(pk__in=[rules.label_id]))
