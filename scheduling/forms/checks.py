"""The form of a check on a field; what it asks is put together in the filter builder beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.builder import Bracket, ConditionRow, apply_action, from_document, from_post
from clients.builder.checking import check as check_builder
from clients.catalogue import fields
from clients.filters.parsing import parse
from scheduling.checking import Rule, understood
from scheduling.enums import CheckRecipient
from scheduling.models import Check
from tenants.models import Membership
from tenants.queries import members


class CheckForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Description"), max_length=100)
    text = forms.CharField(
        label=gettext_lazy("Notice"),
        max_length=300,
        help_text=gettext_lazy("{when}, {days}, {date} and {client} are filled in on the day on which it is read."),
    )
    recipient = forms.ChoiceField(
        label=gettext_lazy("Shown to"), choices=CheckRecipient.choices, initial=CheckRecipient.ADVISOR
    )
    person = forms.ModelChoiceField[Membership](
        label=gettext_lazy("Which person"),
        queryset=None,
        required=False,
        empty_label="–",
        help_text=gettext_lazy("Only for one person."),
    )
    active = forms.BooleanField(label=gettext_lazy("Reminders are raised"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = members()


def initial_of(check: Check) -> dict[str, object]:
    return {name: getattr(check, name) for name in CheckForm.base_fields}


@dataclass
class CheckDraft:
    """The builder's one condition, which the check asks, and its bracket of those for whom it asks it."""

    row: ConditionRow
    scope: Bracket
    rule: Rule | None = field(default=None, init=False)

    @classmethod
    def of_post(cls, data: QueryDict) -> CheckDraft:
        return cls._of(apply_action(from_post(data), data.get("do", "")))

    @classmethod
    def of_check(cls, check: Check | None) -> CheckDraft:
        if check is None:
            return cls._of(Bracket())
        parts = [*from_document(check.condition).parts]
        if check.scope:
            parts.append(from_document(check.scope))
        return cls._of(Bracket(parts=parts))

    @classmethod
    def _of(cls, root: Bracket) -> CheckDraft:
        """Whatever was removed: the condition comes first, the bracket second."""
        row = next((part for part in root.parts if isinstance(part, ConditionRow)), ConditionRow())
        scope = next((part for part in root.parts if isinstance(part, Bracket)), Bracket())
        # As the checks have always been called (REL-45).
        row.wording = {"due_within_days": _("… days before"), "on_this_day_of_year": _("is the day of the year")}
        Bracket(parts=[row, scope]).numbered()
        return cls(row, scope)

    @property
    def condition(self) -> dict[str, Any]:
        return self.row.document()

    @property
    def scope_document(self) -> dict[str, Any] | None:
        return self.scope.document() if self.scope.parts else None

    def is_whole(self) -> bool:
        """Hold it against the filter language; faults stand at their rows afterwards."""
        root = Bracket(parts=[self.row, self.scope]).numbered()
        if check_builder(root, lambda document: parse(document, fields())) is None:
            return False
        self.rule = understood(self.condition, self.scope_document)
        return True
