"""Choosing which fields of a form are shown: for oneself, or as the firm's default (O-51)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from clients import sheets
from clients.models import SheetDefault
from tenants import audit
from tenants.models import Membership


def hide_fields(member: Membership, sheet: str, names: Collection[str] | None) -> None:
    """Hide these on the member's form from now on; None takes his own choice back to the firm's default."""
    chosen = {key: value for key, value in member.preferences.get(sheets.PREFERENCE, {}).items() if key != sheet}
    if names is not None:
        chosen[sheet] = sorted(set(names) - sheets.mandatory())
    member.preferences = {**member.preferences, sheets.PREFERENCE: chosen}
    member.save(update_fields=["preferences", "updated_at"])


@transaction.atomic
def set_default_fields(sheet: str, names: Collection[str], *, by: Membership) -> None:
    """Hide these from everybody who has not chosen for himself."""
    hidden = sorted(set(names) - sheets.mandatory())
    row, _created = SheetDefault.objects.get_or_create(sheet=sheet)
    before = list(row.hidden)
    if before != hidden:
        row.hidden = hidden
        row.save()
        audit.record("sheet.changed", row, by=by, before={"hidden": before}, after={"hidden": hidden})
