"""The linked company of a contact, by external id or name: one that the firm has, or another row of the file."""

from __future__ import annotations

from clients.imports.matching import refuse
from clients.imports.writing import Writing
from clients.models import Profile

# Two companies of one name say nothing; an external id is unique only within its source.
KNOWN = """
    SELECT name, CASE WHEN min(id) = max(id) THEN min(id) END AS id FROM (
        SELECT c.id, unnest(ARRAY[c.name_key, nullif(c.external_id, '')]) AS name
        FROM clients_client c WHERE c.firm_id = %(firm)s AND c.kind = 'company' AND c.state <> 'archived'
    ) named WHERE name IS NOT NULL GROUP BY name
"""
UNKNOWN = f"""s.company IS NOT NULL AND s.head IN (
    SELECT w.head FROM import_stage w
    LEFT JOIN ({KNOWN}) by_id ON by_id.name = w.company
    LEFT JOIN ({KNOWN}) by_name ON by_name.name = w.company_key
    LEFT JOIN (
        SELECT DISTINCT unnest(ARRAY[company_name_key, external_id]) AS name FROM import_stage WHERE kind = 'company'
    ) in_file ON in_file.name IN (w.company, w.company_key)
    WHERE w.company IS NOT NULL AND coalesce(by_id.id, by_name.id) IS NULL AND in_file.name IS NULL
)"""  # noqa: S608 - constants of this module
LINK = f"""
    SET company_id = f.id FROM (
        SELECT s.client_id, coalesce(by_id.id, by_name.id) AS id FROM import_stage s
        LEFT JOIN ({KNOWN}) by_id ON by_id.name = s.company
        LEFT JOIN ({KNOWN}) by_name ON by_name.name = s.company_key
        WHERE s.row_id = s.head AND s.company IS NOT NULL
    ) f
    WHERE t.firm_id = %(firm)s AND t.client_id = f.client_id AND f.id <> f.client_id
      AND t.company_id IS DISTINCT FROM f.id
"""  # noqa: S608 - as above


def refuse_unknown(writing: Writing) -> None:
    """Before anything is written: whoever names a company that nobody knows."""
    refuse(UNKNOWN, value="s.company", code="unknown_company", header=writing.staged.header("company"))


def link(writing: Writing) -> None:
    """After the companies of the file are there."""
    writing.update_and_touch(Profile, LINK)
