"""The night's incremental work list: the clients whose facts changed since the last night (architecture.md 4)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from clients.models import Client
from tenants.binding import bound_firm_id
from tenants.statements import statement_of

# A mark that is there already is locked by writing it again: otherwise a night could take it, and read the client while
# this transaction's change cannot be seen yet.
INSERT = """
INSERT INTO clients_changedclient (firm_id, client_id) {rows}
ON CONFLICT (firm_id, client_id) DO UPDATE SET client_id = excluded.client_id
"""


def mark_changed(clients: Iterable[int] | QuerySet[Client]) -> None:
    """Put the clients on the list, in one statement however many they are; those already on it stay."""
    if isinstance(clients, QuerySet):
        rows, params = statement_of(clients.order_by().values("firm_id", "pk"))
    else:
        rows, params = "SELECT %s::bigint, unnest(%s::bigint[])", (bound_firm_id(), sorted(set(clients)))
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(rows=rows), params)
