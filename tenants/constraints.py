"""The database's part of the wall between firms, declared on the model and recorded by ``makemigrations``.

Row-level security hides other firms' rows; but foreign-key checks bypass it, so every reference between firm-owned
tables is a composite key ``(firm_id, x_id) -> x (firm_id, id)`` as well (architecture.md section 2).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Columns, Statement, Table
from django.utils.translation import gettext_lazy as _

# Plain, not wrapped in a sub-select or function: wrapped, the planner plans for an average firm.
FIRM_SETTING = "nullif(current_setting('app.firm_id', true), '')::bigint"


class _DeferredConstraint(models.BaseConstraint):
    """A constraint whose statements run at the end of the migration, when every table and key exists."""

    def statements(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        raise NotImplementedError

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        self.create_sql(model, schema_editor)
        return ""

    def create_sql(  # type: ignore[override]
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> None:
        if model is not None and schema_editor is not None:
            schema_editor.deferred_sql.extend(self.statements(model, schema_editor))

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Nothing to say by default; the database refuses."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))


class FirmPolicy(_DeferredConstraint):
    """Row-level security, enabled and forced: one policy with USING and WITH CHECK on the firm's column."""

    def __init__(self, *, name: str, column: str = "firm_id") -> None:
        super().__init__(name=name)
        self.column = column

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return "tenants.constraints.FirmPolicy", (), {"name": self.name, "column": self.column}

    def statements(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        table = Table(model._meta.db_table, schema_editor.quote_name)
        name = schema_editor.quote_name(self.name)
        rule = f"{schema_editor.quote_name(self.column)} = {FIRM_SETTING}"
        return [
            Statement("ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", table=table),
            Statement(
                "CREATE POLICY %(name)s ON %(table)s FOR ALL TO PUBLIC USING (%(rule)s) WITH CHECK (%(rule)s)",
                table=table,
                name=name,
                rule=rule,
            ),
        ]

    def remove_sql(  # type: ignore[override]
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Statement | None:
        if model is None or schema_editor is None:
            return None
        table = Table(model._meta.db_table, schema_editor.quote_name)
        return Statement(
            "DROP POLICY %(name)s ON %(table)s; ALTER TABLE %(table)s NO FORCE ROW LEVEL SECURITY",
            table=table,
            name=schema_editor.quote_name(self.name),
        )


class SameFirm(_DeferredConstraint):
    """The composite foreign key of one reference: a row of another firm cannot be named, in Django, SQL or COPY."""

    def __init__(self, *, name: str, field: str) -> None:
        super().__init__(name=name)
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return "tenants.constraints.SameFirm", (), {"name": self.name, "field": self.field}

    def statements(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        quote = schema_editor.quote_name
        field = _reference(model, self.field)
        target = field.related_model
        return [
            Statement(
                "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(columns)s) "
                "REFERENCES %(to_table)s (%(to_columns)s) ON DELETE NO ACTION DEFERRABLE INITIALLY IMMEDIATE",
                table=Table(model._meta.db_table, quote),
                name=quote(self.name),
                columns=Columns(model._meta.db_table, ["firm_id", field.column], quote),
                to_table=Table(target._meta.db_table, quote),
                to_columns=Columns(target._meta.db_table, ["firm_id", target._meta.pk.column], quote),
            )
        ]

    def remove_sql(  # type: ignore[override]
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Statement | None:
        if model is None or schema_editor is None:
            return None
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """The same words for another firm's row and for one that never existed (XCT-01)."""
        if exclude and self.field in exclude:
            return
        field = _reference(model, self.field)
        value = getattr(instance, field.attname)
        if value is not None and not field.related_model._base_manager.filter(pk=value).exists():
            raise ValidationError({self.field: ValidationError(_("There is no such row."), code="does_not_exist")})


def _reference(model: type[models.Model], name: str) -> Any:
    """The foreign key of that name; typed loosely because a field's column is only known once it is on a model."""
    return model._meta.get_field(name)


def wall(*references: str, key: str = "id") -> list[models.BaseConstraint]:
    """What every firm-owned table declares: its policy, UNIQUE (firm, key), and a composite key for each reference."""
    prefix = "%(app_label)s_%(class)s"
    return [
        FirmPolicy(name=f"{prefix}_policy"),
        models.UniqueConstraint(fields=["firm", key], name=f"{prefix}_firm_key"),
        *(SameFirm(field=name, name=f"{prefix}_{name}_same_firm") for name in references),
    ]
