"""The night's work list: the clients that a night which is under way has to look at.

Services mark a client in ``ChangedClient``; the night moves the marks to ``ClaimedClient`` in one committed transaction
and clears that list when it is done. So a night that dies half-way loses nothing, and what changes meanwhile is left
for the next one.
"""

from __future__ import annotations

from enum import Enum

from django.db import connection

from tenants.binding import bound_firm_id

# What a transaction still holds (clients.changes) is left for the next night: its change cannot be seen yet.
_DROP_CHANGED = """
DELETE FROM clients_changedclient
WHERE firm_id = %(firm)s
  AND id IN (SELECT id FROM clients_changedclient WHERE firm_id = %(firm)s FOR UPDATE SKIP LOCKED)
"""

_CLAIM_CHANGED = """
WITH taken AS (
    DELETE FROM clients_changedclient
    WHERE firm_id = %(firm)s
      AND id IN (SELECT id FROM clients_changedclient WHERE firm_id = %(firm)s FOR UPDATE SKIP LOCKED)
    RETURNING client_id
)
INSERT INTO clients_claimedclient (firm_id, client_id) SELECT %(firm)s, client_id FROM taken
ON CONFLICT (firm_id, client_id) DO NOTHING
"""

_CLEAR = "DELETE FROM clients_claimedclient WHERE firm_id = %(firm)s"


class Reach(Enum):
    """Which clients of the firm a set-based statement looks at; the value is what restricts it."""

    ALL = ""
    WORKLIST = "AND {column} IN (SELECT w.client_id FROM clients_claimedclient w WHERE w.firm_id = %(firm)s)"
    THESE = "AND {column} = ANY(%(clients)s)"

    def restriction(self, column: str) -> str:
        return self.value.format(column=column)


def claim_changed() -> None:
    """Move the marks of the services to the work list."""
    _execute(_CLAIM_CHANGED)


def drop_changed() -> None:
    """Forget the marks: a full recompute is about to look at everybody."""
    _execute(_DROP_CHANGED)


def clear() -> None:
    """Empty the work list: the night has dealt with it."""
    _execute(_CLEAR)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id()})
