"""Which weeks to plan and for whom; and what came back of a proposal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from scheduling.services import Choice
from scheduling.weeks.planning import FEWEST_WEEKS, MOST_CLIENTS, MOST_WEEKS, USUAL_WEEKS
from tenants.models import Membership
from tenants.permissions import Permission

LONGEST_ID = 19
# As a field for day and hour sends them.
MINUTES = "%Y-%m-%dT%H:%M"


class WeeksForm(forms.Form):
    """How many weeks from tomorrow on; whoever sees all clients plans for others as well."""

    weeks = forms.IntegerField(
        label=_("Weeks"), min_value=FEWEST_WEEKS, max_value=MOST_WEEKS, initial=USUAL_WEEKS, required=False
    )
    member = forms.ModelChoiceField(Membership.objects.none(), label=_("Advisor"), required=False, empty_label=None)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        people: Any = self.fields["member"]
        people.queryset = Membership.objects.filter(is_active=True).order_by("name", "pk")
        if not by.can(Permission.VIEW_ALL_CLIENTS):
            people.queryset = people.queryset.filter(pk=by.pk)
        people.initial = by.pk

    @property
    def asked(self) -> tuple[Membership, int]:
        """For whom and how many weeks; what makes no sense is as if it had not been said."""
        said = self.cleaned_data if self.is_valid() else {}
        return said.get("member") or self.by, said.get("weeks") or USUAL_WEEKS


def choices_of(data: QueryDict, zone: str) -> tuple[list[Choice], dict[int, str]]:
    """The rows that are ticked, and those whose time cannot be read."""
    moments, unread = moments_of(data, zone, prefix="at.")
    ticked = [int(key) for key in data.getlist("client")[:MOST_CLIENTS] if _is_id(key)]
    chosen = [Choice(pk, moments[pk]) for pk in ticked if pk in moments]
    return chosen, {pk: unread.get(pk, "") for pk in ticked if pk not in moments}


def moments_of(data: QueryDict, zone: str, *, prefix: str) -> tuple[dict[int, datetime], dict[int, str]]:
    """When each client is to be met, by the fields of that prefix, and what cannot be read."""
    moments: dict[int, datetime] = {}
    unread: dict[int, str] = {}
    for key in [key for key in data if key.startswith(prefix)][:MOST_CLIENTS]:
        pk, text = key.removeprefix(prefix), data.get(key, "")
        if not _is_id(pk):
            continue
        try:
            local = datetime.strptime(text, MINUTES)  # noqa: DTZ007 - the firm's clock, said on the next line
        except ValueError:
            unread[int(pk)] = text
        else:
            moments[int(pk)] = local.replace(tzinfo=ZoneInfo(zone))
    return moments, unread


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < LONGEST_ID
