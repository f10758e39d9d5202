"""An import from the file handed in to its clients: the steps of the wizard, and what a worker does between them.

The job's row says what is to be done next; a message only wakes a worker. Each piece of work is one transaction under a
lock of the job's own: who holds the lock is alive, whoever finds it free may begin again (security.md 4.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from psycopg2.errors import LockNotAvailable

from clients.enums import ImportState
from clients.imports import checking, guessing, kinds, pieces, services, undoing
from clients.imports.kinds import CLIENTS, ImportKind
from clients.imports.mapping import ImportMapping, parse_as
from clients.imports.progress import ImportCancelled, Progress
from clients.models import ImportJob, ImportRow, RefusedRow
from tenants.models import Membership

# A class of advisory locks: at most one worker at one job.
JOB_LOCK = 0x1338
MOST_ATTEMPTS = 5
# What nobody goes on with is forgotten, file and rows; so are the means to undo what is long over.
DRAFTS_KEPT, UNDO_KEPT = timedelta(days=7), timedelta(days=60)
# How long a job may wait before its message counts as lost.
LOST_AFTER = timedelta(seconds=60)


def hand_in(
    stream: BinaryIO, *, name: str, by: Membership | None, at: datetime, kind: ImportKind = CLIENTS
) -> ImportJob:
    """Keep the file and say what it seems to be. Raises FileRefused for what is no table of such rows."""
    with services.open_file(stream, kind.steps.mapping()) as source:
        layout = guessing.layout_of(source, kind.steps.guess)
    job = ImportJob(kind=kind.name, file_name=name[-255:], layout=layout, by=by, state=ImportState.DRAFT)
    job.mapping = {"columns": layout["columns"], "date_order": layout["date_order"]} if layout["columns"] else {}
    pieces.keep(job, stream)
    return job


def read_differently(job: ImportJob, document: Mapping[str, Any]) -> None:
    """Look at the file again with another encoding, separator, sheet or line of the header."""
    _require(job, ImportState.DRAFT, ImportState.CHECKED, ImportState.CHECKING)
    steps = kinds.steps_of(job)
    said = parse_as(steps.mapping, {"columns": {"-": next(iter(steps.mapping.offered()))}, **document})
    look = steps.mapping(
        encoding=said.encoding, delimiter=said.delimiter, header_line=said.header_line, sheet=said.sheet
    )
    with pieces.opened(job) as stream, services.open_file(stream, look) as source:
        layout = guessing.layout_of(source, steps.guess)
    kept = {name: value for name, value in document.items() if value not in ("", None, 0)}
    job.layout, job.is_checked, job.state = layout, False, ImportState.DRAFT
    job.mapping = {"columns": layout["columns"], "date_order": layout["date_order"], **kept}
    job.save()
    ImportRow.objects.filter(import_job=job).delete()


def choose_mapping(job: ImportJob, document: Mapping[str, Any]) -> None:
    """Say where the columns go, and have the rows checked. Raises FileRefused that names the part which is wrong."""
    _require(job, ImportState.DRAFT, ImportState.CHECKED, ImportState.CHECKING)
    chosen = parse_as(kinds.steps_of(job).mapping, document)
    chosen.places(job.layout["header"])
    job.mapping, job.on_duplicate = dict(document), chosen.on_duplicate
    job.state, job.is_checked, job.failure, job.attempts = ImportState.CHECKING, False, "", 0
    job.cancel_requested = False
    job.save()


def start(job: ImportJob) -> None:
    """Import what has been checked."""
    _require(job, ImportState.CHECKED)
    job.state, job.attempts, job.cancel_requested = ImportState.QUEUED, 0, False
    job.save(update_fields=["state", "attempts", "cancel_requested"])


def cancel(job: ImportJob) -> None:
    """Stop it: at once while nobody is at it, else as soon as the worker looks up. Of a finished one nothing."""
    _require(job, *ImportState.open(), ImportState.QUEUED, ImportState.RUNNING)
    if job.state in ImportState.under_way():
        ImportJob.objects.filter(pk=job.pk).update(cancel_requested=True)
    if job.state not in ImportState.under_way() or _is_free(job):
        _give_up(job, ImportState.CANCELLED)


def may_be_undone(job: ImportJob) -> bool:
    return job.state == ImportState.DONE and not job.dry_run and kinds.of(job).can_be_undone(job)


def ask_for_undo(job: ImportJob, *, by: Membership | None) -> None:
    """Have the whole import taken back."""
    _require(job, ImportState.DONE)
    if not may_be_undone(job):
        raise ValidationError(_("This import can no longer be undone."), code="not_undoable")
    job.state, job.undone_by, job.attempts = ImportState.UNDOING, by, 0
    job.save(update_fields=["state", "undone_by", "attempts"])


def work_on(job_id: int, *, at: datetime) -> bool:
    """Do what the job's row asks for, unless somebody is at it. Harmless when repeated.

    False when another import of the firm took so long that this one has to be tried again.
    """
    job = ImportJob.objects.select_related("by", "undone_by").filter(pk=job_id).first()
    if job is None or job.state not in ImportState.under_way() or not _is_free(job):
        return True
    try:
        with transaction.atomic(), translation.override(job.by.language if job.by else None):
            _work(job, at=at)
    except ImportCancelled:
        _give_up(job, ImportState.CANCELLED)
    except ValidationError as refused:
        _fail(job, " ".join(refused.messages))
    except OperationalError as fault:
        if not isinstance(fault.__cause__, LockNotAvailable):
            raise
        ImportJob.objects.filter(pk=job_id).update(attempts=F("attempts") - 1)
        return False
    return True


def note_attempt(job_id: int) -> bool:
    """Committed before the work: whether it is worth trying once more. A job that kills its workers ends as failed."""
    job = ImportJob.objects.filter(pk=job_id, state__in=ImportState.under_way()).first()
    if job is None or not _is_free(job):
        return False
    if job.attempts >= MOST_ATTEMPTS:
        _fail(job, _("It was begun several times and never came to an end."))
        return False
    job.attempts += 1
    job.state = ImportState.RUNNING if job.state == ImportState.QUEUED else job.state
    job.save(update_fields=["attempts", "state"])
    return True


def lost_jobs(*, at: datetime) -> list[ImportJob]:
    """Jobs that wait for a worker although nobody is at them: their message or their worker was lost."""
    waiting = ImportJob.objects.filter(state__in=ImportState.under_way(), created_at__lt=at - LOST_AFTER)
    return [job for job in waiting.order_by("id") if _is_free(job)]


def forget_old(*, at: datetime) -> None:
    """Drafts that nobody goes on with, and what only the undo of long finished imports needs."""
    for job in ImportJob.objects.filter(state__in=ImportState.open(), created_at__lt=at - DRAFTS_KEPT):
        _give_up(job, ImportState.CANCELLED)
    undoing.forget(before=at - UNDO_KEPT)


def _work(job: ImportJob, *, at: datetime) -> None:
    match job.state:
        case ImportState.CHECKING:
            _check(job, at=at)
        case ImportState.UNDOING:
            kinds.of(job).undo(job, at)
        case _:
            _import(job, at=at)


def _check(job: ImportJob, *, at: datetime) -> None:
    """Keep the rows and find out, without writing anything, what would become of them."""
    mapping = kinds.steps_of(job).mapping.of(job.mapping, at=at)
    progress = Progress(job, expected=job.rows)
    with services.as_a_batch(), pieces.opened(job) as stream:
        with services.open_file(stream, mapping) as source:
            job.rows = checking.keep_rows(job, source, mapping, progress=progress.read)
        foresee(job, mapping, at=at, progress=progress)
    job.state, job.is_checked = ImportState.CHECKED, True
    job.save()


def foresee(job: ImportJob, mapping: ImportMapping, *, at: datetime, progress: Progress) -> None:
    """How many the kept rows would create and find; what only the whole file shows is said on its rows."""
    staged = checking.stage_kept(job, mapping, progress=lambda rows: None)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE import_refused")
    job.created, job.updated = kinds.steps_of(job).foresee(job, staged, mapping, at, progress)
    checking.say_on_rows(job)
    job.warning_count = ImportRow.objects.filter(
        import_job=job, doubts__isnull=False, refusals__isnull=True, dropped=False
    ).count()
    job.error_count = ImportRow.objects.filter(import_job=job, refusals__isnull=False).count()


def _import(job: ImportJob, *, at: datetime) -> None:
    if job.is_checked:
        mapping = kinds.steps_of(job).mapping.of(job.mapping, at=at)
        progress = Progress(job, expected=job.rows)
        with services.as_a_batch():
            staged = checking.stage_kept(job, mapping, progress=progress.read)
            kinds.steps_of(job).write(job, staged, mapping, at, progress)
    else:
        with pieces.opened(job) as stream:
            kinds.of(job).run(job, stream, at=at)
    _forget_file(job, kept=RefusedRow.objects.filter(import_job=job, is_warning=False).values("line"))


def _fail(job: ImportJob, why: str) -> None:
    job.failure = why
    if job.state == ImportState.UNDOING:
        job.state = ImportState.DONE
        job.save(update_fields=["state", "failure"])
    elif job.state == ImportState.CHECKING:
        job.state = ImportState.DRAFT
        job.save(update_fields=["state", "failure"])
    else:
        job.save(update_fields=["failure"])
        _give_up(job, ImportState.FAILED)


def _give_up(job: ImportJob, state: ImportState) -> None:
    job.state, job.finished_at, job.created, job.updated = state, timezone.now(), 0, 0
    job.save(update_fields=["state", "finished_at", "created", "updated"])
    _forget_file(job)


def _forget_file(job: ImportJob, *, kept: Any = ()) -> None:
    """The rows on the lines ``kept`` stay, for whoever mends them."""
    pieces.drop(job)
    ImportRow.objects.filter(import_job=job).exclude(line__in=kept).delete()


def _require(job: ImportJob, *states: ImportState) -> None:
    if job.state not in states:
        told = _("This is not possible: the import is “%(state)s”.") % {"state": job.get_state_display()}
        raise ValidationError(told, code="wrong_state")


def _is_free(job: ImportJob) -> bool:
    """Take the job's lock until the end of the transaction, unless a living worker has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [JOB_LOCK, job.pk % 2**31])
        return bool(cursor.fetchone()[0])
