"""Lines of the ledger from the rows of a file; the measures of whoever they concern follow.

A line of the ledger is never deleted: an import that is taken back is reversed, and its keys are free for the corrected
file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from clients.company_links import linked_company
from clients.files.rows import Row, Rows
from clients.imports.staging import Staged
from clients.models import ImportJob
from portfolios.following import follow_sales
from portfolios.models import Sale
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.feed.notes import Kind, note_rows

INSERT = f"""
    INSERT INTO portfolios_sale (firm_id, client_id, company_id, typology_id, portfolio_id, kind, date, amount,
        description, external_source, external_id, import_job_id, reversal_reason, created_at, created_by_id,
        updated_at, version)
    SELECT %(firm)s, s.client_id, {linked_company("s.client_id")}, s.typology_id, s.portfolio_id, s.kind, s.sold_on,
        s.amount, coalesce(s.description, ''),
        CASE WHEN s.external_id IS NULL THEN '' ELSE coalesce(s.external_source, '') END,
        coalesce(s.external_id, ''), %(job)s, '', %(at)s, %(by)s, %(at)s, 1
"""
# A portfolio that has been deleted since is left empty.
PORTFOLIO = "(SELECT p.id FROM portfolios_portfolio p WHERE p.firm_id = o.firm_id AND p.id = b.portfolio_id)"
REVERSE = """
    UPDATE portfolios_sale
    SET reversed_at = %(at)s, reversed_by_id = %(by)s, reversal_reason = %(reason)s, external_source = '',
        external_id = '', version = version + 1, updated_at = %(at)s
    WHERE firm_id = %(firm)s AND import_job_id = %(job)s AND reversed_at IS NULL AND version = 1
    RETURNING id, client_id
"""


def told(staged: Staged) -> dict[str, str]:
    """A file without kinds only says by the sign whether it is a refund."""
    by_sign = "CASE WHEN s.kind = 'refund' OR o.kind = 'refund' THEN s.kind ELSE o.kind END"
    said = {"date": "s.sold_on", "amount": "s.amount", "kind": "s.kind" if "kind" in staged.headers else by_sign}
    said |= {"description": "coalesce(s.description, '')"} if "description" in staged.headers else {}
    return said | ({"portfolio_id": "s.portfolio_id"} if "portfolio" in staged.headers else {})


def follow(job: ImportJob, clients: Sequence[int], at: datetime) -> None:
    if not clients:
        return
    rows = Sale.objects.filter(Q(import_job=job) | Q(pk__in=ROWS.kept_of(job).values("row_id")))
    typologies = rows.order_by().values_list("typology_id", flat=True).distinct()
    follow_sales(clients, set(typologies), today=local_today(bound_firm(), at=at))


def reverse(job: ImportJob, at: datetime) -> list[Row]:
    reason = _("Import %(number)s taken back") % {"number": job.pk}
    given: dict[str, Any] = {"job": job.pk, "at": at, "by": job.undone_by_id, "reason": reason}
    with connection.cursor() as cursor:
        cursor.execute(REVERSE, {"firm": bound_firm_id(), **given})
        reversed_: list[Row] = cursor.fetchall()
    note_rows(Sale, Kind.UPDATED, [pk for pk, _client in reversed_])
    return reversed_


ROWS = Rows(
    model=Sale,
    insert=INSERT,
    names_job=True,
    told=told,
    # What somebody has reversed stays reversed.
    only="o.reversed_at IS NULL",
    before=("date", "amount", "kind", "description", "portfolio_id"),
    put_back={"portfolio_id": PORTFOLIO},
)
