"""The manager of firm-owned models: the firm is added to every query, and a query without a firm does not compile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models.expressions import BaseExpression, Expression
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import ROW_COUNT

from tenants.binding import bound_firm_id
from tenants.feed import notes
from tenants.feed.followed import how_followed
from tenants.feed.updates import FirmQuery, NotedDelete

M = TypeVar("M", bound=models.Model)


class CurrentFirm(Expression):
    """The bound firm's id as a literal, decided when the statement is compiled.

    Form and filter classes build querysets at import, long before a firm is bound; that must work, while running one
    unbound must raise NoFirmBoundError.
    """

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return "%s", (bound_firm_id(),)

    def get_group_by_cols(self) -> list[BaseExpression]:
        return []


class FirmQuerySet(models.QuerySet[M]):
    """A queryset of one firm's rows. What it writes is told to the feed of changes, if that follows the model."""

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or FirmQuery(model), using, hints)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        made = super().bulk_create(objs, *args, **kwargs)
        notes.on_bulk_create(self.model, made)
        return made

    def _raw_delete(self, using: Any) -> Any:
        """Rows on which nothing hangs go by a single statement, be it alone or along with others."""
        how = how_followed(self.model)
        if how is None:
            return super()._raw_delete(using)
        query: Any = self.query.clone()
        query.__class__, query.how = NotedDelete, how
        return query.get_compiler(using).execute_sql(ROW_COUNT)


class FirmManager(models.Manager[M]):
    """Adds ``firm_id = <bound firm>`` to every query, update and delete; row-level security is the net below it."""

    use_in_migrations = False

    def get_queryset(self) -> FirmQuerySet[M]:
        return FirmQuerySet(self.model, using=self._db).filter(firm_id=CurrentFirm())
