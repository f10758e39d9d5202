"""Services of the firm, and what clients have of them, as people enter them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from communications import queries
from communications.enums import ENDED, OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.models.opportunities import LONGEST_NOTE
from communications.services import Ending, ServiceDetails
from tenants.models import Membership

OUTCOMES = [(state.value, state.label) for state in ENDED]


def _words(label: Any, **kwargs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONGEST_NOTE, required=False, widget=area, **kwargs)


class ServiceForm(forms.Form):
    """A service of the firm's own."""

    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("Description"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is about, for whoever proposes it."),
    )
    active = forms.BooleanField(label=_("Offered"), required=False, initial=True)

    def __init__(self, data: Any = None, *, service: ServiceOpportunity | None = None) -> None:
        names = ("name", "description", "active")
        super().__init__(data, initial={name: getattr(service, name) for name in names} if service else None)

    def details(self) -> ServiceDetails:
        return ServiceDetails(**self.cleaned_data)


class MoveForm(forms.Form):
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])

    def steps(self) -> int:
        return -1 if self.cleaned_data["direction"] == "up" else 1


class AssociateForm(forms.Form):
    """Which service, with a first annotation; of many clients at once."""

    opportunity = forms.ModelChoiceField(
        queryset=ServiceOpportunity.objects.none(), label=_("Service"), empty_label=_("Choose…")
    )
    notes = _words(_("Annotations"))

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        field: Any = self.fields["opportunity"]
        field.queryset = queries.offered_services()


class OpenForm(AssociateForm):
    """The same for one client: what he has open is not offered again."""

    def __init__(self, data: Any, member: Membership, *, client: Client) -> None:
        super().__init__(data, member)
        field: Any = self.fields["opportunity"]
        having = ClientOpportunity.objects.filter(client=client, closed_at__isnull=True).values("opportunity_id")
        field.queryset = field.queryset.exclude(pk__in=having)


class CellForm(forms.Form):
    """A cell of the matrix: client and service."""

    cell = forms.RegexField(r"\A[1-9][0-9]{0,17}-[1-9][0-9]{0,17}\Z")

    def clean(self) -> dict[str, Any]:
        client, _dash, service = self.cleaned_data.get("cell", "").partition("-")
        return {"client": int(client), "service": int(service)} if service else {}


class CloseManyForm(forms.Form):
    """What becomes of an open proposal of many clients."""

    opportunity = forms.ModelChoiceField(
        queryset=ServiceOpportunity.objects.none(), label=_("Service"), empty_label=_("Choose…")
    )
    state = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    note = _words(_("How it ended"))

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        field: Any = self.fields["opportunity"]
        field.queryset = queries.services()


class AnnotateForm(forms.Form):
    notes = _words(_("Annotations"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Chiudi: the outcome, the day and how it ended."""

    state = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    on = forms.DateField(
        label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = _words(_("How it ended"))

    def ending(self) -> Ending:
        data = self.cleaned_data
        return Ending(state=OpportunityState(data["state"]), note=data["note"], on=data["on"])
