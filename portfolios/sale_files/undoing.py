"""Taking an import of sales back: what it entered is reversed, and its keys are free for the corrected file; what it
corrected is as before.

A line of the ledger is never deleted. Whatever somebody has corrected or reversed since stays as it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.enums import ImportState
from clients.models import ImportedRow, ImportJob
from portfolios.following import follow_sales
from portfolios.models import Sale
from tenants import audit
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.feed.notes import Kind, note_rows

TABLE = Sale._meta.db_table
UNTOUCHED = {"reversed_at__isnull": True, "version": 1}
REVERSE = """
    UPDATE portfolios_sale
    SET reversed_at = %(at)s, reversed_by_id = %(by)s, reversal_reason = %(reason)s, external_source = '',
        external_id = '', version = version + 1, updated_at = %(at)s
    WHERE firm_id = %(firm)s AND import_job_id = %(job)s AND reversed_at IS NULL AND version = 1
    RETURNING client_id, typology_id, id
"""
# A portfolio that has been deleted since is left empty.
RESTORE = """
    UPDATE portfolios_sale o
    SET date = (m.before->>'date')::date, amount = (m.before->>'amount')::bigint, kind = m.before->>'kind',
        description = m.before->>'description', version = o.version + 1, updated_at = %(at)s, portfolio_id = (
            SELECT p.id FROM portfolios_portfolio p
            WHERE p.firm_id = %(firm)s AND p.id = (m.before->>'portfolio_id')::bigint)
    FROM clients_importedrow m
    WHERE m.firm_id = %(firm)s AND m.import_job_id = %(job)s AND m."table" = %(table)s AND o.firm_id = %(firm)s
      AND o.id = m.row_id AND o.reversed_at IS NULL AND o.version = (m.before->>'version')::integer
    RETURNING o.client_id, o.typology_id, o.id
"""


def can_be_undone(job: ImportJob) -> bool:
    return Sale.objects.filter(import_job=job, **UNTOUCHED).exists() or _corrected(job).exists()


def undo(job: ImportJob, at: datetime) -> None:
    """In the caller's transaction: all of it, or nothing."""
    reason = _("Import %(number)s taken back") % {"number": job.pk}
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "firm": bound_firm_id(),
            "job": job.pk,
            "table": TABLE,
            "at": at,
            "by": job.undone_by_id,
            "reason": reason,
        }
        cursor.execute(REVERSE, given)
        reversed_ = cursor.fetchall()
        cursor.execute(RESTORE, given)
        restored = cursor.fetchall()
    rows, today = [*reversed_, *restored], local_today(bound_firm(), at=at)
    note_rows(Sale, Kind.UPDATED, [pk for _client, _typology, pk in rows])
    clients, typologies = {client for client, *_rest in rows}, {typology for _client, typology, _pk in rows}
    follow_sales(sorted(clients), typologies, today=today)
    job.removed, job.restored = len(reversed_), len(restored)
    job.kept = Sale.objects.filter(import_job=job).count() + _corrected(job).count() - len(rows)
    job.state, job.undone_at = ImportState.UNDONE, at
    job.save()
    outcome = {name: getattr(job, name) for name in ("removed", "restored", "kept")}
    audit.record("sales.import_undone", job, by=job.undone_by, after=outcome)


def _corrected(job: ImportJob) -> QuerySet[ImportedRow]:
    rows: QuerySet[ImportedRow] = ImportedRow.objects.filter(import_job=job, table=TABLE)
    return rows
