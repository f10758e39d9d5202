"""Asking for an export, writing it as a job, fetching it, and its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, cast

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Max, Min, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clients import catalogue
from clients.enums import WHOLE_FIRM, ExportFormat, ExportScope, ExportState
from clients.exports import progress, writers
from clients.exports.columns import columns_of, fields_of
from clients.facts import with_fields
from clients.models import Client, ExportedClient, ExportJob, ExportPiece
from clients.queries import visible_clients
from tenants import audit
from tenants.archive.writing import count_rows, write_archive
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.models import Membership
from tenants.statements import statement_of

AT_ONCE = 500
PIECE = 1024 * 1024
KEPT = timedelta(days=3)
MOST_ATTEMPTS = 3
LOST_AFTER = timedelta(seconds=60)
# A class of advisory locks: at most one worker at one export.
JOB_LOCK = 0x1339
RECORD = ("emails", "phones", "addresses", "client_labels__label")
FREEZE = """
    INSERT INTO clients_exportedclient (firm_id, export_job_id, position, client_id)
    SELECT %s, %s, row_number() OVER (), asked.pk FROM ({asked}) asked
"""
OPEN = [ExportState.QUEUED, ExportState.RUNNING]


def ask_for_export(
    clients: QuerySet[Client],
    *,
    format: ExportFormat,
    scope: ExportScope,
    by: Membership,
    columns: Sequence[str] = (),
    ordering: str = "name",
) -> ExportJob:
    """Freeze whom the file will contain, in the order of the list: what is written later is what was seen."""
    unknown = [name for name in columns if name not in catalogue.fields()]
    if unknown:
        told = _("There is no field named %(name)s.") % {"name": unknown[0][:60]}
        raise ValidationError({"columns": ValidationError(told, code="unknown_field")})
    job: ExportJob = ExportJob.objects.create(format=format, scope=scope, columns=list(columns), by=by)
    asked, params = statement_of(_in_order(clients, ordering).values("pk"))
    with connection.cursor() as cursor:
        cursor.execute(FREEZE.format(asked=asked), [bound_firm_id(), job.pk, *params])
        job.total = cursor.rowcount
    if format == ExportFormat.XLSX and job.total > writers.MOST_ROWS:
        told = _("A sheet of Excel has room for %(rows)s rows only.") % {"rows": writers.MOST_ROWS}
        raise ValidationError({"format": ValidationError(told, code="too_many_rows")})
    job.save(update_fields=["total"])
    audit.record("client.exported", job, by=by, after={"format": format, "scope": scope, "clients": job.total})
    return job


def note_attempt(job_id: int) -> bool:
    """Committed before the work: whether it is worth trying once more."""
    job = ExportJob.objects.filter(pk=job_id, state__in=OPEN).first()
    if job is None or not _is_free(job):
        return False
    job.attempts += 1
    job.state = ExportState.RUNNING if job.attempts <= MOST_ATTEMPTS else ExportState.FAILED
    job.failure = "" if job.attempts <= MOST_ATTEMPTS else _("It was begun several times and never came to an end.")
    job.save(update_fields=["attempts", "state", "failure"])
    return bool(job.state == ExportState.RUNNING)


def write_export(job_id: int, *, at: datetime) -> None:
    """Write the file, unless somebody is at it or it is done. Memory does not depend on the number of clients."""
    job = ExportJob.objects.select_related("by").filter(pk=job_id, state=ExportState.RUNNING).first()
    if job is None or not _is_free(job):
        return
    try:
        with translation.override(job.by.language), TemporaryFile() as file:
            _write(job, file)
            job.size = _keep(job, file)
    except progress.ExportCancelled:
        _give_up(job)
        return
    ExportedClient.objects.filter(export_job=job).delete()
    job.state, job.handled, job.finished_at, job.expires_at = ExportState.DONE, job.total, timezone.now(), at + KEPT
    job.save(update_fields=["state", "handled", "size", "finished_at", "expires_at"])


def ask_for_firm(*, by: Membership) -> ExportJob:
    """The whole firm as one open file (docs/firm-archive.md)."""
    if ExportJob.objects.filter(scope=WHOLE_FIRM[1], state__in=OPEN).exists():
        raise ValidationError(_("The firm is being exported already."), code="under_way")
    format, scope = WHOLE_FIRM
    job: ExportJob = ExportJob.objects.create(format=format, scope=scope, by=by, total=count_rows())
    audit.record("firm.exported", bound_firm(), by=by, after={"count": job.total})
    return job


def is_whole_firm(job_id: int) -> bool:
    return ExportJob.objects.filter(pk=job_id, scope=WHOLE_FIRM[1]).exists()


def write_firm(job_id: int, file: IO[bytes], *, at: datetime) -> None:
    """The firm as it stands at one moment. Nobody is told but through the cache: the transaction writes nothing."""
    job = ExportJob.objects.get(pk=job_id)
    write_archive(file, at=at, progress=lambda rows: progress.tell(job, rows))


def keep_firm(job_id: int, file: IO[bytes], *, at: datetime) -> None:
    """The file is finished: kept, unless nobody wants it any more."""
    job = ExportJob.objects.select_for_update(of=("self",)).filter(pk=job_id, state=ExportState.RUNNING).first()
    if job is None or not _is_free(job):
        return
    if job.cancel_requested:
        _give_up(job)
        return
    job.size = _keep(job, file)
    job.state, job.handled, job.finished_at, job.expires_at = ExportState.DONE, job.total, timezone.now(), at + KEPT
    job.save(update_fields=["state", "handled", "size", "finished_at", "expires_at"])


def cancel(job: ExportJob) -> None:
    """Stop it: at once while nobody is at it, else as soon as the worker looks up. A finished one stays."""
    if not ExportJob.objects.filter(pk=job.pk, state__in=OPEN).update(cancel_requested=True):
        raise ValidationError(_("This file is not being prepared any more."), code="wrong_state")
    if _is_free(job):
        _give_up(job)
    job.refresh_from_db()


def _give_up(job: ExportJob) -> None:
    if ExportJob.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=ExportState.CANCELLED, finished_at=timezone.now()
    ):
        ExportedClient.objects.filter(export_job=job).delete()


def opened(job: ExportJob) -> tuple[IO[bytes], type[writers.Writer]]:
    """The finished file, on disk. The caller closes it."""
    return content_of(job), writers.WRITERS[job.format]


def content_of(job: ExportJob) -> IO[bytes]:
    if job.state != ExportState.DONE:
        raise ValidationError(_("This file is not kept any more, or not ready yet."), code="not_ready")
    file = cast("IO[bytes]", TemporaryFile())  # noqa: SIM115 - the answer closes it
    number = 0
    while piece := ExportPiece.objects.filter(export_job=job, number=number).first():
        file.write(bytes(piece.content))
        number += 1
    file.seek(0)
    return file


def lost_jobs(*, at: datetime) -> list[ExportJob]:
    """Exports that wait although nobody is at them."""
    waiting = ExportJob.objects.filter(state__in=OPEN, created_at__lt=at - LOST_AFTER).order_by("id")
    return [job for job in waiting if _is_free(job)]


def forget_expired(*, at: datetime) -> None:
    old = ExportJob.objects.filter(state=ExportState.DONE, expires_at__lt=at)
    ExportPiece.objects.filter(export_job__in=old).delete()
    old.update(state=ExportState.EXPIRED)


def _in_order(clients: QuerySet[Client], ordering: str) -> QuerySet[Client]:
    """As the list is ordered: what has no value comes last."""
    rows, path = catalogue.sorted_by(clients, ordering)
    name = path.removeprefix("-") or "name_key"
    key = F(name).desc(nulls_last=True) if path.startswith("-") else F(name).asc(nulls_last=True)
    return rows.order_by(key, "-pk" if path.startswith("-") else "pk")


def _write(job: ExportJob, file: IO[bytes]) -> None:
    columns = columns_of(job)
    kind = writers.WRITERS[job.format]
    writer = kind(file, columns)
    today = local_today(bound_firm())
    seen, fields = visible_clients(job.by), fields_of(columns)
    for count, ids in enumerate(_pages(job)):
        progress.handled(job, count * AT_ONCE)
        rows = with_fields(seen.filter(pk__in=ids), fields)
        if kind.needs_record:
            rows = rows.prefetch_related("profile", *RECORD)
        found = {client.pk: client for client in rows}
        for pk in ids:
            if pk in found:
                writer.write(found[pk], today)
    writer.close()


def _pages(job: ExportJob) -> Iterator[list[int]]:
    frozen = ExportedClient.objects.filter(export_job=job)
    bounds = frozen.aggregate(first=Min("position"), last=Max("position"))
    for first in range(bounds["first"] or 1, (bounds["last"] or 0) + 1, AT_ONCE):
        page = frozen.filter(position__gte=first, position__lt=first + AT_ONCE).order_by("position")
        yield list(page.values_list("client_id", flat=True))


def _keep(job: ExportJob, file: IO[bytes]) -> int:
    file.seek(0)
    ExportPiece.objects.filter(export_job=job).delete()
    size = number = 0
    while content := file.read(PIECE):
        ExportPiece.objects.create(export_job=job, number=number, content=content)
        size += len(content)
        number += 1
    return size


def _is_free(job: ExportJob) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [JOB_LOCK, job.pk % 2**31])
        return bool(cursor.fetchone()[0])
