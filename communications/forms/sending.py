"""Genera comunicazione and Distribuzione documenti, as people fill them in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from communications import audiences, queries
from communications.models import Communication, CommunicationTemplate
from tenants.models import Membership


class GenerateForm(forms.Form):
    """Which text, and for whom; an audience that the address names (a filter, one client) is not among the choices."""

    template = forms.ModelChoiceField(
        queryset=CommunicationTemplate.objects.none(), label=_("Template"), empty_label=_("Choose…")
    )
    audience = forms.ChoiceField(label=_("Clients"))

    def __init__(self, data: Any, *, member: Membership, given: str = "") -> None:
        super().__init__(data)
        templates: Any = self.fields["template"]
        templates.queryset = CommunicationTemplate.objects.filter(active=True).order_by("kind", "position", "pk")
        templates.label_from_instance = lambda template: f"{template.name} ({template.get_kind_display()})"
        offered = audiences.choices_for(member)
        if given and given not in {code for _heading, rows in offered for code, _name in rows}:
            offered = [(str(_("Chosen")), [(given, audiences.name_of(given, by=member))])]
        audience: Any = self.fields["audience"]
        audience.choices = [("", _("Choose…")), *offered]
        audience.initial = given


class SelectionForm(forms.Form):
    """Which communications, and what to do with them; ``scope=all`` means every one in the state of the page."""

    do = forms.ChoiceField(choices=[(name, name) for name in ("send", "regenerate", "cancel", "restore")])
    scope = forms.ChoiceField(choices=[("", ""), ("all", "all")], required=False)
    state = forms.CharField(max_length=20, required=False)
    run = forms.IntegerField(required=False, min_value=1)
    ids = forms.ModelMultipleChoiceField(queryset=Communication.objects.none(), required=False)

    def __init__(self, data: Any, *, member: Membership) -> None:
        super().__init__(data)
        self.member = member
        ids: Any = self.fields["ids"]
        ids.queryset = queries.visible_communications(member)

    def communications(self) -> QuerySet[Communication]:
        """The selected ones, as far as the member sees them."""
        rows = queries.visible_communications(self.member)
        if self.cleaned_data["scope"] != "all":
            return rows.filter(pk__in=[row.pk for row in self.cleaned_data["ids"]])
        if self.cleaned_data["run"]:
            rows = rows.filter(run=self.cleaned_data["run"])
        return queries.in_state(rows, self.cleaned_data["state"])
