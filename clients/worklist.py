"""The night's work list: the clients that a night which is under way has to look at.

Services mark a client in ``ChangedClient``. The night of a small firm is one transaction: it takes the marks and holds
the list in memory; if it dies, the marks are back. That of a large firm has a transaction for each step; it moves the
marks to ``ClaimedClient`` in the first of them and clears that list when it is done. So a night that dies half-way
loses nothing, and what changes meanwhile is left for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tenants import prepared
from tenants.binding import bound_firm_id

# What a transaction still holds (clients.changes) is left for the next night: its change cannot be seen yet.
_TAKE_CHANGED = """
WITH taken AS (
    DELETE FROM clients_changedclient
    WHERE firm_id = %(firm)s
      AND id IN (SELECT id FROM clients_changedclient WHERE firm_id = %(firm)s FOR UPDATE SKIP LOCKED)
    RETURNING client_id
)
"""

_AND_TAKEN = "SELECT client_id FROM taken UNION {rows}"
_IDS = "SELECT coalesce(array_agg(client_id), '{{}}') FROM ({rows}) listed"

_KEEP = """
INSERT INTO clients_claimedclient (firm_id, client_id) SELECT DISTINCT %(firm)s::bigint, client_id FROM ({rows}) listed
ON CONFLICT (firm_id, client_id) DO NOTHING
"""

# A full recompute is about to look at everybody: the marks are forgotten, and what a night that was given up had taken.
_FORGET = """
DELETE FROM clients_changedclient
WHERE firm_id = %(firm)s
  AND id IN (SELECT id FROM clients_changedclient WHERE firm_id = %(firm)s FOR UPDATE SKIP LOCKED);
DELETE FROM clients_claimedclient WHERE firm_id = %(firm)s
"""

_CLEAR = "DELETE FROM clients_claimedclient WHERE firm_id = %(firm)s"
_READ = "SELECT client_id FROM clients_claimedclient WHERE firm_id = %(firm)s LIMIT %(most)s"

# Beyond this share of the firm's clients, or this many, it is cheaper to look at everybody.
LARGEST_SHARE = 1 / 5
ALWAYS_SMALL = 1000
MOST = 100_000


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


@dataclass(slots=True)
class WorkList:
    """The clients that a night looks at: everybody (None), or these, of a firm of that size.

    ``kept``: other transactions will ask for it.
    """

    ids: set[int] | None = None
    kept: bool = False
    size: int = 0

    def add(self, clients: Iterable[int]) -> None:
        """Have the steps that follow look at these clients as well."""
        if self.ids is None:
            return
        fresh = sorted(set(clients) - self.ids)
        self.ids.update(fresh)
        if self.kept and fresh:
            _execute(_KEEP.format(rows="SELECT unnest(%(clients)s::bigint[]) AS client_id"), {"clients": fresh})

    def take_changed(self, rows: str, given: Mapping[str, Any]) -> None:
        """Move the marks of the services to the list, and add the clients that a statement finds."""
        self._take(_AND_TAKEN.format(rows=rows), given, before=_TAKE_CHANGED)

    def take(self, rows: str, given: Mapping[str, Any]) -> None:
        """Add the clients that a statement finds: rows of one column, client_id."""
        self._take(rows, given)

    def read(self) -> None:
        """What the steps before have put on the list that is kept; everybody when that is very many."""
        with connection.cursor() as cursor:
            cursor.execute(_READ, {"firm": bound_firm_id(), "most": MOST})
            ids = {client_id for (client_id,) in cursor.fetchall()}
        self.ids = ids if len(ids) < MOST else None

    def selection(self) -> Selection:
        """The clients on the list, or everybody when they are a large part of the firm."""
        if self.ids is None:
            return EVERYBODY
        if len(self.ids) > ALWAYS_SMALL and len(self.ids) > self.size * LARGEST_SHARE:
            return EVERYBODY
        return Selection(sorted(self.ids))

    def _take(self, rows: str, given: Mapping[str, Any], *, before: str = "") -> None:
        if self.kept:
            _execute(before + _KEEP.format(rows=rows), given)
            self.read()
        else:
            [found] = prepared.fetch_one(before + _IDS.format(rows=rows), {"firm": bound_firm_id(), **given})
            self.add(found)


def forget_changed() -> None:
    """Forget all marks: a full recompute is about to look at everybody."""
    _execute(_FORGET)


def clear() -> None:
    """Empty the list that is kept: the night has dealt with it."""
    _execute(_CLEAR)


def _execute(statement: str, given: Mapping[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **(given or {})})
