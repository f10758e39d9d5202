"""The targets of an import as a person is offered them: with names that differ, under headings."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients import catalogue
from clients.catalogue import FieldGroup
from clients.imports.targets import Target, targets

HEADINGS = {
    "name": FieldGroup.IDENTITY,
    "email_2": FieldGroup.CONTACTS,
    "email_3": FieldGroup.CONTACTS,
    "mobile": FieldGroup.CONTACTS,
    "phone_2": FieldGroup.CONTACTS,
    "household_external_id": FieldGroup.RELATIONSHIP,
    "last_meeting_on": FieldGroup.PLANNING,
    "next_meeting_on": FieldGroup.PLANNING,
}

Choice = tuple[str, str]


def label_of(target: Target) -> str:
    return str(capfirst(str(target.label)))


def offered() -> list[tuple[str, list[Choice]]]:
    """Every target under the heading of the catalogue that it belongs to."""
    known = catalogue.fields()
    found: dict[str, list[Choice]] = {}
    for target in targets().values():
        group = HEADINGS.get(target.name) or (known[target.name].group if target.name in known else FieldGroup.RECORD)
        found.setdefault(str(group.label), []).append((target.name, label_of(target)))
    order = [str(group.label) for group in FieldGroup]
    return [not_imported(), *sorted(found.items(), key=lambda part: order.index(part[0]))]


def not_imported() -> tuple[str, list[Choice]]:
    """The choice of a column that is left out."""
    return "", [("", _("– do not import –"))]
