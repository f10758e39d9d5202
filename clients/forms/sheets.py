"""Which fields a form shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients import catalogue, sheets
from clients.catalogue import FieldGroup
from clients.custom.definitions import PREFIX
from clients.forms.records import NOT_IN_THE_FORM
from clients.values import OF_CLIENT, OF_PROFILE
from tenants.models import Membership

ROW_LABELS = {"emails": _("E-mails"), "phones": _("Telephones"), "addresses": _("Addresses")}


class SheetForm(forms.Form):
    """A box for each field of the form, under the catalogue's headings; ticked ones are shown."""

    shown = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    for_whom = forms.ChoiceField(
        choices=[("me", "me"), ("everybody", "everybody"), ("as_the_firm", "as the firm")], required=False
    )

    def __init__(self, data: Any, *, sheet: str, member: Membership) -> None:
        hidden = sheets.hidden(member, sheet)
        self.offered = dict(_offered(sheet))
        names = [name for boxes in self.offered.values() for name, _label in boxes]
        super().__init__(data, initial={"shown": [name for name in names if name not in hidden]})
        self.fields["shown"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def headings(self) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
        """Each heading with its boxes: name, label, and whether it is ticked."""
        shown = self["shown"].value() or ()
        for heading, boxes in self.offered.items():
            yield heading, [(name, label, name in shown) for name, label in boxes]

    def hidden(self) -> list[str]:
        shown = set(self.cleaned_data["shown"])
        return [name for boxes in self.offered.values() for name, _label in boxes if name not in shown]


def _offered(sheet: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What stands on the form and may be hidden."""
    own = {*OF_CLIENT, *OF_PROFILE, "labels"} - NOT_IN_THE_FORM - sheets.mandatory()
    for group in FieldGroup:
        boxes = [
            (field.name, str(capfirst(str(field.label))))
            for field in catalogue.fields().values()
            if field.group == group and _may_be_hidden(field.name, own) and sheets.is_on(field.name, sheet)
        ]
        if group == FieldGroup.CONTACTS:
            boxes = [(name, str(label)) for name, label in ROW_LABELS.items()] + boxes
        if boxes:
            yield str(group.label), boxes


def _may_be_hidden(name: str, own: set[str]) -> bool:
    return name in own or (name.startswith(PREFIX) and name not in sheets.mandatory())
