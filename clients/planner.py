"""What PostgreSQL's planner is told for set-based statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def hashed_joins() -> Iterator[None]:
    """No nested loops: between sets of clients one is never right, and without statistics it is ruinous.

    A table that was empty when it was last analysed, or never was, seems to hold a row or a few hundred of the firm;
    a loop over "a few" then reads the other side once for each of a hundred thousand (seen: ten minutes for a second's
    work, on the night after a firm's first).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")
