"""The yardstick: hand-written SQL from ``floor/``, run past row-level security by the role that owns the tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812

FLOOR = Path(__file__).parent / "floor"


def statement(name: str) -> str:
    return (FLOOR / f"{name}.sql").read_text()


def run(admin: Connection, name: str, given: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Execute the file; its rows where it returns some."""
    with admin.cursor() as cursor:
        cursor.execute(statement(name), given)
        return cursor.fetchall() if cursor.description else []
