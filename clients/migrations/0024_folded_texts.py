import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import migrations
from psycopg2.extras import Json

import clients.fields
from clients.filters.folding import fold

# The texts that get a folded copy, table by table, with the table's key.
TEXTS = {
    ("client", "id"): ("last_name", "first_name", "company_name"),
    ("profile", "client_id"): (
        "birth_place",
        "pec",
        "time_horizon",
        "objectives",
        "document_type",
        "document_number",
        "notes",
    ),
    ("address", "id"): ("street",),
}
AT_ONCE = 5_000
FILLED = """
    SELECT {key}, {texts} FROM {table} WHERE {key} > %s AND concat({texts}) <> '' ORDER BY {key} LIMIT %s
"""
FILL = """
    UPDATE {table} AS t SET {assignments} FROM unnest(%s::bigint[], {arrays}) AS given (key, {keys})
    WHERE t.{key} = given.key
"""
# What an import has overwritten, as the undo puts it back.
OVERWRITTEN = """
    SELECT id, before FROM clients_importedrow WHERE id > %s AND "table" = %s AND before IS NOT NULL ORDER BY id LIMIT %s
"""
COMPLETE = """
    UPDATE clients_importedrow AS t SET before = t.before || given.keys FROM unnest(%s::bigint[], %s::jsonb[]) AS
    given (id, keys) WHERE t.id = given.id
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """The folded form of every text that there is; Python folds, since no function of SQL folds as it does."""
    for (model, key), texts in TEXTS.items():
        with schema_editor.connection.cursor() as cursor:
            _fill(cursor, f"clients_{model}", key, texts)
            _complete(cursor, f"clients_{model}", texts)


def _fill(cursor: Any, table: str, key: str, texts: Sequence[str]) -> None:
    keys = [f"{text}_key" for text in texts]
    filled = FILLED.format(table=table, key=key, texts=", ".join(texts))
    statement = FILL.format(
        table=table,
        key=key,
        keys=", ".join(keys),
        arrays=", ".join("%s::text[]" for _each in keys),
        assignments=", ".join(f"{name} = given.{name}" for name in keys),
    )
    for rows in _pages(cursor, filled):
        folded = [[fold(row[place]) for row in rows] for place in range(1, len(texts) + 1)]
        cursor.execute(statement, [[row[0] for row in rows], *folded])


def _complete(cursor: Any, table: str, texts: Sequence[str]) -> None:
    for rows in _pages(cursor, OVERWRITTEN, table):
        overwritten = [json.loads(before) for _pk, before in rows]  # Django's cursors give JSON as it is written
        added = [Json({f"{text}_key": fold(old.get(text) or "") for text in texts}) for old in overwritten]
        cursor.execute(COMPLETE, [[pk for pk, _before in rows], added])


def _pages(cursor: Any, statement: str, *params: object) -> Iterator[list[Any]]:
    """The rows in the order of their key, so many at a time."""
    last = 0
    while True:
        cursor.execute(statement, [last, *params, AT_ONCE])
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("clients", "0023_derived_words")]

    operations = [
        *(
            migrations.AddField(model, f"{text}_key", clients.fields.FoldedField(of=text))
            for (model, _key), texts in TEXTS.items()
            for text in texts
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
