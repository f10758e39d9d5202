"""Taking an import of opportunities back: what it entered goes, what it changed is as before.

Whatever somebody has touched since stays as it is, and so does what cannot be open again because another one is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from clients.enums import ImportState
from clients.models import ImportedRow, ImportJob
from communications.models import ClientOpportunity
from communications.opportunity_files.writing import AT_ONCE, TABLE
from communications.services.opportunity_batches import announce
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.feed.notes import Kind, note_rows

RESTORE = """
    UPDATE communications_clientopportunity o
    SET state = m.before->>'state', notes = m.before->>'notes', outcome_note = m.before->>'outcome_note',
        opened_at = (m.before->>'opened_at')::timestamptz, closed_at = (m.before->>'closed_at')::timestamptz,
        closed_by_id = (m.before->>'closed_by_id')::bigint, version = o.version + 1, updated_at = %(at)s
    FROM clients_importedrow m
    WHERE m.firm_id = %(firm)s AND m.import_job_id = %(job)s AND m."table" = %(table)s AND m.before IS NOT NULL
      AND o.firm_id = %(firm)s AND o.id = m.row_id AND o.version = (m.before->>'version')::integer
      AND (m.before->>'state' = 'open') = %(opens)s AND NOT (%(opens)s AND o.closed_at IS NOT NULL AND EXISTS (
          SELECT FROM communications_clientopportunity other
          WHERE other.firm_id = o.firm_id AND other.client_id = o.client_id
            AND other.opportunity_id = o.opportunity_id AND other.closed_at IS NULL))
    RETURNING o.id, o.client_id
"""


def can_be_undone(job: ImportJob) -> bool:
    return _written(job).exists()


def undo(job: ImportJob, at: datetime) -> None:
    """In the caller's transaction: all of it, or nothing."""
    removed = _remove(job)
    restored: list[tuple[int, int]] = []
    for opens in (False, True):
        restored += _restore({"firm": bound_firm_id(), "job": job.pk, "table": TABLE, "at": at, "opens": opens})
    note_rows(ClientOpportunity, Kind.UPDATED, [pk for pk, _client in restored])
    clients = sorted({client for _pk, client in (*removed, *restored)})
    for first in range(0, len(clients), AT_ONCE):
        announce(clients[first : first + AT_ONCE])
    job.removed, job.restored = len(removed), len(restored)
    job.kept = _written(job).count() - len(removed) - len(restored)
    job.state, job.undone_at = ImportState.UNDONE, at
    job.save()
    outcome = {name: getattr(job, name) for name in ("removed", "restored", "kept")}
    audit.record("opportunities.import_undone", job, by=job.undone_by, after=outcome)


def _remove(job: ImportJob) -> list[tuple[int, int]]:
    """What the import entered and nobody has touched."""
    entered = _written(job).filter(before__isnull=True).values("row_id")
    rows = ClientOpportunity.objects.filter(pk__in=entered, version=1)
    gone = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", "client_id"))
    rows.delete()
    return gone


def _restore(given: dict[str, Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(RESTORE, given)
        return list(cursor.fetchall())


def _written(job: ImportJob) -> QuerySet[ImportedRow]:
    rows: QuerySet[ImportedRow] = ImportedRow.objects.filter(import_job=job, table=TABLE)
    return rows
