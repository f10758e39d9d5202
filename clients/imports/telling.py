"""What an import tells the feed of changes: in a statement or two, however many rows the file has."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection

from clients.models import Client
from tenants.binding import bound_firm_id
from tenants.feed.followed import followed
from tenants.feed.notes import Kind, note, note_rows

# The clients themselves, and whatever else the import has written beside them.
WRITTEN = """
    SELECT %(clients)s AS made, true AS is_new, array_agg(client_id ORDER BY client_id) AS ids
    FROM import_stage WHERE created
    UNION ALL SELECT %(clients)s, false, array_agg(client_id ORDER BY client_id) FROM import_touched
    UNION ALL
    SELECT made, is_new, array_agg(row_id ORDER BY row_id) FROM (
        SELECT made, row_id, bool_or(before IS NULL) AS is_new FROM import_made
        WHERE made = ANY(%(tables)s) GROUP BY made, row_id
    ) rows GROUP BY made, is_new
"""
# Whoever was responsible for a client and is not any more.
WITHDRAWN = """
    SELECT former.member, array_agg(DISTINCT c.id)
    FROM import_made m JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = m.row_id
    CROSS JOIN LATERAL (VALUES ((m.before->>'advisor_id')::bigint), ((m.before->>'contact_id')::bigint),
                               ((m.before->>'specialist_id')::bigint)) AS former (member)
    WHERE m.made = %(clients)s AND former.member IS NOT NULL
      AND former.member NOT IN (coalesce(c.advisor_id, 0), coalesce(c.contact_id, 0), coalesce(c.specialist_id, 0))
    GROUP BY former.member
"""
PEOPLE = frozenset({"advisor", "contact", "specialist"})


def tell(headers: Any) -> None:
    """Called when everything is written, before the staged rows are forgotten."""
    models = {model._meta.db_table: model for model in apps.get_models() if model in followed() and model is not Client}
    models = {table: model for table, model in models.items() if not followed()[model].part_of}
    given = {"firm": bound_firm_id(), "clients": Client._meta.db_table, "tables": sorted(models)}
    for table, is_new, ids in _rows(WRITTEN, given):
        note_rows(models.get(table, Client), Kind.CREATED if is_new else Kind.UPDATED, ids)
    if PEOPLE & set(headers):
        for member, ids in _rows(WITHDRAWN, given):
            note("clients", Kind.WITHDRAWN, ids, people=frozenset({member}))


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
