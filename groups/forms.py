"""What the pages of groups accept. The filter itself is the builder's (clients/builder)."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import Group, SavedSearch


class GroupForm(forms.ModelForm[Group]):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Group
        fields: ClassVar[list[str]] = ["name", "description"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"description": forms.Textarea({"rows": 2})}


class NewGroupForm(GroupForm):
    yearly_meetings = forms.IntegerField(
        label=_("Meetings a year"),
        min_value=1,
        max_value=52,
        required=False,
        help_text=_("How often each member is to be met, from 1 to 52. Empty: the group drives no date."),
    )


class SavedSearchForm(forms.ModelForm[SavedSearch]):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = SavedSearch
        fields: ClassVar[list[str]] = ["name", "description"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"description": forms.Textarea({"rows": 2})}


class MemberSearchForm(forms.Form):
    """Which members to look at, or whom to add."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
