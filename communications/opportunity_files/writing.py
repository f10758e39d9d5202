"""Opportunities of clients from the rows of a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from clients.company_links import linked_company
from clients.files.rows import Row, Rows
from clients.imports.staging import Staged
from clients.models import ImportJob
from communications.models import ClientOpportunity
from communications.opportunity_files.matching import find_services
from communications.services import ServiceDetails, create_service
from communications.services.opportunity_batches import announce

# Whose ids stand in one statement.
AT_ONCE = 2_000
NEW_SERVICES = """
    SELECT (array_agg(service_name ORDER BY row_id))[1] FROM import_stage
    WHERE service_id IS NULL GROUP BY service_ref ORDER BY min(row_id)
"""
INSERT = f"""
    INSERT INTO communications_clientopportunity (firm_id, client_id, company_id, opportunity_id, state, notes,
        outcome_note, opened_at, opened_by_id, closed_at, closed_by_id, external_source, external_id, updated_at,
        version)
    SELECT %(firm)s, s.client_id, {linked_company("s.client_id")}, s.service_id, s.state, coalesce(s.notes, ''),
        coalesce(s.outcome_note, ''), s.opened_at, %(by)s, s.closed_at,
        CASE WHEN s.closed_at IS NOT NULL THEN %(by)s::bigint END,
        CASE WHEN s.external_id IS NULL THEN '' ELSE coalesce(s.external_source, '') END, coalesce(s.external_id, ''),
        %(at)s, 1
"""
CLOSED_BY = """CASE WHEN s.closed_at IS NULL THEN NULL WHEN o.closed_at IS NULL THEN %(by)s::bigint
    ELSE o.closed_by_id END"""
# What cannot be open again, because another one is, stays closed.
HAS_ROOM = """(o.closed_at IS NULL OR NOT EXISTS (
    SELECT FROM communications_clientopportunity other
    WHERE other.firm_id = o.firm_id AND other.client_id = o.client_id
      AND other.opportunity_id = o.opportunity_id AND other.closed_at IS NULL))"""


def make_services(job: ImportJob) -> None:
    """Those that the file names first; there are never many."""
    with connection.cursor() as cursor:
        cursor.execute(NEW_SERVICES)
        names = [str(name) for (name,) in cursor.fetchall()]
    for name in names:
        create_service(ServiceDetails(name=name), by=job.by)
    if names:
        find_services()


def told(staged: Staged) -> dict[str, str]:
    said = {name: f"s.{name}" for name in ("state", "opened_at", "closed_at")}
    return said | {name: f"coalesce(s.{name}, '')" for name in ("notes", "outcome_note") if name in staged.headers}


def follow(job: ImportJob, clients: Sequence[int], at: datetime) -> None:
    for first in range(0, len(clients), AT_ONCE):
        announce(clients[first : first + AT_ONCE])


def remove(job: ImportJob, at: datetime) -> list[Row]:
    rows = ROWS.entered_by(job).filter(version=1)
    gone = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", "client_id"))
    rows.delete()
    return gone


ROWS = Rows(
    model=ClientOpportunity,
    insert=INSERT,
    told=told,
    also={"closed_by_id": CLOSED_BY},
    before=("state", "notes", "outcome_note", "opened_at", "closed_at", "closed_by_id"),
    # What ends makes room before anything is opened.
    changed_in=("s.state <> 'open'", "s.state = 'open'"),
    restored_in=("b.state <> 'open'", f"b.state = 'open' AND {HAS_ROOM}"),
)
