"""Every row of the firm that names one of some clients, as the database has it: what undo is held against."""

import json
from collections.abc import Collection
from typing import Any

from django.db import connection

from clients.holdings import holdings
from clients.models import Client
from tenants.binding import bound_firm_id

# A stamp says that a row was written, and it was; work lists and the merge's own memory are no part of the record.
STAMPS = ("version", "updated_at")
ASIDE = {"clients_changedclient", "clients_claimedclient", "clients_clientmerge"}

Rows = dict[tuple[str, str], dict[str, Any]]


def rows_of(client_ids: Collection[int]) -> Rows:
    """By table and row, column by column."""
    found: Rows = {}
    for table, column in [(Client._meta.db_table, "id"), *sorted(references())]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT to_jsonb(t) - %s::text[] FROM {table} t WHERE t.firm_id = %s AND t.{column} = ANY(%s)",  # noqa: S608
                [list(STAMPS), bound_firm_id(), list(client_ids)],
            )
            for number, (text,) in enumerate(cursor.fetchall()):
                row = json.loads(text)
                key = str(row.get("id") or row.get("client_id") or number)
                if "word" in row:
                    key += row["word"]
                found[table, key] = row
    return found


def references() -> set[tuple[str, str]]:
    named = {(entry.model._meta.db_table, entry.column) for entry in holdings().values()}
    return {(table, column) for table, column in named if table not in ASIDE}
