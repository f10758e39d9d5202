"""Querysets as parts of statements in SQL."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet


def statement_of(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """The SQL of ``rows`` and its values; one that can find nothing by its form is a statement too, no exception."""
    compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False)
    sql, params = compiler.as_sql()
    return sql, tuple(params)
