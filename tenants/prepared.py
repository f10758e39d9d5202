"""Statements that a connection plans once, for what runs hundreds of times a night for a few rows each.

To plan one of them costs more than to run it. Which are prepared is asked of the server in each transaction
(``KNOWN``), not remembered: behind a transaction-pooling proxy the next transaction may be on another connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

PREFIX = "cadenza_"
# A connection keeps no more than so many: each takes memory, and the filters of a firm may be like no other's.
MOST = 150
# An expression that gives the names of what the connection has prepared.
KNOWN = "ARRAY(SELECT name FROM pg_prepared_statements WHERE starts_with(name, 'cadenza_'))"

_PARAMETER = re.compile(r"%\((\w+)\)s")
_known: ContextVar[set[str] | None] = ContextVar("prepared_statements", default=None)


@dataclass(frozen=True, slots=True)
class _Statement:
    prepare: str
    name: str
    execute: str


@contextmanager
def preparing(known: Iterable[str]) -> Iterator[None]:
    """For the rest of this transaction ``execute`` prepares; ``known`` is what the connection has prepared already."""
    token = _known.set(set(known))
    try:
        yield
    finally:
        _known.reset(token)


def execute(cursor: CursorWrapper, text: str, given: Mapping[str, Any], *, before: str = "") -> None:
    """Run the statement, prepared where that is asked for, and ``before`` it what the planner is told.

    Its parameters are %(named)s; PostgreSQL must be able to tell their types from the text.
    """
    known = _known.get()
    statement = _statement(text) if known is not None else None
    if known is None or statement is None or (statement.name not in known and len(known) >= MOST):
        cursor.execute(before + text, given)
        return
    if statement.name not in known:
        cursor.execute(statement.prepare)
        known.add(statement.name)
    cursor.execute(before + statement.execute, given)


def fetch_one(text: str, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """The one row that the statement returns."""
    with connection.cursor() as cursor:
        execute(cursor, text, given)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


@lru_cache(maxsize=2 * MOST)
def _statement(text: str) -> _Statement:
    names = list(dict.fromkeys(_PARAMETER.findall(text)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%")
    name = PREFIX + sha256(text.encode()).hexdigest()[:16]
    arguments = ", ".join(f"%({name})s" for name in names)
    execute = f"EXECUTE {name} ({arguments})" if names else f"EXECUTE {name}"
    return _Statement(f"PREPARE {name} AS {numbered}", name, execute)
