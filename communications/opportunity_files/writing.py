"""Rows of the staging table become opportunities of clients, set-based."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from clients import planner
from clients.company_links import linked_company
from clients.enums import OnDuplicate
from clients.imports.naming import run
from clients.imports.staging import Staged
from clients.imports.writing import Counts
from clients.models import ImportJob
from communications.models import ClientOpportunity
from communications.opportunity_files.matching import find_services
from communications.services import ServiceDetails, create_service
from communications.services.opportunity_batches import announce
from tenants.binding import bound_firm_id
from tenants.feed.notes import Kind, note_rows
from tenants.models import Membership

TABLE = ClientOpportunity._meta.db_table
# Whose ids stand in one statement.
AT_ONCE = 2_000
NEW_SERVICES = """
    SELECT (array_agg(service_name ORDER BY row_id))[1] FROM import_stage
    WHERE service_id IS NULL GROUP BY service_ref ORDER BY min(row_id)
"""
KEPT = f"""
    kept AS (
        INSERT INTO clients_importedrow (firm_id, import_job_id, "table", row_id, client_id, before)
        SELECT %(firm)s, %(job)s, '{TABLE}', id, client_id, before FROM done
    ), noted AS (INSERT INTO import_touched SELECT DISTINCT client_id FROM done ON CONFLICT DO NOTHING)
    SELECT array_agg(id) FROM done
"""  # noqa: S608 - put together of constants
INSERT = f"""
    WITH done AS (
    INSERT INTO communications_clientopportunity (firm_id, client_id, company_id, opportunity_id, state, notes,
        outcome_note, opened_at, opened_by_id, closed_at, closed_by_id, external_source, external_id, updated_at,
        version)
    SELECT %(firm)s, s.client_id, {linked_company("s.client_id")}, s.service_id, s.state, coalesce(s.notes, ''),
        coalesce(s.outcome_note, ''), s.opened_at, %(by)s, s.closed_at,
        CASE WHEN s.closed_at IS NOT NULL THEN %(by)s::bigint END,
        CASE WHEN s.external_id IS NULL THEN '' ELSE coalesce(s.external_source, '') END, coalesce(s.external_id, ''),
        %(at)s, 1
    FROM import_stage s WHERE NOT EXISTS (SELECT FROM import_known k WHERE k.row_id = s.row_id)
    ORDER BY s.row_id RETURNING id, client_id, NULL::jsonb AS before
    ), {KEPT}
"""  # noqa: S608 - put together of constants
# What stood there before is kept for the way back, with the version that the undo must still find.
UPDATE = f"""
    WITH done AS (
        UPDATE {TABLE} o SET {{assignments}}, version = o.version + 1, updated_at = %(at)s,
            closed_by_id = CASE WHEN s.closed_at IS NULL THEN NULL WHEN o.closed_at IS NULL THEN %(by)s::bigint
                ELSE o.closed_by_id END
        FROM import_stage s JOIN import_known k USING (row_id)
        WHERE o.firm_id = %(firm)s AND o.id = k.own_id AND (s.state = 'open') = %(opens)s
          AND ({{stored}}) IS DISTINCT FROM ({{told}})
        RETURNING o.id, o.client_id, jsonb_build_object(
            'state', old.state, 'notes', old.notes, 'outcome_note', old.outcome_note, 'opened_at', old.opened_at,
            'closed_at', old.closed_at, 'closed_by_id', old.closed_by_id, 'version', new.version) AS before
    ), {KEPT}
"""  # noqa: S608 - put together of constants
EXPECTED = """
    SELECT count(*) FILTER (WHERE o.id IS NULL),
           count(*) FILTER (WHERE o.id IS NOT NULL AND ({stored}) IS DISTINCT FROM ({told}))
    FROM import_stage s LEFT JOIN import_known k USING (row_id)
    LEFT JOIN communications_clientopportunity o ON o.firm_id = %(firm)s AND o.id = k.own_id
"""


def write(job: ImportJob, staged: Staged, *, at: datetime) -> Counts:
    """Enter what is new and bring up to date what is known by its key; the same again changes nothing."""
    _make_services(job.by)
    given = {"job": job.pk, "at": at, "by": job.by_id}
    run(planner.CHECKS_ANEW)
    updated = _update(staged, given) if job.on_duplicate == OnDuplicate.UPDATE else 0
    created = _told_of(Kind.CREATED, INSERT, given)
    run(planner.CHECKS_PLANNED)
    _announce()
    return Counts(created, updated, _rows() - created - updated)


def expected(staged: Staged, *, on_duplicate: OnDuplicate) -> tuple[int, int]:
    """How many rows would enter, and how many would change what is known."""
    told = _told(staged)
    statement = EXPECTED.format(stored=_stored(told), told=", ".join(told.values()))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id()})
        created, changed = cursor.fetchone()
    return created, changed if on_duplicate == OnDuplicate.UPDATE else 0


def _make_services(by: Membership | None) -> None:
    """Those that the file names first; there are never many."""
    with connection.cursor() as cursor:
        cursor.execute(NEW_SERVICES)
        names = [str(name) for (name,) in cursor.fetchall()]
    for name in names:
        create_service(ServiceDetails(name=name), by=by)
    if names:
        find_services()


def _told(staged: Staged) -> dict[str, str]:
    """What the file says of one that is known, by the column that it goes to."""
    told = {name: f"s.{name}" for name in ("state", "opened_at", "closed_at")}
    return told | {name: f"coalesce(s.{name}, '')" for name in ("notes", "outcome_note") if name in staged.headers}


def _stored(told: Iterable[str]) -> str:
    return ", ".join(f"o.{name}" for name in told)


def _update(staged: Staged, given: dict[str, Any]) -> int:
    """What ends makes room before anything is opened."""
    told = _told(staged)
    statement = UPDATE.format(
        assignments=", ".join(f"{name} = {value}" for name, value in told.items()),
        stored=_stored(told),
        told=", ".join(told.values()),
    )
    return sum(_told_of(Kind.UPDATED, statement, {**given, "opens": opens}) for opens in (False, True))


def _told_of(kind: Kind, statement: str, given: dict[str, Any]) -> int:
    """Run it, tell the feed of changes which rows it has written, and say how many."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **given})
        ids = cursor.fetchone()[0] or []
    note_rows(ClientOpportunity, kind, ids)
    return len(ids)


def _announce() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_id FROM import_touched ORDER BY client_id")
        touched = [pk for (pk,) in cursor.fetchall()]
    for first in range(0, len(touched), AT_ONCE):
        announce(touched[first : first + AT_ONCE])


def _rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_stage")
        return int(cursor.fetchone()[0])
