"""What a person does with a reminder. Closing it when its cause ends is the night's and the plan's part (REL-49)."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from scheduling.enums import ReminderState
from scheduling.models import Reminder
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

PENDING = (ReminderState.OPEN, ReminderState.SNOOZED)


@transaction.atomic
def dismiss_reminder(reminder: Reminder, *, by: Membership, at: datetime) -> Reminder:
    """It does not come back for the same date, but does for a new one (REL-49)."""
    locked = _lock(reminder)
    if locked.state == ReminderState.DISMISSED:
        return locked
    _check_pending(locked)
    before = _facts(locked)
    locked.state, locked.snoozed_until, locked.ended_at, locked.ended_by = ReminderState.DISMISSED, None, at, by
    return _save(locked, "reminder.dismissed", before, by=by)


@transaction.atomic
def snooze_reminder(reminder: Reminder, *, until: date, by: Membership, at: datetime) -> Reminder:
    """Hide it until that day, on which it shows again."""
    if until <= local_today(bound_firm(), at=at):
        raise ValidationError({"until": ValidationError(_("Choose a day to come."), code="not_in_future")})
    locked = _lock(reminder)
    _check_pending(locked)
    before = _facts(locked)
    locked.state, locked.snoozed_until = ReminderState.SNOOZED, until
    return _save(locked, "reminder.snoozed", before, by=by)


@transaction.atomic
def reopen_reminder(reminder: Reminder, *, by: Membership) -> Reminder:
    """Undo of dismissing and of snoozing; one whose cause has ended stays closed."""
    locked = _lock(reminder)
    if locked.state == ReminderState.CLOSED:
        raise ValidationError(_("The cause of this reminder has ended."), code="closed")
    before = _facts(locked)
    locked.state, locked.snoozed_until, locked.ended_at, locked.ended_by = ReminderState.OPEN, None, None, None
    # Its cause may have ended while it was dismissed: the night looks.
    mark_changed([locked.client_id])
    return _save(locked, "reminder.reopened", before, by=by)


def _lock(reminder: Reminder) -> Reminder:
    locked: Reminder = Reminder.objects.select_for_update().get(pk=reminder.pk)
    return locked


def _check_pending(reminder: Reminder) -> None:
    if reminder.state not in PENDING:
        raise ValidationError(_("This reminder is closed."), code="closed")


def _save(reminder: Reminder, action: str, before: dict[str, str | None], *, by: Membership) -> Reminder:
    reminder.save(update_fields=["state", "snoozed_until", "ended_at", "ended_by"])
    audit.record(action, reminder, by=by, before=before, after=_facts(reminder))
    return reminder


def _facts(reminder: Reminder) -> dict[str, str | None]:
    until = reminder.snoozed_until.isoformat() if reminder.snoozed_until else None
    return {"state": str(reminder.state), "snoozed_until": until}
