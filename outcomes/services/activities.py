"""Commercial activities of clients: opened, followed, closed by hand or by a conclusive outcome (IFY-48 … IFY-53)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from clients.enums import ClientState
from clients.models import Client, Status
from outcomes.models import Activity, ActivityKind, Fulfilment
from tenants import audit
from tenants.models import Membership

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDetails:
    """What an activity says: its words, who follows it, its commercial status (IFY-50)."""

    subject: str = ""
    owner: Membership | None = None
    status: Status | None = None


@transaction.atomic
def open_activity(
    client: Client, kind: ActivityKind, details: ActivityDetails, *, by: Membership, at: datetime
) -> Activity:
    """A client may have several at once (IFY-49)."""
    if client.state != ClientState.ACTIVE:
        raise _refusal("client", _("An archived client gets no new activities."), "client_not_active")
    if not kind.active:
        raise _refusal("kind", _("This is no longer offered."), "not_active")
    activity = Activity(client=client, kind=kind, opened_at=at, opened_by=by)
    _fill(activity, details, at=at)
    activity.save(force_insert=True)
    audit.record("activity.opened", activity, by=by, after=_facts(activity))
    mark_changed([client.pk])
    return activity


@transaction.atomic
def edit_activity(
    activity: Activity, details: ActivityDetails, *, by: Membership, at: datetime, version: int | None = None
) -> Activity:
    """A new status takes this date."""
    locked = _lock(activity, version=version)
    before = _facts(locked)
    _fill(locked, details, at=at)
    return _save(locked, "activity.changed", before, by=by)


@transaction.atomic
def close_activity(activity: Activity, *, by: Membership, at: datetime, reason: str = "") -> Activity:
    """By hand; the actions recorded with it stay (O-28)."""
    locked = _lock(activity)
    if locked.closed_at is not None:
        return locked
    if len(reason) > LONGEST_REASON:
        raise _refusal("reason", _("This reason is too long."), "max_length")
    before = _facts(locked)
    locked.closed_at, locked.closed_by, locked.closing_reason = at, by, reason
    return _save(locked, "activity.closed", before, by=by)


@transaction.atomic
def reopen_activity(activity: Activity, *, by: Membership) -> Activity:
    locked = _lock(activity)
    if locked.closed_at is None:
        return locked
    before = _facts(locked)
    locked.closed_at, locked.closed_by, locked.closing_reason = None, None, ""
    return _save(locked, "activity.reopened", before, by=by)


@transaction.atomic
def delete_activity(activity: Activity, *, by: Membership) -> None:
    """Elimina: one with recorded actions is closed instead (O-28)."""
    locked = _lock(activity)
    if Fulfilment.objects.filter(activity=locked).exists():
        raise ValidationError(_("Actions are recorded with this activity: close it instead."), code="in_use")
    audit.record("activity.deleted", locked, by=by, before=_facts(locked))
    locked.delete()
    mark_changed([activity.client_id])


def _lock(activity: Activity, *, version: int | None = None) -> Activity:
    rows = Activity.objects.select_for_update(of=("self",)).select_related("status", "kind", "client")
    locked: Activity | None = rows.filter(pk=activity.pk).first()
    if locked is None:
        raise ValidationError(_("This activity no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this activity in the meantime: look at it again."), code="stale")
    return locked


def _fill(activity: Activity, details: ActivityDetails, *, at: datetime) -> None:
    owner, status = details.owner, details.status
    if owner is not None and not owner.is_active and owner.pk != activity.owner_id:
        raise _refusal("owner", _("This person is no longer active."), "owner_not_active")
    if status is not None and not status.active and status.pk != activity.status_id:
        raise _refusal("status", _("This is no longer offered."), "not_active")
    activity.subject, activity.owner = details.subject.strip(), owner
    if (status and status.pk) != activity.status_id:
        activity.status, activity.status_at = status, at if status else None
    activity.clean_fields(exclude=["firm", "client", "kind", "owner", "status", "opened_by", "closed_by"])


def _save(activity: Activity, action: str, before: dict[str, object], *, by: Membership) -> Activity:
    after = _facts(activity)
    if after != before:
        activity.version += 1
        activity.save()
        audit.record(action, activity, by=by, before=before, after=after)
        mark_changed([activity.client_id])
    return activity


def _facts(activity: Activity) -> dict[str, object]:
    return {
        "kind": activity.kind.name,
        "subject": activity.subject,
        "owner": activity.owner_id,
        "status": activity.status.name if activity.status else "",
        "closed_at": activity.closed_at.isoformat() if activity.closed_at else "",
        "closing_reason": activity.closing_reason,
    }


def _refusal(field: str, words: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(words, code=code)})
