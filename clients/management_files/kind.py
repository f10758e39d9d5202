"""A file of management events as one of the imports: entered at once, listed with the others, taken back as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.enums import ImportState
from clients.imports import kinds, undoing
from clients.imports.kinds import ImportKind
from clients.management_files.entering import Report, import_management_events
from clients.models import ImportedRow, ImportJob, ManagementEvent, RefusedRow
from clients.services import NewManagementEvent
from clients.services.management import Entered
from tenants.binding import bound_firm_id
from tenants.feed import notes
from tenants.feed.notes import Kind

TABLE = ManagementEvent._meta.db_table
BATCH = 2_000
REMEMBER = """
    INSERT INTO clients_importedrow (firm_id, import_job_id, "table", row_id, client_id, before)
    SELECT e.firm_id, %(job)s, %(table)s, e.id, NULL, to_jsonb(e) FROM clients_managementevent e
    JOIN unnest(%(sources)s::text[], %(keys)s::text[]) AS k(source, key)
        ON e.external_source = k.source AND e.external_id = k.key
    WHERE e.firm_id = %(firm)s
"""
# What the file entered or changed and nobody has touched since.
OWN = """m.firm_id = %(firm)s AND m.import_job_id = %(job)s AND m."table" = %(table)s
    AND e.firm_id = %(firm)s AND e.id = m.row_id AND e.updated_at <= %(finished)s"""
TAKE_OUT = (
    f"DELETE FROM clients_managementevent e USING clients_importedrow m WHERE {OWN} AND m.before IS NULL RETURNING e.id"  # noqa: S608
)
PUT_BACK = f"""
    UPDATE clients_managementevent e SET kind = b.kind, "on" = b."on", at = b.at, number = b.number,
        amount = b.amount, description = b.description, company_id = b.company_id, updated_at = b.updated_at,
        client_id = b.client_id
    FROM clients_importedrow m CROSS JOIN LATERAL jsonb_populate_record(NULL::clients_managementevent, m.before) b
    WHERE {OWN} AND m.before IS NOT NULL RETURNING e.id
"""  # noqa: S608 - constants of this module


def run(job: ImportJob, stream: BinaryIO, *, at: datetime) -> None:
    report = import_management_events(stream, by=job.by, memory=_Memory(job))
    _keep(job, report)
    job.rows, job.created, job.updated, job.error_count = (
        report.rows,
        report.created,
        report.updated,
        len(report.errors),
    )
    job.state, job.finished_at = ImportState.DONE, timezone.now()
    job.save()


def can_be_undone(job: ImportJob) -> bool:
    return ImportedRow.objects.filter(import_job=job).exists()


def undo(job: ImportJob, at: datetime) -> None:
    """In the caller's transaction: all of it, or nothing. What a later file has changed stays as that file says."""
    own = ImportedRow.objects.filter(import_job=job)
    there = ManagementEvent.objects.filter(pk__in=own.values("row_id"))
    job.kept = there.filter(updated_at__gt=job.finished_at).count()
    removed, restored = (_run(statement, job, finished=job.finished_at) for statement in (TAKE_OUT, PUT_BACK))
    notes.note_rows(ManagementEvent, Kind.DELETED, removed)
    notes.note_rows(ManagementEvent, Kind.UPDATED, restored)
    job.removed, job.restored = len(removed), len(restored)
    own.delete()
    undoing.conclude(job, action="management_event.import_undone", at=at)


class _Memory:
    """What the events that a file changes were before, and which of them are new."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job

    def before(self, entries: Sequence[NewManagementEvent]) -> None:
        keys = [entry.key for entry in entries]
        _run(REMEMBER, self.job, sources=[source for source, _own in keys], keys=[own for _source, own in keys])

    def after(self, entered: Sequence[Entered]) -> None:
        new = [each.row.pk for each in entered if each.is_new]
        rows = [ImportedRow(import_job=self.job, table=TABLE, row_id=pk) for pk in new]
        ImportedRow.objects.bulk_create(rows, batch_size=BATCH)


def _keep(job: ImportJob, report: Report) -> None:
    refused = [
        RefusedRow(import_job=job, line=e.line, column=e.column[:200], value=e.value, code=e.code, message=e.message)
        for e in report.errors
    ]
    RefusedRow.objects.bulk_create(refused, batch_size=BATCH)


def _run(statement: str, job: ImportJob, **params: Any) -> list[int]:
    """The keys that it returns, if it does."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), "job": job.pk, "table": TABLE, **params})
        return [pk for (pk,) in cursor.fetchall()] if cursor.description else []


EVENTS = ImportKind(
    name="management_events",
    label=_("Events of management systems"),
    page="clients:management_import",
    page_label=_("Another file of events"),
    made=_("New events"),
    changed=_("Updated events"),
    can_be_undone=can_be_undone,
    undo=undo,
    at_once=run,
)


def register() -> None:
    """Called when the app is ready."""
    kinds.register(EVENTS)
