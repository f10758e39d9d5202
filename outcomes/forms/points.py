"""Forms of the ranking, of challenges and of the Monday mail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.models import Challenge
from outcomes.models.choices import MOST_POINTS
from outcomes.queries.leaderboard import Period, week_of
from outcomes.services.challenges import ChallengeDetails
from outcomes.services.points import LONGEST_REASON, Correction
from scheduling.models import AppointmentType
from scheduling.queries import appointment_types
from tenants.enums import Role
from tenants.models import Membership
from tenants.queries import members


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PeriodForm(forms.Form):
    """Which days, which type, which team."""

    type = forms.ModelChoiceField[AppointmentType](
        label=_("Type"), queryset=None, required=False, empty_label=_("All types")
    )
    role = forms.ChoiceField(label=_("Team"), choices=(("", _("All roles")), *Role.choices), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        self.month = month = Period(first=today.replace(day=1), last=today)
        fields["from"] = forms.DateField(label=_("From"), required=False, initial=month.first, widget=_date_input())
        fields["to"] = forms.DateField(label=_("To"), required=False, initial=month.last, widget=_date_input())
        fields["type"].queryset = appointment_types()
        self.order_fields(["from", "to", "type", "role"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("from") and values.get("to") and values["to"] < values["from"]:
            self.add_error("to", forms.ValidationError(_("The end must not come before the beginning."), "ends_early"))
        return values

    @property
    def period(self) -> Period:
        """What was asked for; this month where nothing was, or nothing that makes sense."""
        if not self.is_valid():
            return self.month
        first: date | None = self.cleaned_data.get("from")
        last: date | None = self.cleaned_data.get("to")
        if first is None:
            return Period(first=last, last=last) if last else self.month
        return Period(first=first, last=last or max(first, self.month.last))


def usual_periods(today: date) -> list[tuple[str | Promise, Period]]:
    """What one mostly wants to see."""
    this_week = week_of(today)
    last_month = today.replace(day=1) - timedelta(days=1)
    return [
        (_("This week"), this_week),
        (_("Last week"), week_of(today - timedelta(days=7))),
        (_("This month"), Period(first=today.replace(day=1), last=today)),
        (_("Last month"), Period(first=last_month.replace(day=1), last=last_month)),
        (_("This year"), Period(first=date(today.year, 1, 1), last=today)),
    ]


class CorrectionForm(forms.Form):
    """So many points more or less, and why."""

    points = forms.IntegerField(
        label=_("Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        help_text=_("With a minus they are taken off."),
    )
    type = forms.ModelChoiceField[AppointmentType](
        label=_("Type"), queryset=None, required=False, empty_label=_("Of no type")
    )
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["type"].queryset = appointment_types()

    def correction(self) -> Correction:
        return Correction(**self.cleaned_data)


class ChallengeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    starts_on = forms.DateField(label=_("From"), widget=_date_input())
    ends_on = forms.DateField(label=_("To"), widget=_date_input())
    target = forms.IntegerField(label=_("Target in points"), min_value=1, max_value=2_000_000_000)
    prize = forms.CharField(label=_("Prize"), required=False, widget=forms.Textarea({"rows": 2}))
    participants = forms.ModelMultipleChoiceField[Membership](
        label=_("Participants"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody ticked: everybody takes part."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["participants"].queryset = members().filter(is_active=True).exclude(role=Role.READ_ONLY)

    def details(self) -> ChallengeDetails:
        said = {name: self.cleaned_data[name] for name in ("name", "starts_on", "ends_on", "target", "prize")}
        return ChallengeDetails(**said, participants=list(self.cleaned_data["participants"]))


def initial_of(challenge: Challenge) -> dict[str, Any]:
    plain = ("name", "starts_on", "ends_on", "target", "prize", "version")
    chosen = [] if challenge.for_everybody else list(challenge.entrants.values_list("member_id", flat=True))
    return {name: getattr(challenge, name) for name in plain} | {"participants": chosen}


class PointsMailForm(forms.Form):
    """To whom "Punti operatori" goes (IFY-47)."""

    automatic = forms.BooleanField(label=_("Send it every Monday"), required=False, initial=True)
    addresses = forms.CharField(
        label=_("Addresses"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line. Without an address nothing is sent."),
    )

    def given(self) -> list[str]:
        text: str = self.cleaned_data["addresses"]
        return text.replace(",", "\n").replace(";", "\n").splitlines()
