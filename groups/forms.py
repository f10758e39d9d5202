"""What the pages of groups accept. The filter itself is the builder's (clients/builder)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, fields
from clients.grouping import groupable_fields
from clients.listing import NAME
from groups.enums import ViewLayout
from groups.models import Group, SavedSearch
from groups.models.views import LONGEST_NAME
from groups.services import ViewDetails
from web.documents import read_json


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


class ViewForm(forms.Form):
    """A vista: its name, and how it shows its clients. Whom it shows is the builder's."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(
        label=_("Description"), max_length=1_000, required=False, widget=forms.Textarea({"rows": 2})
    )
    layout = forms.ChoiceField(label=_("Shown as"), choices=ViewLayout.choices)
    grouping = forms.ChoiceField(label=_("Grouped by"), required=False)
    ordering = forms.ChoiceField(label=_("Order"), required=False)
    is_descending = forms.BooleanField(label=_("Largest or latest first"), required=False)
    columns = forms.MultipleChoiceField(label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple)
    is_shared = forms.BooleanField(label=_("Shared with the whole firm"), required=False)
    is_default = forms.BooleanField(label=_("My list begins with it"), required=False)
    # What of the list's address no filter says, as JSON.
    parameters = forms.CharField(max_length=2_000, required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]
        known = fields().values()
        none = [("", _("Nothing"))]
        self._offer("columns", headed(field for field in known if field.listable and field.name != NAME))
        self._offer("grouping", none + headed(groupable_fields()))
        self._offer("ordering", none + headed(field for field in known if field.sortable))

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def headings(self) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
        """The columns under their headings: name, label, and whether it is ticked."""
        chosen = self["columns"].value() or ()
        for heading, boxes in self.fields["columns"].choices:  # type: ignore[attr-defined]
            yield heading, [(name, label, name in chosen) for name, label in boxes]

    def details(self, document: object) -> ViewDetails:
        said = self.cleaned_data
        direction = "-" if said["is_descending"] and said["ordering"] else ""
        return ViewDetails(
            name=said["name"],
            description=said["description"],
            filter=document,
            parameters=said["parameters"],
            columns=said["columns"],
            ordering=direction + said["ordering"],
            grouping=said["grouping"],
            layout=said["layout"],
            is_shared=said.get("is_shared", False),
        )

    def clean_parameters(self) -> dict[str, str]:
        return read_parameters(self.cleaned_data["parameters"])


def read_parameters(text: str) -> dict[str, str]:
    """Nothing where it cannot be read."""
    try:
        given = read_json(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


class ListForm(forms.Form):
    """A marketing list; whom it is for is the builder's."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(
        label=_("Description"), max_length=1_000, required=False, widget=forms.Textarea({"rows": 2})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


def headed(found: Iterable[CatalogueField]) -> list[Any]:
    """Fields as a picker has them, under the catalogue's headings."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in found:
        groups.setdefault(str(each.group.label), []).append((each.name, capfirst(str(each.label))))
    return list(groups.items())
