"""Campaigns as people enter them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communications import queries
from communications.enums import CampaignResponse, CampaignState
from communications.models import Campaign, ServiceOpportunity
from communications.models.opportunities import LONGEST_NOTE
from communications.services import Answer, CampaignDetails
from groups.queries import audience_choices
from portfolios.models import Typology
from tenants.models import Membership
from web.widgets import DayInput

NAMES = ("name", "state", "starts_on", "ends_on", "typology", "opportunity", "cost", "description", "version")


class CampaignForm(forms.Form):
    """Name, period, state, typology, service and cost."""

    name = forms.CharField(label=_("Name"), max_length=100)
    state = forms.ChoiceField(label=_("State"), choices=CampaignState.choices)
    starts_on = forms.DateField(label=_("From"), widget=DayInput)
    ends_on = forms.DateField(label=_("Until"), required=False, widget=DayInput)
    typology = forms.ModelChoiceField(
        queryset=Typology.objects.none(), label=_("Typology"), required=False, empty_label=_("None")
    )
    opportunity = forms.ModelChoiceField(
        queryset=ServiceOpportunity.objects.none(),
        label=_("Service"),
        required=False,
        empty_label=_("None"),
        help_text=_("The results count its proposals alone; without one they count all."),
    )
    cost = forms.DecimalField(label=_("Cost"), required=False, min_value=0, max_digits=15, decimal_places=2)
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, campaign: Campaign | None = None, initial: Any = None) -> None:
        given = {name: getattr(campaign, name) for name in NAMES} if campaign else (initial or {})
        super().__init__(data, initial=given)
        typology, service = (self.fields[name] for name in ("typology", "opportunity"))
        typology.queryset = Typology.objects.filter(active=True).order_by("position")  # type: ignore[attr-defined]
        service.queryset = queries.services()  # type: ignore[attr-defined]

    def details(self) -> CampaignDetails:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return CampaignDetails(**said | {"state": CampaignState(said["state"])})


class JoinForm(forms.Form):
    """Which campaign; closed ones take nobody any more."""

    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none(), label=_("Campaign"), empty_label=_("Choose…"))

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        field: Any = self.fields["campaign"]
        field.queryset = queries.campaigns().exclude(state=CampaignState.CLOSED)


class AudienceForm(forms.Form):
    """A vista, a group, a marketing list or a saved search, whose clients join (REL-13)."""

    audience = forms.ChoiceField(label=_("Clients of"))

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        field: Any = self.fields["audience"]
        field.choices = [("", _("Choose…")), *audience_choices(member)]


class AnswerForm(forms.Form):
    """What a member of a campaign said."""

    response = forms.ChoiceField(label=_("Answer"), choices=CampaignResponse.choices)
    note = forms.CharField(label=_("Annotation"), max_length=1_000, required=False)

    def answer(self) -> Answer:
        said = self.cleaned_data
        return Answer(response=CampaignResponse(said["response"]), note=said["note"])
