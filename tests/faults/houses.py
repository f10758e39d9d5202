"""PostgreSQL servers of one test alone, that may be lost, copied and killed; and moving a database between servers."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from crm.local import TEST
from crm.local.cluster import Cluster
from crm.local.postgres import DATABASE, SUPERUSER, Postgres, find_binaries

ROOT = Path(__file__).resolve().parents[2]
Rows = list[tuple[object, ...]]

# What makes the wall and keeps rows together, as the catalog tells it.
SHAPES = {
    "policies": "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies",
    "walls": "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text, "
    "coalesce(relacl, acldefault('r', relowner))::text[] "
    "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    "columns": "SELECT attrelid::regclass::text, attname, attacl::text[] FROM pg_attribute WHERE attacl IS NOT NULL "
    "AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
    "constraints": "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "functions": "SELECT proname, proowner::regrole::text, prosecdef, proacl::text[], pg_get_functiondef(oid) "
    "FROM pg_proc WHERE pronamespace = 'app'::regnamespace",
}
RETOLD = re.compile(r"::(character varying|text)(\[\])?|[()]")


@contextmanager
def open_folder() -> Iterator[Path]:
    """Where the servers' user may go; pytest's own folders are for their owner alone, and stay so."""
    made = Path(tempfile.mkdtemp(prefix="cadenza-drill-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@contextmanager
def empty_house(folder: Path) -> Iterator[Postgres]:
    """A server without tables that is as careful as one in production, and keeps its log in ``folder``/log."""
    kept = folder / "log"
    kept.mkdir()
    settings = {"archive_mode": "on", "archive_command": f"cp %p {kept}/%f", "max_wal_senders": "2"}
    cluster = Cluster("house", durable=True, local=folder / "servers", settings=settings)
    (folder / "servers").mkdir()
    cluster.account.give(kept)
    cluster.hold(redis=False)
    try:
        yield cluster.postgres
    finally:
        cluster.release()


def database_of_the_tests() -> tuple[Postgres, str]:
    """The server and the database of this test, whose roles may be of an earlier version of the product."""
    if not TEST.postgres.is_running():
        pytest.skip("the drills need the server that comes with the tests, not the one of DATABASE_URL")
    name = str(connection.settings_dict["NAME"])
    connection.close()
    execute(TEST.postgres, "postgres", (ROOT / "tenants/roles.sql").read_text())
    execute(TEST.postgres, name, (ROOT / "tenants/database.sql").read_text())
    return TEST.postgres, name


def dump(server: Postgres, database: str, file: Path) -> None:
    """As docs/operations.md says, by the role that reads everything."""
    run("pg_dump", "--format", "custom", "--file", str(file), "--dbname", server.url("cadenza_backup", database))


def restore(file: Path, into: Postgres) -> None:
    """As docs/operations.md says, into a server that has the roles."""
    execute(into, "postgres", f"DROP DATABASE {DATABASE}")
    execute(into, "postgres", f"CREATE DATABASE {DATABASE} OWNER cadenza_owner TEMPLATE template0")
    run("pg_restore", "--exit-on-error", "--dbname", into.url(SUPERUSER), str(file))
    execute(into, DATABASE, (ROOT / "tenants/database.sql").read_text())


def run(program: str, *arguments: str, as_server: Postgres | None = None) -> None:
    identity = as_server.account.identity() if as_server else {}
    done = subprocess.run(
        [str(find_binaries() / program), *arguments], capture_output=True, text=True, check=False, cwd="/", **identity
    )
    assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


def ask(server: Postgres, database: str, text: object) -> Rows:
    with closing(psycopg2.connect(server.url(SUPERUSER, database))) as session, session.cursor() as cursor:
        cursor.execute(text)
        return [tuple(row) for row in cursor.fetchall()]


def execute(server: Postgres, database: str, text: object) -> None:
    with closing(psycopg2.connect(server.url(SUPERUSER, database))) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(text)


def shape(server: Postgres, database: str) -> dict[str, list[str]]:
    """Without casts and brackets, which PostgreSQL writes otherwise when it has read its own words again."""
    return {
        name: sorted(RETOLD.sub("", str(row)) for row in ask(server, database, text)) for name, text in SHAPES.items()
    }
