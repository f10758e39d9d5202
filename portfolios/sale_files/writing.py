"""Rows of the staging table become lines of the ledger, set-based; the measures of whoever they concern follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection

from clients import planner
from clients.company_links import linked_company
from clients.enums import OnDuplicate
from clients.imports.naming import run
from clients.imports.staging import Staged
from clients.imports.writing import Counts
from clients.models import ImportJob
from portfolios.following import MOST_AT_ONCE, follow_sales
from portfolios.models import Sale
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.feed.notes import Kind, note_rows

INSERT = f"""
    WITH entered AS (
    INSERT INTO portfolios_sale (firm_id, client_id, company_id, typology_id, portfolio_id, kind, date, amount,
        description, external_source, external_id, import_job_id, reversal_reason, created_at, created_by_id,
        updated_at, version)
    SELECT %(firm)s, s.client_id, {linked_company("s.client_id")}, s.typology_id, s.portfolio_id, s.kind, s.sold_on,
        s.amount, coalesce(s.description, ''),
        CASE WHEN s.external_id IS NULL THEN '' ELSE coalesce(s.external_source, '') END,
        coalesce(s.external_id, ''), %(job)s, '', %(at)s, %(by)s, %(at)s, 1
    FROM import_stage s
    WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.row_id = s.row_id)
    ORDER BY s.row_id RETURNING id
    ) SELECT array_agg(id) FROM entered
"""
# What somebody has reversed stays reversed. What the file does not speak of stays as it is. What stood there before is
# kept for the way back, with the version that the undo must still find.
UPDATE = """
    WITH changed AS (
        UPDATE portfolios_sale o SET {assignments}, version = o.version + 1, updated_at = %(at)s
        FROM import_stage s JOIN import_known k USING (row_id)
        WHERE o.firm_id = %(firm)s AND o.id = k.sale_id AND o.reversed_at IS NULL
          AND ({stored}) IS DISTINCT FROM ({told})
        RETURNING s.client_id, o.id AS sale_id, jsonb_build_object(
            'date', old.date, 'amount', old.amount, 'kind', old.kind, 'description', old.description,
            'portfolio_id', old.portfolio_id, 'version', new.version) AS before
    ), noted AS (INSERT INTO import_touched SELECT DISTINCT client_id FROM changed ON CONFLICT DO NOTHING
    ), kept AS (
        INSERT INTO clients_importedrow (firm_id, import_job_id, "table", row_id, client_id, before)
        SELECT %(firm)s, %(job)s, 'portfolios_sale', sale_id, client_id, before FROM changed
    )
    SELECT array_agg(sale_id) FROM changed
"""
EXPECTED = """
    SELECT count(*) FILTER (WHERE o.id IS NULL),
           count(*) FILTER (WHERE o.id IS NOT NULL AND o.reversed_at IS NULL AND ({stored}) IS DISTINCT FROM ({told}))
    FROM import_stage s LEFT JOIN import_known k USING (row_id)
    LEFT JOIN portfolios_sale o ON o.firm_id = %(firm)s AND o.id = k.sale_id
"""
TOUCHED = """
    INSERT INTO import_touched SELECT DISTINCT s.client_id FROM import_stage s
    WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.row_id = s.row_id) ON CONFLICT DO NOTHING
"""


def write(job: ImportJob, staged: Staged, *, at: datetime) -> Counts:
    """Enter what is new and bring up to date what is known by its key; the same again changes nothing."""
    given = {"job": job.pk, "at": at, "by": job.by_id}
    run(TOUCHED)
    run(planner.CHECKS_ANEW)
    created = _told_of(Kind.CREATED, INSERT, given)
    run(planner.CHECKS_PLANNED)
    updated = _update(staged, given) if job.on_duplicate == OnDuplicate.UPDATE else 0
    _follow(today=local_today(bound_firm(), at=at))
    return Counts(created, updated, _rows() - created - updated)


def expected(staged: Staged, *, on_duplicate: OnDuplicate) -> tuple[int, int]:
    """How many rows would enter, and how many would correct what is known."""
    told = _told(staged)
    statement = EXPECTED.format(stored=_stored(told), told=", ".join(told.values()))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id()})
        created, corrected = cursor.fetchone()
    return created, corrected if on_duplicate == OnDuplicate.UPDATE else 0


def _told(staged: Staged) -> dict[str, str]:
    """What the file says of a sale that is known, by the column that it goes to."""
    told = {"date": "s.sold_on", "amount": "s.amount", "kind": _kind(staged)}
    told |= {"description": "coalesce(s.description, '')"} if "description" in staged.headers else {}
    told |= {"portfolio_id": "s.portfolio_id"} if "portfolio" in staged.headers else {}
    return told


def _stored(told: Iterable[str]) -> str:
    return ", ".join(f"o.{name}" for name in told)


def _update(staged: Staged, given: dict[str, Any]) -> int:
    told = _told(staged)
    statement = UPDATE.format(
        assignments=", ".join(f"{name} = {value}" for name, value in told.items()),
        stored=_stored(told),
        told=", ".join(told.values()),
    )
    return _told_of(Kind.UPDATED, statement, given)


def _told_of(kind: Kind, statement: str, given: dict[str, Any]) -> int:
    """Run it, tell the feed of changes which sales it has written, and say how many."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **given})
        ids = cursor.fetchone()[0] or []
    note_rows(Sale, kind, ids)
    return len(ids)


def _kind(staged: Staged) -> str:
    """A file without this column only says by the sign whether it is a refund."""
    if "kind" in staged.headers:
        return "s.kind"
    return "CASE WHEN s.kind = 'refund' OR o.kind = 'refund' THEN s.kind ELSE o.kind END"


def _follow(*, today: date) -> None:
    """As many ids as are worth naming: beyond that everybody is looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT typology_id FROM import_stage")
        typologies = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT client_id FROM import_touched LIMIT %s", [MOST_AT_ONCE + 1])
        touched = [pk for (pk,) in cursor.fetchall()]
    if touched:
        follow_sales(touched, typologies, today=today)


def _rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_stage")
        return int(cursor.fetchone()[0])
