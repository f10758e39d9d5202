"""Old code works on the new schema, and new code gets no traffic on the old one (security.md F18)."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.test import Client

from tests.architecture.expansion import RELEASED, expansion_problems, migration_problems
from tests.faults.houses import database_of_the_tests, execute

TEXT = models.CharField(max_length=200)
BROKEN: dict[str, Operation] = {
    "a column without a default": ops.AddField("client", "shoe", models.IntegerField(default=0)),
    "a column that is read goes": ops.RemoveField("client", "name"),
    "a column that is read is renamed": ops.RenameField("client", "name", "full_name"),
    "a table goes": ops.DeleteModel("Note"),
    "a table is renamed": ops.RenameModel("Note", "Remark"),
    "what may be empty may not any more": ops.AlterField("client", "advisor", models.BigIntegerField()),
    "a text becomes shorter": ops.AlterField("client", "name", models.CharField(max_length=10)),
    "dropped by hand": ops.RunSQL("ALTER TABLE clients_client DROP COLUMN advisor_id"),
    "renamed by hand": ops.RunSQL("ALTER TABLE clients_note RENAME TO clients_remark"),
    "filled by hand": ops.RunSQL("ALTER TABLE clients_client ALTER COLUMN advisor_id SET NOT NULL"),
    "hidden in a pair": ops.SeparateDatabaseAndState(
        database_operations=[ops.RemoveField("client", "name")], state_operations=[]
    ),
}
ALLOWED: dict[str, Operation] = {
    "a column that may be empty": ops.AddField("client", "shoe", models.IntegerField(null=True)),
    "a column with a default of the database": ops.AddField("client", "shoe", models.IntegerField(db_default=0)),
    "a table": ops.CreateModel("Shoe", [("size", models.IntegerField())]),
    "a column of a table that is new": ops.AddField("shoe", "colour", TEXT),
    "no longer used, still there": ops.SeparateDatabaseAndState(
        database_operations=[ops.RunSQL("ALTER TABLE clients_client ALTER COLUMN advisor_id DROP NOT NULL")],
        state_operations=[ops.RemoveField("client", "advisor")],
    ),
    "what the release before no longer knows": ops.RunSQL("ALTER TABLE clients_client DROP COLUMN long_unused"),
}


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def test_since_the_last_release_the_schema_only_grew(loader: MigrationLoader) -> None:
    assert expansion_problems(loader) == []


def test_the_last_release_is_known(loader: MigrationLoader) -> None:
    assert set(RELEASED.items()) <= set(loader.graph.nodes)
    assert {app for app, _name in loader.graph.leaf_nodes()} >= set(RELEASED)


@pytest.mark.parametrize("what", BROKEN)
def test_a_migration_that_breaks_the_release_before_is_found(what: str, loader: MigrationLoader) -> None:
    assert problems_of(BROKEN[what], loader)


@pytest.mark.parametrize("what", ALLOWED)
def test_one_that_does_not_is_let_through(what: str, loader: MigrationLoader) -> None:
    assert problems_of(ALLOWED[what], loader) == []


@pytest.mark.django_db(transaction=True)
def test_on_an_older_schema_nobody_is_served(client: Client) -> None:
    """As if the last migration had not been run; a schema that is ahead is the upgrade itself, and serves."""
    server, name = database_of_the_tests()
    app, last = sorted(RELEASED.items())[0]
    leaf = MigrationLoader(None).graph.leaf_nodes(app)[0]
    ahead = (app, f"{last}_of_tomorrow")
    forget, remember = (
        "DELETE FROM django_migrations WHERE (app, name) = ('%s', '%s')",
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('%s', '%s', now())"),
    )
    assert client.get("/readyz").status_code == 200
    execute(server, name, remember % ahead)
    assert client.get("/readyz").status_code == 200
    execute(server, name, f"{forget % ahead}; {forget % leaf}")
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["migrations"]) == (503, "failed")
    finally:
        execute(server, name, remember % leaf)
    assert client.get("/readyz").status_code == 200


def problems_of(operation: Operation, loader: MigrationLoader) -> list[str]:
    migration = Migration("9999_tomorrow", "clients")
    migration.operations = [operation]
    return migration_problems(migration, loader.project_state(list(RELEASED.items())))
