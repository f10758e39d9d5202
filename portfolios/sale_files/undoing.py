"""Taking an import of sales back: what it entered is reversed, and its keys are free for the corrected file.

A line of the ledger is never deleted. Whatever somebody has corrected or reversed since stays as it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from clients.enums import ImportState
from clients.models import ImportJob
from portfolios.following import follow_sales
from portfolios.models import Sale
from tenants import audit
from tenants.binding import bound_firm, bound_firm_id, local_today

UNTOUCHED = {"reversed_at__isnull": True, "version": 1}
REVERSE = """
    UPDATE portfolios_sale
    SET reversed_at = %(at)s, reversed_by_id = %(by)s, reversal_reason = %(reason)s, external_source = '',
        external_id = '', version = version + 1, updated_at = %(at)s
    WHERE firm_id = %(firm)s AND import_job_id = %(job)s AND reversed_at IS NULL AND version = 1
    RETURNING client_id, typology_id
"""


def can_be_undone(job: ImportJob) -> bool:
    return Sale.objects.filter(import_job=job, **UNTOUCHED).exists()


def undo(job: ImportJob, at: datetime) -> None:
    """In the caller's transaction: all of it, or nothing."""
    reason = _("Import %(number)s taken back") % {"number": job.pk}
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "firm": bound_firm_id(),
            "job": job.pk,
            "at": at,
            "by": job.undone_by_id,
            "reason": reason,
        }
        cursor.execute(REVERSE, given)
        rows = cursor.fetchall()
    clients, today = sorted({client for client, _typology in rows}), local_today(bound_firm(), at=at)
    follow_sales(clients, {typology for _client, typology in rows}, today=today)
    job.removed, job.kept = len(rows), Sale.objects.filter(import_job=job).count() - len(rows)
    job.state, job.undone_at = ImportState.UNDONE, at
    job.save()
    audit.record("sales.import_undone", job, by=job.undone_by, after={"removed": job.removed, "kept": job.kept})
