"""Defining user fields (campi utente): add, change, order, deactivate, and delete while unused (SIS-16)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clients import lists
from clients.catalogue import forget_fields
from clients.custom.definitions import forget_definitions
from clients.enums import CustomType
from clients.filters.folding import fold
from clients.models import CustomField, CustomValue
from clients.normalising import tidy
from clients.services.order import move
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

MOST_FIELDS = 200
WITH_LIST = (CustomType.CHOICE, CustomType.CHOICES)
CHANGEABLE = ("label", "help_text", "form", "required", "in_mail", "active")


@transaction.atomic
def create_custom_field(field: CustomField, *, by: Membership | None) -> CustomField:
    """Add a field at the end; without a key it gets one from its label. At once it is everywhere."""
    if CustomField.objects.count() >= MOST_FIELDS:
        raise ValidationError(_("At most %(most)s user fields."), code="too_many", params={"most": MOST_FIELDS})
    field.label = tidy(field.label)
    field.key = field.key or _free_key(field.label)
    _check(field)
    field.position = (CustomField.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    field.save(force_insert=True)
    _forget()
    audit.record("customfield.created", field, by=by, after={"label": field.label, "type": field.type})
    return field


@transaction.atomic
def change_custom_field(field: CustomField, values: Mapping[str, Any], *, by: Membership | None) -> CustomField:
    """Change all but key, type and list; deactivated it leaves every page, and its values stay (XCT-09)."""
    for name in values:
        if name not in CHANGEABLE and getattr(field, name) != values[name]:
            raise ValidationError({name: ValidationError(_("This cannot be changed."), code="unchangeable")})
    before, after = audit.changes(field, {name: values[name] for name in values if name in CHANGEABLE})
    for name, value in after.items():
        setattr(field, name, value)
    if after:
        field.label = tidy(field.label)
        _check(field)
        field.save()
        _forget()
        audit.record("customfield.changed", field, by=by, before=before, after=after)
    return field


@transaction.atomic
def move_custom_field(field: CustomField, *, steps: int, by: Membership | None) -> None:
    """One or more places up (negative) or down."""
    before = {"position": field.position}
    move(field, CustomField.objects.all(), steps=steps)
    _forget()
    audit.record("customfield.moved", field, by=by, before=before, after={"position": field.position})


@transaction.atomic
def delete_custom_field(field: CustomField, *, by: Membership | None) -> Removal:
    """Only while no client has a value; otherwise it is deactivated."""
    if CustomValue.objects.filter(field=field).exists():
        message = _("Clients have values in “%(name)s”: it can be deactivated, not deleted.")
        raise ValidationError(message, code="in_use", params={"name": field.label})
    removal = remove(field, by=by)
    _forget()
    audit.record("customfield.deleted", field, by=by, before={"label": field.label})
    return removal


def settle_custom_field(field: CustomField) -> None:
    """One that is back from a deletion. Raises ValidationError when its name is taken, or its list is gone."""
    _check(field)
    _forget()


def _check(field: CustomField) -> None:
    field.clean_fields()
    problems: dict[str, ValidationError] = {}
    others = CustomField.objects.exclude(pk=field.pk)
    if others.filter(key=field.key).exists():
        problems["key"] = ValidationError(_("This key is taken."), code="unique")
    if fold(field.label) in {fold(label) for label in others.values_list("label", flat=True)}:
        problems["label"] = ValidationError(_("This name is taken."), code="unique")
    if field.type not in WITH_LIST:
        field.list_name = ""
    elif field.list_name not in lists.names():
        problems["list_name"] = ValidationError(_("Choose the list of its entries."), code="required")
    if problems:
        raise ValidationError(problems)


def _free_key(label: str) -> str:
    """``gestione_magazzino`` from “Gestione magazzino”, with a number where that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:36] or "campo"
    stem = stem if stem[0].isalpha() else f"campo_{stem}"[:36]
    taken = set(CustomField.objects.values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 1_000))) if key not in taken)


def _forget() -> None:
    forget_definitions()
    forget_fields()
