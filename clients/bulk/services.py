"""Freezing a selection, doing one thing with all of it, stopping, and taking it back as a whole.

A small action runs in the request that confirms it. A large one runs as a job, one committed stretch after another:
the row of the job is locked while a stretch is at work, so two workers never do the same, and a worker that dies leaves
its stretch to whoever rings next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from psycopg2.extras import Json

from clients.bulk.actions import BulkAction, Offered, actions, stored
from clients.bulk.queries import CHANGED, KEPT, NOT_VISIBLE, RESTORED, judged
from clients.enums import BulkState
from clients.models import BulkItem, BulkJob, Client
from clients.queries import visible_clients
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership
from tenants.statements import statement_of

logger = logging.getLogger(__name__)

# Up to so many clients are changed while the person waits.
AT_ONCE = 200
STRETCH = 1_000
MOST_SELECTED = 200_000
# For so long an action can be taken back; then the lines of its clients are forgotten (the audit trail keeps them).
KEPT_FOR = timedelta(days=30)
LOST_AFTER = timedelta(minutes=1)
UNDOABLE = (BulkState.DONE, BulkState.CANCELLED, BulkState.FAILED)
UNDER_WAY = (BulkState.QUEUED, BulkState.RUNNING, BulkState.UNDOING)

FREEZE = """
INSERT INTO clients_bulkitem (firm_id, job_id, client_id, outcome)
SELECT %s, %s, chosen.id, '' FROM ({chosen}) AS chosen (id) ORDER BY chosen.id
"""
NOTE = """
UPDATE clients_bulkitem AS item SET outcome = noted.outcome, before = noted.before
FROM unnest(%(ids)s::bigint[], %(outcomes)s::text[], %(befores)s::jsonb[]) AS noted (client_id, outcome, before)
WHERE item.firm_id = %(firm)s AND item.job_id = %(job)s AND item.client_id = noted.client_id
"""


@transaction.atomic
def freeze(action: Offered, clients: QuerySet[Client], *, by: Membership, at: datetime) -> BulkJob:
    """Keep who is selected now: what is previewed, confirmed and done concerns these clients and no others."""
    BulkJob.objects.filter(by=by, state=BulkState.DRAFT).delete()
    job = BulkJob(action=action.code, by=by, created_at=at, moved_at=at)
    job.save()
    chosen, params = statement_of(clients.order_by().values_list("pk")[: MOST_SELECTED + 1])
    with connection.cursor() as cursor:
        cursor.execute(FREEZE.format(chosen=chosen), [bound_firm_id(), job.pk, *params])
        job.total = cursor.rowcount
    if not 0 < job.total <= MOST_SELECTED:
        code = "too_many" if job.total else "nobody"
        raise ValidationError(_selection_refusal(job.total), code=code)
    job.save(update_fields=["total"])
    return job


def _selection_refusal(total: int) -> str:
    if total:
        return _("At most %(most)s clients can be changed at once.") % {"most": MOST_SELECTED}
    return _("Nobody is selected.")


@transaction.atomic
def confirm(job: BulkJob, argument: Mapping[str, Any], *, at: datetime) -> BulkJob:
    """Do it, or queue it. ``argument`` is what the action's form has cleaned. A second confirmation does nothing."""
    job = _locked(job)
    if job.state != BulkState.DRAFT:
        return job
    job.argument, job.state, job.moved_at = stored(argument), BulkState.QUEUED, at
    job.save()
    if job.total <= AT_ONCE:
        advance(job, at=at)
    return job


@transaction.atomic
def cancel(job: BulkJob, *, at: datetime) -> bool:
    """Stop after the stretch that is at work; what is done stays, and can be taken back."""
    job = _locked(job)
    if job.state not in (BulkState.QUEUED, BulkState.RUNNING):
        return False
    _finish(job, BulkState.CANCELLED, at=at)
    return True


@transaction.atomic
def undo(job: BulkJob, *, by: Membership, at: datetime) -> BulkJob:
    """Give every client of the action what he had before, or queue that; once. Raises ValidationError."""
    job = _locked(job)
    if job.state not in UNDOABLE or not job.changed or not job.items.filter(outcome=CHANGED).exists():
        raise ValidationError(_("This action can no longer be taken back."), code="not_undoable")
    job.state, job.undone_by, job.handled, job.moved_at = BulkState.UNDOING, by, 0, at
    job.save()
    if job.changed <= AT_ONCE:
        advance(job, at=at)
    return job


def advance(job: BulkJob, *, at: datetime) -> bool:
    """The next stretch of a job whose row is locked; whether something is left to do."""
    if job.state == BulkState.UNDOING:
        return _revert_stretch(job, at=at)
    if job.state in (BulkState.QUEUED, BulkState.RUNNING):
        return _apply_stretch(job, at=at)
    return False


@transaction.atomic
def advance_queued(job_id: int, *, at: datetime) -> bool:
    """As a worker calls it: nothing happens while another worker is at it, or when the job is over."""
    job = (
        BulkJob.objects.select_related("by", "undone_by")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=job_id, state__in=UNDER_WAY)
        .first()
    )
    return advance(job, at=at) if job is not None else False


def work_on(job_id: int, *, at: datetime, ring: Callable[[BulkJob], None]) -> None:
    """One stretch, and the bell for the next one. A lock that could not be had is the caller's to try again."""
    try:
        is_left = advance_queued(job_id, at=at)
    except OperationalError:
        raise
    except Exception as problem:
        logger.exception("The bulk action %s of firm %s failed.", job_id, bound_firm_id())
        fail(job_id, problem, at=at)
    else:
        if is_left:
            transaction.on_commit(partial(ring, BulkJob(pk=job_id)), robust=True)


@transaction.atomic
def fail(job_id: int, problem: Exception, *, at: datetime) -> None:
    """A stretch that cannot be done ends the job; those before it stay and can be taken back."""
    job = BulkJob.objects.select_related("by", "undone_by").select_for_update(of=("self",)).get(pk=job_id)
    job.failure = " ".join(problem.messages) if isinstance(problem, ValidationError) else type(problem).__name__
    if job.state in UNDER_WAY:
        _finish(job, BulkState.FAILED, at=at)


def forget_old(*, at: datetime) -> None:
    """Drop the lines of actions that can no longer be taken back, and what was never confirmed."""
    old = BulkJob.objects.filter(created_at__lt=at - KEPT_FOR)
    BulkItem.objects.filter(job__in=old.values("pk")).delete()
    BulkJob.objects.filter(state=BulkState.DRAFT, created_at__lt=at - timedelta(days=1)).delete()


def is_lost(job: BulkJob, *, at: datetime) -> bool:
    return job.state in UNDER_WAY and job.moved_at < at - LOST_AFTER


def lost_jobs(*, at: datetime) -> list[BulkJob]:
    """The jobs that have not got on for a while: their message was lost, or their worker."""
    return list(BulkJob.objects.filter(state__in=UNDER_WAY, moved_at__lt=at - LOST_AFTER))


def _locked(job: BulkJob) -> BulkJob:
    found: BulkJob = BulkJob.objects.select_related("by", "undone_by").select_for_update(of=("self",)).get(pk=job.pk)
    return found


def _apply_stretch(job: BulkJob, *, at: datetime) -> bool:
    ids = _next(job, "")
    action, argument = _understood(job)
    seen = visible_clients(job.by).filter(pk__in=ids)
    judgement: dict[int, str] = dict(judged(seen, action.left_out(argument)).values_list("pk", "reason"))
    concerned = [pk for pk, reason in judgement.items() if not reason]
    before = action.apply(Client.objects.filter(pk__in=concerned), argument, job.by, at) if concerned else {}
    outcome = {pk: CHANGED if pk in before else judgement.get(pk, NOT_VISIBLE) or "already" for pk in ids}
    _note(job, outcome, before)
    job.state, job.handled, job.changed = BulkState.RUNNING, job.handled + len(ids), job.changed + len(before)
    job.moved_at = at
    if job.handled >= job.total:
        _finish(job, BulkState.DONE, at=at)
    job.save()
    return job.state == BulkState.RUNNING


def _understood(job: BulkJob) -> tuple[BulkAction, Mapping[str, Any]]:
    """The action with its argument as it is to be understood now. Raises ValidationError when that has gone."""
    action = actions()[job.action]
    form = action.parse(job.argument, job.by)
    if not job.by.can(action.permission) or not form.is_valid():
        raise ValidationError(_("What was to be done is no longer possible."), code="no_longer_possible")
    return action, form.cleaned_data


def _revert_stretch(job: BulkJob, *, at: datetime) -> bool:
    by = job.undone_by or job.by
    lines = dict(job.items.filter(outcome=CHANGED).order_by("client_id").values_list("client_id", "before")[:STRETCH])
    back = set(actions()[job.action].revert(lines, job.argument, by, at)) if lines else set()
    _note(job, {pk: RESTORED if pk in back else KEPT for pk in lines}, lines)
    job.handled, job.restored, job.moved_at = job.handled + len(lines), job.restored + len(back), at
    if len(lines) < STRETCH or job.handled >= job.changed:
        _finish(job, BulkState.UNDONE, at=at)
    job.save()
    return job.state == BulkState.UNDOING


def _next(job: BulkJob, outcome: str) -> list[int]:
    waiting = job.items.filter(outcome=outcome).order_by("client_id")
    return list(waiting.values_list("client_id", flat=True)[:STRETCH])


def _note(job: BulkJob, outcome: Mapping[int, str], before: Mapping[int, Any]) -> None:
    """What became of each client of a stretch, in one statement."""
    given: dict[str, Any] = {
        "firm": bound_firm_id(),
        "job": job.pk,
        "ids": list(outcome),
        "outcomes": list(outcome.values()),
        "befores": [Json(before.get(pk)) for pk in outcome],
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, given)


def _finish(job: BulkJob, state: BulkState, *, at: datetime) -> None:
    """One line of the audit trail for the whole action, with every client that it changed."""
    undoing = job.state == BulkState.UNDOING
    job.state, job.finished_at, job.moved_at = state, at, at
    job.save()
    told = RESTORED if undoing else CHANGED
    ids: Collection[int] = job.items.filter(outcome=told).order_by("client_id").values_list("client_id", flat=True)
    after = {"action": job.action, **job.argument, "clients": list(ids)}
    code = "client.bulk_undone" if undoing else "client.bulk_changed"
    audit.record(code, job, by=job.undone_by if undoing else job.by, after=after)
