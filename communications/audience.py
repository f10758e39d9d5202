"""The dry run in one statement: every client of the audience with his address of this moment, or why he is left out.

What it wrote is what is generated: the audience is frozen here, and nobody judges it again before the sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from clients.models import Client
from clients.planner import HASHED, LOOPED
from communications.addresses import DIGEST, OF_CHOSEN
from communications.enums import UNSENT, WRITTEN, TemplateKind
from communications.models import CommunicationRun
from tenants.binding import bound_firm_id

FREEZE = f"""
WITH chosen (id) AS ({{chosen}}), reached AS ({OF_CHOSEN}),
waiting AS (
    SELECT c.client_id, bool_or(c.address IS DISTINCT FROM reached.address) AS is_stale
    FROM communications_communication c
    JOIN communications_communicationrun r ON r.firm_id = c.firm_id AND r.id = c.run_id
    LEFT JOIN reached ON reached.client_id = c.client_id
    WHERE c.firm_id = %(firm)s AND r.template_id = %(template)s AND c.state = ANY(%(unsent)s) AND NOT %(replaces)s
      AND c.client_id IN (SELECT id FROM chosen)
    GROUP BY c.client_id
),
written AS (
    SELECT DISTINCT c.client_id FROM communications_communication c
    WHERE c.firm_id = %(firm)s AND c.state = ANY(%(written)s) AND coalesce(c.sent_at, c.generated_at) >= %(since)s
      AND c.client_id IN (SELECT id FROM chosen)
    UNION
    -- By hand, from the time line (STY-37).
    SELECT m.client_id FROM communications_clientmail m
    JOIN communications_outgoingmail o ON o.firm_id = m.firm_id AND o.id = m.outgoing_id
    WHERE m.firm_id = %(firm)s AND m.at >= %(since)s AND o.state NOT IN ('dead', 'cancelled')
      AND m.client_id IN (SELECT id FROM chosen)
)
INSERT INTO communications_audiencemember (firm_id, run_id, client_id, address, reason)
SELECT %(firm)s, %(run)s, client.id, coalesce(reached.address, ''),
    CASE
        WHEN client.state <> 'active' OR client.merged_into_id IS NOT NULL OR client.erased_at IS NOT NULL
            THEN 'not_active'
        WHEN reached.number IS NULL THEN 'no_address'
        WHEN reached.address IS NULL THEN 'not_chosen'
        WHEN enabled.client_id IS NULL THEN 'not_enabled'
        WHEN %(marketing)s AND profile.marketing_consent IS NOT TRUE THEN 'no_consent'
        WHEN suppressed.digest IS NOT NULL THEN 'suppressed'
        WHEN waiting.is_stale THEN 'stale'
        WHEN waiting.client_id IS NOT NULL THEN 'waiting'
        WHEN written.client_id IS NOT NULL THEN 'pressure'
        ELSE ''
    END
FROM chosen
JOIN clients_client client ON client.firm_id = %(firm)s AND client.id = chosen.id
LEFT JOIN clients_profile profile ON profile.firm_id = %(firm)s AND profile.client_id = chosen.id
LEFT JOIN reached ON reached.client_id = chosen.id
LEFT JOIN communications_enablement enabled
    ON enabled.firm_id = %(firm)s AND enabled.client_id = chosen.id AND enabled.enabled
LEFT JOIN communications_suppression suppressed
    ON suppressed.firm_id = %(firm)s AND suppressed.digest = {DIGEST.format(key="reached.address_key")}
LEFT JOIN waiting ON waiting.client_id = chosen.id
LEFT JOIN written ON written.client_id = chosen.id
"""  # noqa: S608 - put together of constants


def freeze(run: CommunicationRun, clients: QuerySet[Client], *, pressure_days: int) -> int:
    """Judge the clients for a run; how many there are. Each is there once, whatever joins the selection needed."""
    rows = clients.order_by().values_list("pk").distinct().query
    chosen, params = rows.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
    named, given = _named(chosen, params)
    with connection.cursor() as cursor:
        plan = LOOPED if run.replaces else HASHED
        cursor.execute(plan + FREEZE.format(chosen=named), {**_parameters(run, pressure_days), **given})
        judged = int(cursor.rowcount)
        cursor.execute(LOOPED)
        return judged


def _named(statement: str, params: Any) -> tuple[str, Mapping[str, Any]]:
    """Django's places become names, since one statement cannot have both."""
    names = {f"chosen_{number}": value for number, value in enumerate(params)}
    return statement.replace("%%", "%%%%") % tuple(f"%({name})s" for name in names), names


def _parameters(run: CommunicationRun, pressure_days: int) -> dict[str, Any]:
    return {
        "firm": bound_firm_id(),
        "run": run.pk,
        "template": run.template_id,
        "replaces": run.replaces,
        "marketing": run.kind == TemplateKind.OFFER,
        # With 0 days nothing is young enough.
        "since": run.created_at - timedelta(days=pressure_days) if pressure_days else run.created_at + timedelta(1),
        "unsent": [state.value for state in UNSENT],
        "written": [state.value for state in WRITTEN],
    }
