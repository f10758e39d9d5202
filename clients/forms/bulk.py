"""Which clients an action on many is to concern: those ticked, or all that the list shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import offered_to
from clients.forms.listing import ClientFilterSet
from clients.models import Client
from clients.queries import visible_clients
from tenants.models import Membership

LARGEST_ID = 2**63 - 1
LONGEST_ADDRESS = 60_000


class IdsField(forms.Field):
    """Any number of ids; those of nobody are simply not found."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"invalid": _("The selection is not readable.")}

    def to_python(self, value: Any) -> list[int]:
        try:
            ids = [int(part) for part in value or ()]
        except (TypeError, ValueError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return [pk for pk in ids if 0 < pk <= LARGEST_ID]


class SelectionForm(forms.Form):
    """``scope=all`` means every client that the list at ``query`` shows, on all its pages."""

    action = forms.ChoiceField()
    scope = forms.ChoiceField(choices=[("", ""), ("all", "all")], required=False)
    query = forms.CharField(max_length=LONGEST_ADDRESS, required=False)
    ids = IdsField(required=False)

    def __init__(self, data: Any, *, member: Membership) -> None:
        super().__init__(data)
        self.member = member
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            (action.code, action.label) for action in offered_to(member)
        ]

    def clients(self, *, today: date) -> QuerySet[Client]:
        """The selected clients, as far as the member sees them."""
        if self.cleaned_data["scope"] == "all":
            return ClientFilterSet(QueryDict(self.cleaned_data["query"]), self.member, today=today).narrowed
        return visible_clients(self.member).filter(pk__in=self.cleaned_data["ids"])
