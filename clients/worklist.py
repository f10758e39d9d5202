"""The night's work list: the clients that a night which is under way has to look at.

Services mark a client in ``ChangedClient``; the night moves the marks to ``ClaimedClient`` in one committed transaction
and clears that list when it is done. So a night that dies half-way loses nothing, and what changes meanwhile is left
for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from clients.models import ClaimedClient, Client
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


# Beyond this share of the firm's clients it is cheaper to look at everybody.
LARGEST_SHARE = 1 / 5
ALWAYS_SMALL = 1000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which clients of the firm a set-based statement looks at: these, or (None) all of them.

    Each table of a statement is restricted by the ids themselves, handed over as %(clients)s, not by a join with a
    table of ids: whatever the statistics say, or fail to say on a new firm's first days, its index is read once.
    """

    ids: Sequence[int] | None = None

    def restriction(self, column: str) -> str:
        return "" if self.ids is None else f"AND {column} = ANY(%(clients)s::bigint[])"


EVERYBODY = Selection()


def selection() -> Selection:
    """The clients on the work list, or everybody when there are very many."""
    ids = list(ClaimedClient.objects.order_by("client_id").values_list("client_id", flat=True))
    if len(ids) > ALWAYS_SMALL and len(ids) > Client.objects.count() * LARGEST_SHARE:
        return EVERYBODY
    return Selection(ids)


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
