"""Filling large tables quickly: their keys and indexes are taken away before and made again afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import cursor as Cursor  # noqa: N812

TABLES = [
    "clients_client",
    "clients_profile",
    "clients_email",
    "clients_phone",
    "clients_clientword",
    "scheduling_appointment",
    "scheduling_cadenceexception",
]

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2
"""
# An index that a key rests on stays.
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype <> 'f')
ORDER BY 1
"""


@contextmanager
def without_indexes(cursor: Cursor) -> Iterator[None]:
    """For the block, the tables have no foreign keys and only the indexes of their primary and unique keys."""
    cursor.execute(_FOREIGN_KEYS, [TABLES])
    keys = cursor.fetchall()
    cursor.execute(_INDEXES, [TABLES])
    indexes = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
