"""An UPDATE and a DELETE that say which rows they have met: what the feed of changes is told."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler, SQLDeleteCompiler, SQLUpdateCompiler
from django.db.models.sql.constants import CURSOR
from django.db.models.sql.subqueries import DeleteQuery, UpdateQuery

from tenants.feed import notes
from tenants.feed.followed import Followed, how_followed


class FirmQuery(Query):
    """The query of a firm's rows, which turns into an update that tells."""

    def chain(self, klass: Any = None) -> Any:
        chained: Any = super().chain(klass)
        how = how_followed(chained.model) if klass is UpdateQuery else None
        if how is not None:
            chained.__class__, chained.how = NotedUpdate, how
        return chained


class NotedUpdate(UpdateQuery):
    """In place of Django's own for a model that the feed follows."""

    how: Followed
    values: Any

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:
        written = frozenset(field.attname for field, _model, _value in self.values)
        kind: Any = SQLUpdateCompiler if self.how.is_silent(written) else ReturningCompiler
        return kind(self, connection or connections[using], using, elide_empty)


class ReturningCompiler(SQLUpdateCompiler):
    query: Any

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        statement, params = super().as_sql(*args, **kwargs)
        if not statement:
            return statement, params
        return f"{statement} {notes.returning(self.query.model)}", params

    def execute_sql(self, result_type: Any) -> Any:  # type: ignore[override]
        """The number of changed rows, as Django's own."""
        cursor = SQLCompiler.execute_sql(self, CURSOR)
        if cursor is None:
            return 0
        with cursor:
            rows = cursor.fetchall()
        notes.on_update(self.query.how, rows)
        return len(rows)


class NotedDelete(DeleteQuery):
    """The same for rows that are removed by a single statement, without being read before."""

    how: Followed

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:
        return RemovingCompiler(self, connection or connections[using], using, elide_empty)


class RemovingCompiler(SQLDeleteCompiler):
    query: Any

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        statement, params = super().as_sql(*args, **kwargs)
        return f"{statement} {notes.returning(self.query.model, 'old')}", params

    def execute_sql(self, result_type: Any) -> Any:  # type: ignore[override]
        cursor = SQLCompiler.execute_sql(self, CURSOR)
        if cursor is None:
            return 0
        with cursor:
            rows = cursor.fetchall()
        notes.on_removal(self.query.how, rows)
        return len(rows)
