"""The household of a row, by its name: one that the firm has, or a new one."""

from __future__ import annotations

from clients.imports.matching import refuse
from clients.imports.writing import Writing
from clients.models import Household, Profile

KNOWN = """
    SELECT h.name_key, min(h.id) AS id, count(*) AS many FROM clients_household h
    WHERE h.firm_id = %(firm)s GROUP BY h.name_key
"""
SEVERAL = f"s.household_key IN (SELECT name_key FROM ({KNOWN}) known WHERE many > 1)"  # noqa: S608 - constants
NEW = """
    SELECT DISTINCT ON (s.household_key) s.household AS name, s.household_key AS name_key FROM import_stage s
    WHERE s.row_id = s.head AND s.household IS NOT NULL AND NOT EXISTS (
        SELECT FROM clients_household h WHERE h.firm_id = %(firm)s AND h.name_key = s.household_key
    ) ORDER BY s.household_key, s.row_id
"""
JOIN = f"""
    SET household_id = known.id FROM import_stage s JOIN ({KNOWN}) known ON known.name_key = s.household_key
    WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id AND s.row_id = s.head
      AND t.household_id IS DISTINCT FROM known.id
"""  # noqa: S608 - as above


def refuse_several(writing: Writing) -> None:
    """Two households of one name say nothing."""
    refuse(SEVERAL, value="s.household", code="ambiguous_entry", header=writing.staged.header("household"))


def join(writing: Writing) -> None:
    """After the clients are there."""
    writing.insert_and_note(Household, NEW, {"name": "r.name", "name_key": "r.name_key"}, client="NULL")
    writing.update_and_touch(Profile, JOIN)
