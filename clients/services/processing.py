"""The register of processing activities: changed by who protects persons (GDPR, art. 30)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clients.models import Processing, ProcessingRegister
from clients.normalising import tidy
from clients.processing import register_of_firm
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove


@transaction.atomic
def set_register(values: Mapping[str, Any], *, by: Membership) -> ProcessingRegister:
    row = register_of_firm()
    before, after = audit.changes(row, values)
    for name, value in after.items():
        setattr(row, name, value)
    row.clean_fields(exclude=["firm"])
    if after:
        row.save()
        audit.record("processingregister.changed", row, by=by, before=before, after=after)
    return row


@transaction.atomic
def create_processing(values: Mapping[str, Any], *, by: Membership) -> Processing:
    """One of the firm's own, after the others."""
    row = Processing(**values)
    row.position = (Processing.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    settle_processing(row)
    row.save(force_insert=True)
    audit.record("processing.created", row, by=by, after={"name": row.name})
    return row


@transaction.atomic
def change_processing(row: Processing, values: Mapping[str, Any], *, by: Membership) -> Processing:
    locked: Processing = Processing.objects.select_for_update().get(pk=row.pk)
    before, after = audit.changes(locked, values)
    for name, value in after.items():
        setattr(locked, name, value)
    if after:
        settle_processing(locked)
        locked.version += 1
        locked.save()
        audit.record("processing.changed", locked, by=by, before=before, after=after)
    return locked


@transaction.atomic
def delete_processing(row: Processing, *, by: Membership) -> Removal:
    """The firm does not do it; a supplied one comes back as everything that was deleted."""
    removal = remove(row, by=by)
    audit.record("processing.deleted", row, by=by, before={"name": row.name})
    return removal


def settle_processing(row: Processing) -> None:
    """Of a new, a changed or a returned one. Raises ValidationError when another has its name."""
    row.name = tidy(row.name)
    row.clean_fields(exclude=["firm"])
    if Processing.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})
