"""Defining macros (IFY-02, IFY-08): what they find, what they plan, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import SavedSearch
from scheduling.enums import Recipient, Rhythm
from scheduling.macro_models import NINE
from scheduling.models import AppointmentType, Macro, MacroItem
from scheduling.schedules import Schedule, ScheduleError
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership, Removal
from tenants.services import remove


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroDetails:
    """What a macro says; it is off until somebody switches it on."""

    name: str
    search: SavedSearch
    type: AppointmentType
    recipient: str = Recipient.ADVISOR
    operator: Membership | None = None
    offset_days: int = 7
    at_time: time = NINE
    rhythm: str = Rhythm.BY_HAND
    weekday: int | None = None
    month_day: int | None = None
    cron: str = ""
    pause_days: int = 0
    confirm_above: int = 100


@transaction.atomic
def create_macro(details: MacroDetails, *, by: Membership | None, at: datetime) -> Macro:
    macro = Macro(owner=by, runs_since=_today(at))
    _check(details, None)
    _write(macro, details)
    macro.save()
    audit.record("macro.created", macro, by=by, after=_facts(macro))
    return macro


@transaction.atomic
def edit_macro(
    macro: Macro, details: MacroDetails, *, by: Membership, at: datetime, version: int | None = None
) -> Macro:
    """A new rhythm begins today: nothing that it would have done before is made up for."""
    locked = lock_macro(macro, version=version)
    _check(details, locked)
    before, schedule = _facts(locked), locked.schedule
    _write(locked, details)
    if locked.schedule != schedule:
        locked.runs_since = _today(at)
    _save(locked)
    audit.record("macro.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def set_macro_active(macro: Macro, *, active: bool, by: Membership, at: datetime) -> Macro:
    """Switched on, it runs from its next occurrence on; its owner becomes who did it."""
    locked = lock_macro(macro)
    if locked.active == active:
        return locked
    locked.active = active
    if active:
        locked.runs_since, locked.owner = _today(at), by
    _save(locked)
    action = "macro.activated" if active else "macro.deactivated"
    audit.record(action, locked, by=by, before={"active": not active}, after={"active": active})
    return locked


@transaction.atomic
def delete_macro(macro: Macro, *, by: Membership) -> Removal:
    """One that has made appointments is switched off instead (XCT-09)."""
    locked = lock_macro(macro)
    if MacroItem.objects.filter(run__macro=locked).exists():
        raise ValidationError(_("This macro has made appointments: switch it off instead."), code="in_use")
    audit.record("macro.deleted", locked, by=by, before=_facts(locked))
    return remove(locked, by=by)


def lock_macro(macro: Macro, *, version: int | None = None) -> Macro:
    locked: Macro | None = (
        Macro.objects.select_for_update(of=("self",)).select_related("search", "type").filter(pk=macro.pk).first()
    )
    if locked is None:
        raise ValidationError(_("This macro no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this macro in the meantime."), code="stale")
    return locked


def check_schedule(schedule: Schedule) -> None:
    """Raises ValidationError at the field that says what nobody can follow."""
    try:
        schedule.check()
    except ScheduleError as problem:
        words = {
            "weekday": _("Choose a day of the week."),
            "month_day": _("Choose a day of the month."),
            "cron": _("Five fields are needed that name a date to come: minute, hour, day, month, weekday."),
        }
        refusal = ValidationError(words[problem.code], code="not_a_schedule")
        raise ValidationError({problem.code: refusal}) from problem


def _check(details: MacroDetails, known: Macro | None) -> None:
    if not details.type.active and (known is None or known.type_id != details.type.pk):
        raise ValidationError({"type": ValidationError(_("This type is no longer offered."), code="type_not_active")})
    _check_operator(details, known)
    schedule = Schedule(rhythm=details.rhythm, weekday=details.weekday, month_day=details.month_day, cron=details.cron)
    check_schedule(schedule)
    others = Macro.objects.exclude(pk=known.pk) if known else Macro.objects.all()
    if others.filter(name__iexact=details.name.strip()).exists():
        raise ValidationError({"name": ValidationError(_("Another macro has this name."), code="name_taken")})


def _check_operator(details: MacroDetails, known: Macro | None) -> None:
    """A fixed operator has to be named, and to be there (IFY-36)."""
    if details.recipient != Recipient.FIXED:
        return
    if details.operator is None:
        refusal = ValidationError(_("Name the operator."), code="operator_missing")
        raise ValidationError({"operator": refusal})
    stays = known is not None and known.operator_id == details.operator.pk
    if not details.operator.is_active and not stays:
        refusal = ValidationError(_("This person is no longer active."), code="operator_not_active")
        raise ValidationError({"operator": refusal})


def _write(macro: Macro, details: MacroDetails) -> None:
    for name in MacroDetails.__dataclass_fields__:
        setattr(macro, name, getattr(details, name))
    macro.name = macro.name.strip()
    if macro.recipient != Recipient.FIXED:
        macro.operator = None
    # What belongs to another rhythm would only mislead.
    macro.weekday = macro.weekday if macro.rhythm == Rhythm.WEEKLY else None
    macro.month_day = macro.month_day if macro.rhythm == Rhythm.MONTHLY else None
    macro.cron = " ".join(macro.cron.split()) if macro.rhythm == Rhythm.CRON else ""
    macro.clean_fields(exclude={"firm", "search", "type", "operator", "owner"})


def _save(macro: Macro) -> None:
    macro.version += 1
    macro.save()


def _today(at: datetime) -> date:
    return local_today(bound_firm(), at=at)


def _facts(macro: Macro) -> dict[str, Any]:
    plain = ("name", "recipient", "offset_days", "rhythm", "weekday", "month_day", "cron", "pause_days")
    return {name: getattr(macro, name) for name in (*plain, "confirm_above", "active")} | {
        "search": macro.search_id,
        "type": macro.type_id,
        "operator": macro.operator_id,
        "at_time": macro.at_time.isoformat(),
    }
