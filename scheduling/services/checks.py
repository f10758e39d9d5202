"""Checks (Verifiche): the predefined one that asks for a new meeting (REL-47), and those of the firm (REL-43 … REL-45).

What a check finds follows the night after, which then holds everybody against it; what is switched off or deleted shows
nothing from that moment on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.catalogue import fields
from clients.filters.parsing import to_json
from clients.filters.refusals import FilterError, FilterInvalid
from clients.filters.rewriting import renamed
from clients.models import ListEntry
from clients.wording import refusal
from scheduling.checking import understood
from scheduling.enums import CheckKind, CheckRecipient
from scheduling.models import Check
from scheduling.placeholders import unknown_placeholders
from tenants import audit
from tenants.models import Membership

MOST_CHECKS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDetails:
    """What a check says: ``condition`` one condition of the filter language, ``scope`` a filter or nothing."""

    name: str
    condition: object
    text: str
    scope: object = None
    recipient: str = CheckRecipient.ADVISOR
    person: Membership | None = None


@transaction.atomic
def edit_planning_check(check: Check, *, lead_days: int, text: str, active: bool, by: Membership) -> Check:
    """From the next night on, which then computes every client anew (O-16)."""
    before = _planning_facts(check)
    _check_text(text)
    check.lead_days, check.text, check.active = lead_days, text.strip(), active
    check.full_clean()
    check.save(update_fields=["lead_days", "text", "active"])
    if _planning_facts(check) != before:
        audit.record("check.edited", check, by=by, before=before, after=_planning_facts(check))
    return check


@transaction.atomic
def create_check(details: CheckDetails, *, active: bool = True, by: Membership | None, at: datetime) -> Check:
    if Check.objects.filter(deleted_at__isnull=True).count() >= MOST_CHECKS:
        raise ValidationError(_("A firm has at most %(most)s checks.") % {"most": MOST_CHECKS}, code="too_many")
    check = Check(kind=CheckKind.FIELD, active=active, changed_at=at if active else None)
    _write(check, details)
    check.save(force_insert=True)
    audit.record("check.created", check, by=by, after=_facts(check))
    return check


@transaction.atomic
def edit_check(
    check: Check, details: CheckDetails, *, by: Membership, at: datetime, version: int | None = None
) -> Check:
    """Reminders that it would no longer raise end with the night."""
    locked = _lock(check, version=version)
    before = _facts(locked)
    _write(locked, details)
    if _facts(locked) == before:
        return locked
    _save(locked, at=at)
    audit.record("check.changed", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def set_check_active(check: Check, *, active: bool, by: Membership, at: datetime) -> Check:
    """Of the planning check too, which then has every client computed anew."""
    locked = _lock(check)
    if locked.active == active:
        return locked
    locked.active = active
    _save(locked, at=at)
    action = "check.activated" if active else "check.deactivated"
    audit.record(action, locked, by=by, before={"active": not active}, after={"active": active})
    return locked


@transaction.atomic
def delete_check(check: Check, *, by: Membership, at: datetime) -> Check:
    """Kept out of sight, so that it can be taken back with its reminders as they are."""
    locked = _lock(check)
    if locked.is_planning:
        raise ValidationError(_("The planning check can be switched off, not deleted."), code="predefined")
    locked.deleted_at = at
    _save(locked, at=at)
    audit.record("check.deleted", locked, by=by, before=_facts(locked))
    return locked


@transaction.atomic
def restore_check(check: Check, *, by: Membership, at: datetime) -> Check:
    locked: Check = Check.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if locked.deleted_at is None:
        return locked
    locked.deleted_at = None
    _save(locked, at=at)
    audit.record("check.restored", locked, by=by, after=_facts(locked))
    return locked


@transaction.atomic
def rename_in_checks(old: ListEntry, new: ListEntry, *, by: Membership | None, at: datetime) -> None:
    """Deleted ones as well: they may be taken back."""
    names = {field.name for field in fields().values() if field.list_name == old.list_name}
    for check in Check.objects.select_for_update(of=("self",)).filter(kind=CheckKind.FIELD).order_by("pk"):
        before = _facts(check)
        check.condition = renamed(check.condition, names, old=old.pk, new=new.pk)
        check.scope = renamed(check.scope, names, old=old.pk, new=new.pk)
        if _facts(check) != before:
            _save(check, at=at)
            audit.record("check.changed", check, by=by, before=before, after=_facts(check))


def _lock(check: Check, *, version: int | None = None) -> Check:
    rows = Check.objects.select_for_update(of=("self",)).filter(pk=check.pk, deleted_at__isnull=True)
    locked: Check | None = rows.first()
    if locked is None:
        raise ValidationError(_("This check no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this check in the meantime."), code="stale")
    return locked


def _save(check: Check, *, at: datetime) -> None:
    check.version += 1
    if not check.is_planning:
        check.changed_at = at
    check.save()


def _write(check: Check, details: CheckDetails) -> None:
    if check.is_planning:
        raise ValidationError(_("The planning check asks what it asks."), code="predefined")
    _check_text(details.text)
    _check_person(check, details)
    check.name, check.text = details.name.strip(), details.text.strip()
    check.recipient = details.recipient
    check.person = details.person if details.recipient == CheckRecipient.PERSON else None
    check.condition, check.scope = _condition(details.condition), _scope(details)
    if not check.text:
        raise ValidationError({"text": ValidationError(_("Say what the reminder is to tell."), code="required")})
    check.full_clean(exclude={"firm", "person", "condition", "scope"})


def _condition(document: object) -> Any:
    try:
        return to_json(understood(document).condition)
    except FilterInvalid as problem:
        raise _refused("condition", problem) from problem


def _scope(details: CheckDetails) -> Any:
    """A filter of nothing is everybody."""
    if details.scope in (None, {}, {"all": []}):
        return None
    try:
        return to_json(understood(details.condition, details.scope).scope)
    except FilterInvalid as problem:
        raise _refused("scope", problem) from problem


def _refused(field: str, problem: FilterInvalid) -> ValidationError:
    return ValidationError({field: [ValidationError(_located(error), code=error.code) for error in problem.errors]})


def _located(error: FilterError) -> str:
    return f"{error.path}: {refusal(error)}" if error.path else refusal(error)


def _check_text(text: str) -> None:
    unknown = unknown_placeholders(text)
    if unknown:
        words = _("%(name)s is not filled in: use {when}, {days}, {date} or {client}.") % {"name": f"{{{unknown[0]}}}"}
        raise ValidationError({"text": ValidationError(words, code="unknown_placeholder")})


def _check_person(check: Check, details: CheckDetails) -> None:
    if details.recipient != CheckRecipient.PERSON:
        return
    if details.person is None:
        raise ValidationError({"person": ValidationError(_("Name the person."), code="person_missing")})
    if not details.person.is_active and check.person_id != details.person.pk:
        refused = ValidationError(_("This person is no longer active."), code="person_not_active")
        raise ValidationError({"person": refused})


def _planning_facts(check: Check) -> dict[str, object]:
    return {"lead_days": check.lead_days, "text": check.text, "active": check.active}


def _facts(check: Check) -> dict[str, object]:
    plain = ("name", "text", "active", "condition", "scope", "recipient")
    return {name: getattr(check, name) for name in plain} | {"person": check.person_id}
