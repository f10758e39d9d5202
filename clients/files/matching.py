"""What only the firm's data show of the rows: whose they are, and which of them are known by their key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clients.enums import OnDuplicate
from clients.files.naming import run
from clients.files.parts import Parts
from clients.imports.matching import refuse
from clients.imports.staging import Staged
from clients.imports.targets import Column

REPEATED = """s.row_id IN (
    SELECT row_id FROM (
        SELECT row_id, row_number() OVER (PARTITION BY coalesce(external_source, ''), external_id ORDER BY row_id)
        FROM import_stage WHERE external_id IS NOT NULL
    ) AS numbered(row_id, place) WHERE place > 1)"""
KNOWN = """
    DROP TABLE IF EXISTS import_known;
    CREATE TEMP TABLE import_known ON COMMIT DROP AS
    SELECT s.row_id, o.id AS own_id, {brought}({there}) IS NOT DISTINCT FROM ({said}) AS is_same_place
    FROM import_stage s JOIN {table} o
        ON o.firm_id = %(firm)s AND o.external_source = coalesce(s.external_source, '')
        AND o.external_id = s.external_id AND o.external_id <> ''
    WHERE s.external_id IS NOT NULL;
    ANALYZE import_known
"""
TAKEN = "s.row_id IN (SELECT row_id FROM import_known)"
ELSEWHERE = "s.row_id IN (SELECT row_id FROM import_known WHERE NOT is_same_place)"


@dataclass(frozen=True)
class Keyed:
    """How rows of a table (o) are known again by the key of whoever sent them."""

    table: str
    # Where such a row belongs for good: its column, and that of the staging table.
    place: dict[str, str]
    # How a row is refused whose key stands elsewhere.
    elsewhere: str
    # What the statements have to know of it besides.
    brought: tuple[str, ...] = ()


def complete(staged: Staged, parts: Parts, *, besides: Iterable[Column] = ()) -> None:
    """Add the columns that the file does not have, and refuse the rows that lack what is needed."""
    columns = {column.name: column for column in (*parts.columns, *besides)}
    added = ", ".join(f"ADD COLUMN IF NOT EXISTS {column.name} {column.sql}" for column in columns.values())
    run(f"ALTER TABLE import_stage {added}")
    for part in parts.needed:
        condition = f"s.{part.columns[0].name} IS NULL"
        refuse(condition, value="''", code="missing_value", header=staged.header(part.name))


def find_known(staged: Staged, keyed: Keyed, *, on_duplicate: OnDuplicate) -> None:
    """Which rows are there already (``import_known``); a key that stands twice, or elsewhere, is refused."""
    header = staged.header("external_id")
    refuse(REPEATED, value="s.external_id", code="repeated_key", header=header)
    brought = "".join(f"o.{column}, " for column in keyed.brought)
    there = ", ".join(f"o.{column}" for column in keyed.place)
    said = ", ".join(f"s.{column}" for column in keyed.place.values())
    run(KNOWN.format(table=keyed.table, brought=brought, there=there, said=said))
    if on_duplicate == OnDuplicate.CREATE:
        refuse(TAKEN, value="s.external_id", code="external_id_taken", header=header)
    else:
        refuse(ELSEWHERE, value="s.external_id", code=keyed.elsewhere, header=header)
