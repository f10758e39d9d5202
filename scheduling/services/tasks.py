"""Tasks and telephone calls: planned for oneself or a colleague, done, taken back (STY-27 … STY-29, STY-35).

They never touch the plan: a call that is to count for the cadence is an appointment of a type that counts (REL-53).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.company_links import company_of
from clients.models import Client
from clients.normalising import tidy
from scheduling.enums import TaskKind, TaskState
from scheduling.models import Task
from scheduling.services.appointments import is_in_reach
from tenants import audit
from tenants.models import Membership

LONGEST_SUBJECT, LONGEST_NOTES = 200, 100_000
EDITED = ("subject", "notes", "at", "whole_day", "assignee")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetails:
    """What is to be done, when and by whom; of a whole day ``at`` is its beginning in the firm's zone."""

    subject: str
    at: datetime
    assignee: Membership
    notes: str = ""
    whole_day: bool = True


@transaction.atomic
def plan_task(client: Client, kind: TaskKind, details: TaskDetails, *, by: Membership | None) -> Task:
    """Something to do, however far ahead (STY-29); whoever is named finds it on his overview that day (STY-36)."""
    task = _new(client, kind, details, by=by)
    task.save(force_insert=True)
    audit.record(f"{kind}.planned", task, by=by, after=_facts(task))
    return task


@transaction.atomic
def record_task(client: Client, kind: TaskKind, details: TaskDetails, *, by: Membership | None, at: datetime) -> Task:
    """Something that has been done already: a call that took place, with what was said (STY-35)."""
    task = _new(client, kind, details, by=by)
    if details.at > at:
        raise ValidationError({"at": ValidationError(_("This is still to come: plan it instead."), code="in_future")})
    task.state, task.done_at, task.done_by = TaskState.DONE, details.at, by
    task.save(force_insert=True)
    audit.record(f"{kind}.recorded", task, by=by, after=_facts(task))
    return task


@transaction.atomic
def edit_task(task: Task, details: TaskDetails, *, by: Membership, version: int | None = None) -> Task:
    """Change what, when or for whom; the creator keeps sight of it (O-57)."""
    locked = _lock(task, version=version)
    before = _facts(locked)
    if details.assignee.pk != locked.assignee_id:
        _check_assignee(details.assignee)
    _write(locked, details)
    _save(locked, *EDITED)
    audit.record(f"{locked.kind}.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def move_task(task: Task, *, at: datetime, whole_day: bool, by: Membership, version: int | None = None) -> Task:
    """Another day or hour for the same task."""
    locked = _lock(task, version=version)
    before = _facts(locked)
    _check_reach(at)
    locked.at, locked.whole_day = at, whole_day
    _save(locked, "at", "whole_day")
    audit.record(f"{locked.kind}.moved", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def finish_task(task: Task, *, by: Membership, at: datetime, version: int | None = None) -> Task:
    """It is done; a second time changes nothing."""
    locked = _lock(task, version=version)
    if locked.state == TaskState.DONE:
        return locked
    locked.state, locked.done_at, locked.done_by = TaskState.DONE, at, by
    _save(locked, "state", "done_at", "done_by")
    audit.record(f"{locked.kind}.done", locked, by=by, before={"state": "open"}, after={"state": "done"})
    return locked


@transaction.atomic
def reopen_task(task: Task, *, by: Membership, version: int | None = None) -> Task:
    """Undo of finishing it."""
    locked = _lock(task, version=version)
    if locked.state == TaskState.OPEN:
        return locked
    locked.state, locked.done_at, locked.done_by = TaskState.OPEN, None, None
    _save(locked, "state", "done_at", "done_by")
    audit.record(f"{locked.kind}.reopened", locked, by=by, before={"state": "done"}, after={"state": "open"})
    return locked


@transaction.atomic
def delete_task(task: Task, *, by: Membership, at: datetime) -> Task:
    """It leaves lists and time line; the row stays, so that it can be taken back."""
    locked = _lock(task)
    locked.deleted_at = at
    _save(locked, "deleted_at")
    audit.record(f"{locked.kind}.deleted", locked, by=by, before=_facts(locked))
    return locked


@transaction.atomic
def restore_task(task: Task, *, by: Membership) -> Task:
    """Undo of deleting it."""
    locked: Task = Task.objects.select_for_update().get(pk=task.pk)
    if locked.deleted_at is not None:
        locked.deleted_at = None
        _save(locked, "deleted_at")
        audit.record(f"{locked.kind}.restored", locked, by=by, after=_facts(locked))
    return locked


def _new(client: Client, kind: TaskKind, details: TaskDetails, *, by: Membership | None) -> Task:
    task = Task(client=client, company_id=company_of(client.pk), kind=kind, created_by=by)
    _check_assignee(details.assignee)
    _write(task, details)
    return task


def _lock(task: Task, *, version: int | None = None) -> Task:
    locked: Task | None = Task.objects.select_for_update().filter(pk=task.pk, deleted_at__isnull=True).first()
    if locked is None:
        raise ValidationError(_("This no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this in the meantime: look at it again."), code="stale")
    return locked


def _write(task: Task, details: TaskDetails) -> None:
    subject, problems = tidy(details.subject), {}
    if not subject:
        problems["subject"] = ValidationError(_("Say what it is about."), code="required")
    if len(subject) > LONGEST_SUBJECT:
        problems["subject"] = _too_long(LONGEST_SUBJECT)
    if len(details.notes) > LONGEST_NOTES:
        problems["notes"] = _too_long(LONGEST_NOTES)
    if problems:
        raise ValidationError(problems)
    _check_reach(details.at)
    task.subject, task.notes, task.assignee = subject, details.notes.strip(), details.assignee
    task.at, task.whole_day = details.at, details.whole_day


def _too_long(most: int) -> ValidationError:
    return ValidationError(_("At most %(most)s characters."), code="too_long", params={"most": most})


def _check_reach(at: datetime) -> None:
    if not is_in_reach(at.date()):
        raise ValidationError({"at": ValidationError(_("This year is out of reach."), code="out_of_reach")})


def _check_assignee(assignee: Membership) -> None:
    if not assignee.is_active:
        refusal = ValidationError(_("This person is no longer active."), code="assignee_not_active")
        raise ValidationError({"assignee": refusal})


def _save(task: Task, *names: str) -> None:
    task.version += 1
    task.save(update_fields=[*names, "version", "updated_at"])


def _facts(task: Task) -> dict[str, object]:
    return {
        "client": task.client_id,
        "subject": task.subject,
        "at": task.at.isoformat(),
        "assignee": task.assignee_id,
    }
