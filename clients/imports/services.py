"""Importing a file of clients: in the calling transaction, or queued as a job."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from clients import search
from clients.changes import mark_changed
from clients.enums import ImportState, OnDuplicate
from clients.imports import matching, writing
from clients.imports.mapping import ImportMapping, parse_mapping
from clients.imports.reading import open_source
from clients.imports.refusals import FileRefused
from clients.imports.sources import Source
from clients.imports.staging import Staged, stage
from clients.imports.targets import Place
from clients.imports.writing import Counts
from clients.models import ImportJob, RefusedRow
from clients.signals import clients_changed
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership

MOST_BYTES = 100 * 1024 * 1024
# A class of advisory locks: two imports of one firm would both create what neither finds.
LOCK = 0x1337
TIME_LIMIT = "30min"
KEEP_REFUSED = """
    INSERT INTO clients_refusedrow (firm_id, import_job_id, line, "column", value, code, message)
    SELECT %(firm)s, %(job)s, line, header, value, code, message FROM import_refused ORDER BY line, place
"""


def import_file(
    stream: BinaryIO,
    *,
    name: str,
    mapping: Mapping[str, Any] | None,
    dry_run: bool,
    by: Membership | None,
    at: datetime,
) -> ImportJob:
    """Import the file now. Raises FileRefused when nothing of it can be used."""
    chosen = _chosen(mapping)
    job = ImportJob(file_name=name, mapping=mapping or {}, dry_run=dry_run, by=by, state=ImportState.RUNNING)
    job.on_duplicate = chosen.on_duplicate
    with transaction.atomic():
        job.save()
        _run(job, stream, at=at)
    return job


def queue_file(
    content: bytes, *, name: str, mapping: Mapping[str, Any] | None, dry_run: bool, by: Membership | None
) -> ImportJob:
    """Keep the file for a worker. Raises FileRefused at once for what its first lines show."""
    if len(content) > MOST_BYTES:
        raise FileRefused("too_large", limit=MOST_BYTES // 1024 // 1024)
    chosen = _chosen(mapping)
    job = ImportJob(file_name=name, content=content, mapping=mapping or {}, dry_run=dry_run, by=by)
    job.on_duplicate = chosen.on_duplicate
    chosen.places(_open(io.BytesIO(content), chosen).header)
    job.save()
    return job


def run_queued(job_id: int, *, at: datetime) -> None:
    """Import a queued file, unless somebody else is at it or it is done. Harmless when repeated."""
    job = (
        ImportJob.objects.select_related("by")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=job_id, state=ImportState.QUEUED)
        .first()
    )
    if job is None:
        return
    try:
        with transaction.atomic():
            _run(job, io.BytesIO(bytes(job.content)), at=at)
    except ValidationError as refused:
        job.state, job.failure, job.finished_at = ImportState.FAILED, " ".join(refused.messages), timezone.now()
    job.content = b""
    job.save()


def progress_of(job: ImportJob) -> int:
    """How many rows have been read so far."""
    if job.state in (ImportState.DONE, ImportState.FAILED):
        return job.rows
    return int(cache.get(_progress_key(job.pk), 0))


def _chosen(mapping: object) -> ImportMapping:
    """Without a mapping the headers are recognised by name."""
    return ImportMapping() if mapping is None else parse_mapping(mapping)


def _open(stream: BinaryIO, mapping: ImportMapping) -> Source:
    return open_source(stream, mapping.format, recognise=mapping.recognise)


def _run(job: ImportJob, stream: BinaryIO, *, at: datetime) -> None:
    mapping = _chosen(job.mapping or None)
    with _as_a_batch():
        staged = stage(_open(stream, mapping), mapping, progress=_progress(job.pk))
        counts = _write(job, staged, mapping, at=at)
        _conclude(job, staged, counts)


@contextmanager
def _as_a_batch() -> Iterator[None]:
    """One import of a firm at a time, as long as it takes.

    Tables that have just been filled look empty to the planner, which would then compare each row with each.
    """
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        [usual] = cursor.fetchone()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, bound_firm_id() % 2**31])
        cursor.execute("SET LOCAL statement_timeout = %s; SET LOCAL enable_nestloop = off", [TIME_LIMIT])
        yield
        cursor.execute("SET LOCAL statement_timeout = %s; SET LOCAL enable_nestloop = on", [usual])


def _write(job: ImportJob, staged: Staged, mapping: ImportMapping, *, at: datetime) -> Counts:
    """Everything that touches clients; on a dry run it is undone, and the counts are those of a real one."""
    if mapping.on_duplicate == OnDuplicate.CREATE:
        matching.refuse_known_external_ids(staged)
    else:
        matching.match(staged, by=job.by, on=mapping.match_on)
    dropped = matching.drop_duplicates() if mapping.on_duplicate == OnDuplicate.SKIP else 0
    prepared = writing.prepare(staged, by=job.by, at=at)
    with transaction.atomic():
        counts = writing.write(prepared)
        if job.dry_run:
            transaction.set_rollback(True)
        else:
            _announce({"created", *staged.named(Place.CONTRIBUTED)})
    return Counts(counts.created, counts.updated, counts.skipped + dropped)


def _announce(changed: set[str]) -> None:
    """New and changed clients go on the night's list, into the search index, and to whoever listens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id FROM import_stage WHERE created UNION ALL SELECT client_id FROM import_touched"
        )
        ids = [pk for (pk,) in cursor]
    if not ids:
        return
    mark_changed(ids)
    search.index_names(ids)
    clients_changed.send(ImportJob, client_ids=ids, changed=frozenset(changed))


def _conclude(job: ImportJob, staged: Staged, counts: Counts) -> None:
    with connection.cursor() as cursor:
        cursor.execute(KEEP_REFUSED, {"firm": bound_firm_id(), "job": job.pk})
    job.rows, job.created, job.updated, job.skipped = staged.rows, counts.created, counts.updated, counts.skipped
    job.error_count = RefusedRow.objects.filter(import_job=job).count()
    job.state, job.finished_at = ImportState.DONE, timezone.now()
    job.save()
    if not job.dry_run:
        outcome = {name: getattr(job, name) for name in ("file_name", "created", "updated", "skipped", "error_count")}
        audit.record("client.imported", job, by=job.by, after=outcome)


def _progress(job_id: int) -> Callable[[int], None]:
    key = _progress_key(job_id)
    return lambda rows: cache.set(key, rows, 3600)


def _progress_key(job_id: int) -> str:
    return f"import:{bound_firm_id()}:{job_id}"
