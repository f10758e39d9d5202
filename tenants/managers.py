"""The manager of firm-owned models: the firm is added to every query, and a query without a firm does not compile."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models.expressions import BaseExpression, Expression
from django.db.models.sql.compiler import SQLCompiler

from tenants.binding import bound_firm_id

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
    """A queryset of one firm's rows."""


class FirmManager(models.Manager[M]):
    """Adds ``firm_id = <bound firm>`` to every query, update and delete; row-level security is the net below it."""

    use_in_migrations = False

    def get_queryset(self) -> FirmQuerySet[M]:
        return FirmQuerySet(self.model, using=self._db).filter(firm_id=CurrentFirm())
