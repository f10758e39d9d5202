"""The form of a subject, and what narrows their list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolios.enums import SubjectKind
from portfolios.models import Subject
from tenants.models import Membership


class SubjectForm(forms.Form):
    """The kind is chosen once: a link names the subject in the slot of his kind."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SubjectKind.choices)
    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=100)
    member = forms.ModelChoiceField(
        label=_("User"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("If this subject also works with the product."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, subject: Subject | None = None, initial: Any = None) -> None:
        known = {name: getattr(subject, name) for name in self.base_fields} if subject else initial
        super().__init__(data, initial=known)
        self.fields["member"].queryset = Membership.objects.order_by("name", "id")  # type: ignore[attr-defined]
        if subject:
            del self.fields["kind"]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "name", "member")}


class SubjectFilterForm(forms.Form):
    search = forms.CharField(required=False, max_length=100)
    kind = forms.ChoiceField(required=False, choices=[("", _("All kinds")), *SubjectKind.choices])
