"""Whose opportunities the rows are, of which service, which of them are known, and which cannot be."""

from __future__ import annotations

from datetime import datetime

from clients.enums import OnDuplicate
from clients.files.matching import Keyed, complete, find_known
from clients.files.naming import find_clients, run
from clients.imports.mapping import ImportMapping
from clients.imports.matching import refuse
from clients.imports.staging import Staged
from clients.imports.targets import Column
from clients.models import ImportJob
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.opportunity_files.columns import PARTS, squeezed
from tenants.binding import bound_firm

# What the statements speak of besides the parts of the file.
BESIDES = (
    Column("service_id", "bigint"),
    Column("opened_at", "timestamptz"),
    Column("closed_at", "timestamptz"),
    Column("is_backwards", "boolean"),
)
KEYED = Keyed(
    table=ClientOpportunity._meta.db_table,
    place={"client_id": "client_id", "opportunity_id": "service_id"},
    elsewhere="another_opportunity",
    brought=("state", "opened_at", "closed_at"),
)
SERVED = """
    UPDATE import_stage s SET service_id = known.id
    FROM unnest(%(names)s::text[], %(ids)s::bigint[]) AS known (name, id) WHERE known.name = s.service_ref
"""
UNSAID = """s.closed_on IS NOT NULL AND s.state IS NULL
    AND s.row_id NOT IN (SELECT row_id FROM import_known WHERE state <> 'open')"""
# What the file does not say of a known one stays; nothing said of a new one: it is open.
STATED = """
    UPDATE import_stage s SET state = coalesce(s.state, k.state, 'open')
    FROM import_stage own LEFT JOIN import_known k USING (row_id) WHERE own.row_id = s.row_id
"""
# Noon of the day, or now where that has not come yet. A moment that is known to the minute stays on its day.
DATED = """
    UPDATE import_stage s SET
        opened_at = CASE
            WHEN k.opened_at IS NOT NULL AND coalesce(s.opened_on, (k.opened_at AT TIME ZONE %(zone)s)::date)
                = (k.opened_at AT TIME ZONE %(zone)s)::date THEN k.opened_at
            ELSE coalesce(least((coalesce(s.opened_on, s.closed_on) + time '12:00') AT TIME ZONE %(zone)s, %(at)s),
                %(at)s)
        END,
        closed_at = CASE
            WHEN s.state = 'open' THEN NULL
            WHEN k.closed_at IS NOT NULL AND coalesce(s.closed_on, (k.closed_at AT TIME ZONE %(zone)s)::date)
                = (k.closed_at AT TIME ZONE %(zone)s)::date THEN k.closed_at
            ELSE coalesce(least((s.closed_on + time '12:00') AT TIME ZONE %(zone)s, %(at)s), %(at)s)
        END
    FROM import_stage own LEFT JOIN import_known k USING (row_id) WHERE own.row_id = s.row_id
"""
FORWARDS = """
    UPDATE import_stage SET closed_at = greatest(closed_at, opened_at),
        is_backwards = (closed_at AT TIME ZONE %(zone)s)::date < (opened_at AT TIME ZONE %(zone)s)::date
    WHERE closed_at IS NOT NULL
"""
# With ``skip`` a known one stays as it is, whatever its row says.
AS_IT_IS = """
    UPDATE import_stage s SET state = k.state, opened_at = k.opened_at, closed_at = k.closed_at
    FROM import_known k WHERE k.row_id = s.row_id
"""
# In one order, so that two who open something cannot wait for each other, and nobody opens the same twice.
LOCK = """
    SELECT FROM clients_client WHERE firm_id = %(firm)s AND id IN (SELECT client_id FROM import_stage)
    ORDER BY id FOR UPDATE
"""
# One open per client and service (O-46): the one that is open already, else the first of the file.
SECOND = """
    DROP TABLE IF EXISTS import_second;
    CREATE TEMP TABLE import_second ON COMMIT DROP AS
    SELECT row_id FROM (
        SELECT s.row_id, row_number() OVER (
            PARTITION BY s.client_id, s.service_ref
            ORDER BY (k.own_id IS NOT NULL AND k.closed_at IS NULL) DESC, s.row_id)
        FROM import_stage s LEFT JOIN import_known k USING (row_id) WHERE s.state = 'open'
    ) AS numbered (row_id, place) WHERE place > 1
    UNION
    SELECT s.row_id FROM import_stage s JOIN communications_clientopportunity o
        ON o.firm_id = %(firm)s AND o.client_id = s.client_id AND o.opportunity_id = s.service_id
        AND o.closed_at IS NULL
    WHERE s.state = 'open' AND NOT EXISTS (
        SELECT FROM import_known k JOIN import_stage own USING (row_id)
        WHERE k.own_id = o.id AND (own.row_id = s.row_id OR own.state <> 'open'))
"""


def match(staged: Staged, job: ImportJob, mapping: ImportMapping, at: datetime) -> None:
    """Refuse what only the firm's data show, and find out what is known; the rest of the staging table can enter."""
    complete(staged, PARTS, besides=BESIDES)
    find_clients(staged, by=job.by, by_name=True)
    run(LOCK)
    find_services()
    if not mapping.new_services:
        header = staged.header("service")
        refuse("s.service_id IS NULL", value="s.service_name", code="unknown_service", header=header)
    find_known(staged, KEYED, on_duplicate=OnDuplicate(job.on_duplicate))
    _settle(staged, at)
    if job.on_duplicate == OnDuplicate.SKIP:
        run(AS_IT_IS)
    run(SECOND)
    second = "s.row_id IN (SELECT row_id FROM import_second)"
    refuse(second, value="s.service_name", code="already_open", header=staged.header("service"))


def find_services() -> None:
    """By name or key, hidden ones included: a file may tell of what is no longer proposed."""
    rows = list(ServiceOpportunity.objects.values_list("pk", "key", "name"))
    known = {squeezed(key): pk for pk, key, _name in rows} | {squeezed(name): pk for pk, _key, name in rows}
    run(SERVED, names=list(known), ids=list(known.values()))


def _settle(staged: Staged, at: datetime) -> None:
    """State and moments of every row."""
    header, zone = staged.header("closed_on"), bound_firm().time_zone
    refuse(UNSAID, value="s.closed_on::text", code="no_outcome", header=header)
    run(STATED)
    is_both = "s.state = 'open' AND s.closed_on IS NOT NULL"
    refuse(is_both, value="s.closed_on::text", code="open_with_an_end", header=header)
    run(DATED, zone=zone, at=at)
    run(FORWARDS, zone=zone)
    refuse("s.is_backwards", value="s.closed_on::text", code="ends_before_it_begins", header=header)
