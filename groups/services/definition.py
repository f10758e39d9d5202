"""Defining groups: name, kind, filter, number of yearly meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.filters.parsing import to_json
from clients.filters.refusals import FilterInvalid
from groups.enums import GroupKind
from groups.filtering import parse_group_filter, problem_of, refused_filter
from groups.models import Group
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

FEWEST_YEARLY_MEETINGS = 1
MOST_YEARLY_MEETINGS = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDetails:
    """What a group says. A dynamic one has a filter document (api.md), a fixed one has none."""

    name: str
    kind: GroupKind = GroupKind.DYNAMIC
    description: str = ""
    filter: object = None


@transaction.atomic
def create_group(
    details: GroupDetails, *, by: Membership | None, at: datetime, yearly_meetings: int | None = None
) -> Group:
    """A new group (REL-07, REL-08); its members are known from its first refresh, the page evaluates at once."""
    group = Group(created_by=by, changed_at=at, yearly_meetings=_checked_number(yearly_meetings))
    _write(group, details)
    group.save()
    audit.record("group.created", group, by=by, after=_facts(group))
    return group


@transaction.atomic
def edit_group(
    group: Group, details: GroupDetails, *, by: Membership, at: datetime, version: int | None = None
) -> Group:
    """Change what the group says; its members' dates follow tonight (O-09)."""
    locked = _locked(group, version=version)
    if details.kind != locked.kind:
        refused = ValidationError(_("A group stays dynamic or fixed; make a new one instead."), code="kind_changed")
        raise ValidationError({"kind": refused})
    before = _facts(locked)
    _write(locked, details)
    if before == _facts(locked):
        return locked
    _save(locked, at=at)
    audit.record("group.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def set_yearly_meetings(group: Group, number: int | None, *, by: Membership, at: datetime) -> Group:
    """1 to 52 meetings a year with each member; nothing, or 0, and the group drives no date (REL-17, REL-21, O-07).

    Its members' dates follow tonight (O-09): ``changed_at`` puts the group on the night's list.
    """
    wanted = _checked_number(number)
    locked = _locked(group)
    before = locked.yearly_meetings
    if before == wanted:
        return locked
    locked.yearly_meetings = wanted
    if wanted is not None:
        _checked_filter(locked.kind, locked.filter, drives=True)
    _save(locked, at=at)
    audit.record(
        "group.yearly_meetings_set",
        locked,
        by=by,
        before={"yearly_meetings": before},
        after={"yearly_meetings": wanted},
    )
    return locked


@transaction.atomic
def deactivate_group(group: Group, *, by: Membership, at: datetime) -> Group:
    """The group drives no date and is offered nowhere; its history stays (XCT-09)."""
    return _set_active(group, active=False, by=by, at=at)


@transaction.atomic
def activate_group(group: Group, *, by: Membership, at: datetime) -> Group:
    return _set_active(group, active=True, by=by, at=at)


@transaction.atomic
def delete_group(group: Group, *, by: Membership, at: datetime) -> Removal | None:
    """Remove a group that never had a number. Raises ValidationError for one that drove dates: deactivate it.

    One that knows its members by a filter, or has none, can come back; whom somebody has picked is nowhere kept.
    """
    locked = _locked(group)
    if locked.yearly_meetings is not None:
        raise ValidationError(_("The group has a number of meetings: deactivate it instead."), code="in_use")
    audit.record("group.deleted", locked, by=by, before=_facts(locked))
    comes_back = locked.kind == GroupKind.DYNAMIC or not locked.members.exists()
    locked.members.all().delete()
    if comes_back:
        return remove(locked, by=by)
    locked.delete()
    return None


def settle_group(group: Group) -> None:
    """One that is back from a deletion: its members follow tonight, as those of a new one."""
    group.changed_at = timezone.now()
    group.save(update_fields=["changed_at"])


def _set_active(group: Group, *, active: bool, by: Membership, at: datetime) -> Group:
    locked = _locked(group)
    if locked.active == active:
        return locked
    locked.active = active
    _save(locked, at=at)
    action = "group.activated" if active else "group.deactivated"
    audit.record(action, locked, by=by, before={"active": not active}, after={"active": active})
    return locked


def _locked(group: Group, *, version: int | None = None) -> Group:
    """The row for change. Raises ValidationError (``stale``) when somebody has changed it since ``version``."""
    locked: Group = Group.objects.select_for_update().get(pk=group.pk)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this group in the meantime."), code="stale")
    return locked


def _write(group: Group, details: GroupDetails) -> None:
    group.name = details.name.strip()
    group.kind = details.kind
    group.description = details.description
    group.filter = _checked_filter(details.kind, details.filter, drives=group.yearly_meetings is not None)
    group.filter_error = problem_of(group)
    group.full_clean(exclude={"firm", "created_by"})


def _checked_filter(kind: str, document: object, *, drives: bool) -> dict[str, object] | None:
    if kind == GroupKind.FIXED:
        return None
    try:
        return to_json(parse_group_filter(document, drives=drives))
    except FilterInvalid as problem:
        raise refused_filter(problem) from problem


def _checked_number(number: int | None) -> int | None:
    wanted = number or None
    if wanted is not None and not FEWEST_YEARLY_MEETINGS <= wanted <= MOST_YEARLY_MEETINGS:
        refused = ValidationError(_("Whole numbers from 1 to 52, or nothing."), code="yearly_meetings_out_of_range")
        raise ValidationError({"yearly_meetings": refused})
    return wanted


def _save(group: Group, *, at: datetime) -> None:
    group.changed_at = at
    group.version += 1
    group.save()


def _facts(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "kind": str(group.kind),
        "description": group.description,
        "filter": group.filter,
        "yearly_meetings": group.yearly_meetings,
    }
