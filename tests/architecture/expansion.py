"""A release only adds to the schema: what the release before it reads stays, and its writes go on (security.md F18).

While an installation is upgraded the old code works on the new schema. What is no longer wanted leaves in two
releases: the first stops using it (``SeparateDatabaseAndState`` with the removal as state operation, and NOT NULL taken
away), the second drops it (``RunSQL``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED, Field

# The last migrations of the release before the one that is being made. Nothing has been released so far: what stands
# here will be the first release, and may be moved forward until it is made.
RELEASED = {
    "clients": "0030_supplied_processing",
    "communications": "0011_soft_bounces",
    "groups": "0005_supplied_views",
    "outcomes": "0007_sums_of_points",
    "portfolios": "0007_handover_actions",
    "scheduling": "0019_series_before",
    "tenants": "0011_saml",
}
LEAVES = re.compile(
    r"DROP\s+(?:TABLE|COLUMN)\s+(?:IF\s+EXISTS\s+)?\"?(\w+)|RENAME\s+(?:COLUMN\s+)?\"?(\w+)?\"?\s*TO|"
    r"ALTER\s+(?:COLUMN\s+)?\"?(\w+)\"?\s+(?:SET\s+NOT\s+NULL|TYPE)",
    re.IGNORECASE,
)


def expansion_problems(loader: MigrationLoader) -> list[str]:
    """Of all migrations after those of the last release."""
    before = loader.project_state(list(RELEASED.items()))
    released = {key for leaf in RELEASED.items() for key in loader.graph.forwards_plan(leaf)}
    new = [key for key in sorted(loader.graph.nodes) if key[0] in RELEASED and key not in released]
    return [problem for key in new for problem in migration_problems(loader.graph.nodes[key], before)]


def migration_problems(migration: Migration, before: ProjectState) -> list[str]:
    label = f"{migration.app_label}.{migration.name}"
    done = _on_the_database(migration.operations)
    return [f"{label}: {problem}" for each in done for problem in _problems(each, migration.app_label, before)]


def _on_the_database(operations: Iterable[Operation]) -> Iterator[Operation]:
    for each in operations:
        if isinstance(each, ops.SeparateDatabaseAndState):
            yield from _on_the_database(each.database_operations)
        else:
            yield each


def _problems(done: Operation, app: str, before: ProjectState) -> Iterator[str]:
    if isinstance(done, ops.RunSQL):
        yield from _of_sql(str(done.sql), before)
    model = before.models.get((app, _model(done)))
    if model is None:
        return
    if isinstance(done, ops.DeleteModel | ops.RenameModel | ops.AlterModelTable | ops.RemoveField | ops.RenameField):
        name = getattr(done, "old_name", getattr(done, "name", ""))
        if name in model.fields or not isinstance(done, ops.RemoveField | ops.RenameField):
            yield f"{type(done).__name__} of {model.name} {name}: the release before reads it"
    elif isinstance(done, ops.AddField) and not _may_be_left_out(done.field):
        yield f"{model.name}.{done.name} is new and NOT NULL without a default in the database"
    elif isinstance(done, ops.AlterField):
        yield from _of_change(done, model)


def _model(done: Operation) -> str:
    of_a_field = isinstance(done, ops.AddField | ops.AlterField | ops.RemoveField | ops.RenameField)
    name = getattr(done, "model_name" if of_a_field else "old_name", None) or getattr(done, "name", "")
    return str(name).lower()


def _may_be_left_out(field: Field[object, object]) -> bool:
    return field.null or field.many_to_many or field.generated or field.db_default is not NOT_PROVIDED


def _of_change(done: ops.AlterField, model: ModelState) -> Iterator[str]:
    former = model.fields.get(done.name)
    if former is None:
        return
    if former.null and not done.field.null:
        yield f"{model.name}.{done.name} becomes NOT NULL: the release before may leave it empty"
    if former.get_internal_type() != done.field.get_internal_type():
        yield f"{model.name}.{done.name} changes its type"
    if (former.max_length or 0) > (done.field.max_length or former.max_length or 0):
        yield f"{model.name}.{done.name} becomes shorter"


def _of_sql(text: str, before: ProjectState) -> Iterator[str]:
    used = {name for model in before.models.values() for name in _names(model)}
    for found in LEAVES.finditer(text):
        name = next((part for part in found.groups() if part), "")
        if not name or name in used:
            yield f"“{found[0]}”: the release before uses it"


def _names(model: ModelState) -> Iterator[str]:
    yield str(model.options.get("db_table") or f"{model.app_label}_{model.name_lower}")
    for name, field in model.fields.items():
        yield name
        yield str(field.db_column or (f"{name}_id" if field.is_relation else name))
