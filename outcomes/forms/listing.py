"""What the storico and the list of activities can be narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

import clients.queries
import scheduling.queries
from clients.models import Status
from outcomes import queries
from outcomes.models import ActivityKind, Outcome
from scheduling.models import AppointmentType
from tenants.models import Membership
from tenants.queries import members
from web.narrowing import NarrowingForm, day_field


class StoricoForm(NarrowingForm):
    search = forms.CharField(label=_("Client"), required=False, max_length=200)
    type = forms.ModelChoiceField(
        label=_("Type"), queryset=AppointmentType.objects.none(), required=False, empty_label=_("All types")
    )
    outcome = forms.ModelChoiceField(
        label=_("Outcome"), queryset=Outcome.objects.none(), required=False, empty_label=_("All outcomes")
    )
    status = forms.ModelChoiceField(
        label=_("Commercial status"), queryset=Status.objects.none(), required=False, empty_label=_("All statuses")
    )
    author = forms.ModelChoiceField(
        label=_("Operator"), queryset=Membership.objects.none(), required=False, empty_label=_("All operators")
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))
    points = forms.IntegerField(label=_("Points from"), required=False, min_value=0, max_value=1_000_000)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["type"].queryset = scheduling.queries.appointment_types()
        fields["outcome"].queryset = queries.outcomes()
        fields["status"].queryset = clients.queries.statuses()
        fields["author"].queryset = members()


class ActivitiesForm(NarrowingForm):
    search = forms.CharField(label=_("Client"), required=False, max_length=200)
    kind = forms.ModelChoiceField(
        label=_("Activity"), queryset=ActivityKind.objects.none(), required=False, empty_label=_("All activities")
    )
    status = forms.ModelChoiceField(
        label=_("Commercial status"), queryset=Status.objects.none(), required=False, empty_label=_("All statuses")
    )
    owner = forms.ModelChoiceField(
        label=_("Followed by"), queryset=Membership.objects.none(), required=False, empty_label=_("Followed by anybody")
    )
    since = day_field(_("Status from"))
    until = day_field(_("Status until"))
    show = forms.ChoiceField(
        label=_("Show"),
        choices=[("open", _("Open ones")), ("closed", _("Closed ones")), ("all", _("Open and closed"))],
        required=False,
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.order_fields(["search", "kind", "status", "owner", "show"])
        fields: Any = self.fields
        fields["kind"].queryset = queries.activity_kinds()
        fields["status"].queryset = clients.queries.statuses()
        fields["owner"].queryset = members()


class ActivityForm(forms.Form):
    """An activity of a client."""

    kind = forms.ModelChoiceField(label=_("Activity"), queryset=ActivityKind.objects.none(), empty_label=None)
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    owner = forms.ModelChoiceField(
        label=_("Followed by"), queryset=Membership.objects.none(), required=False, empty_label=_("nobody")
    )
    status = forms.ModelChoiceField(
        label=_("Commercial status"), queryset=Status.objects.none(), required=False, empty_label=_("none")
    )

    def __init__(self, data: Any, *, has_kind: bool, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        fields["kind"].queryset = queries.activity_kinds().filter(active=True)
        fields["owner"].queryset = members()
        fields["status"].queryset = clients.queries.statuses()
        if not has_kind:
            del self.fields["kind"]


class CloseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
