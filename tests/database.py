"""One migrated database for each test process, used under the ordinary role.

A template is migrated once for each state of the sources and copied from then on, so that a run starts in a second.
Works on the embedded cluster and, through DATABASE_URL and MIGRATION_DATABASE_URL, on a real server.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection, connections
from django.test import TransactionTestCase
from psycopg2 import extensions
from psycopg2.sql import SQL, Identifier, Literal
from pytest_django.plugin import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[1]
APPS = ["crm", "web", "tenants", "clients", "groups", "portfolios", "communications", "scheduling", "outcomes"]
MADE = "made"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's fixture of this name would let the ordinary role create databases; ours may not."""
    with django_db_blocker.unblock(), _own_database() as name:
        _use(name)
        _refuse_bypass()
        with closing(_connect_as_migrator(name)) as admin, pytest.MonkeyPatch.context() as patch:
            keep = _tables_with_rows(admin)
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: _empty(admin, keep))
            yield
        connections.close_all()


def _refuse_bypass() -> None:
    """Under a superuser or the migrator no test of the wall between firms would mean anything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
        assert cursor.fetchone() is None, "the tests must run under the ordinary role (DATABASE_URL names another)"


def _use(name: str) -> None:
    """Point this process and the ones that it will start at the database."""
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        os.environ[variable] = _url(variable, name)


@contextmanager
def _own_database() -> Iterator[str]:
    """A copy of the template. The lock ends when somebody is connected: those without are leftovers of killed runs."""
    name = f"test_cadenza_{os.getpid()}"
    with closing(_connect_as_migrator()) as server, server.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('cadenza test databases'))")
        template = _template(server)
        _drop_leftovers(server)
        cursor.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} OWNER cadenza_owner").format(Identifier(name), Identifier(template))
        )
        with closing(_connect_as_migrator(name)) as own:
            _prepare(own)
            cursor.execute("SELECT pg_advisory_unlock_all()")
            yield name
        _drop(server, name)


def _drop_leftovers(server: extensions.connection) -> None:
    with server.cursor() as cursor:
        cursor.execute(
            """SELECT datname FROM pg_database d WHERE datname ~ '^test_cadenza_[0-9]+$'
               AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)"""
        )
        for (name,) in cursor.fetchall():
            _drop(server, name)


def _drop(server: extensions.connection, name: str) -> None:
    """Somebody may still be connected, whom the migrator may not throw out; then a later run drops it."""
    with suppress(psycopg2.errors.ObjectInUse), server.cursor() as cursor:
        cursor.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


def _template(server: extensions.connection) -> str:
    """The name of the migrated template for the sources as they are; older ones go."""
    name = f"test_cadenza_template_{_fingerprint()}"
    with server.cursor() as cursor:
        cursor.execute(
            """SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
               WHERE datname LIKE 'test\\_cadenza\\_template\\_%'"""
        )
        found = dict(cursor.fetchall())
        if found.get(name) == MADE:
            return name
        for old in found:
            _drop(server, old)
        cursor.execute(SQL("CREATE DATABASE {} TEMPLATE template0 OWNER cadenza_owner").format(Identifier(name)))
        _migrate(name)
        cursor.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), Literal(MADE)))
    return name


def _migrate(name: str) -> None:
    with closing(_connect_as_migrator(name)) as own:
        _prepare(own)
    addresses = {variable: _url(variable, name) for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"],
        cwd=ROOT,
        env={**os.environ, **addresses, "DJANGO_SETTINGS_MODULE": "crm.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"migrate failed:\n{done.stdout}{done.stderr}"


def _fingerprint() -> str:
    """Of everything that a migration or its handlers may read."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    sources = [path for app in APPS for path in (ROOT / app).rglob("migrations/*.py")]
    sources += [*(ROOT / "tenants").rglob("*.py"), *(ROOT / "tenants").glob("*.sql"), ROOT / "crm/settings.py"]
    for path in sorted(sources):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _prepare(own: extensions.connection) -> None:
    with own.cursor() as cursor:
        cursor.execute((ROOT / "tenants/database.sql").read_text())


def _tables_with_rows(admin: extensions.connection) -> set[str]:
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I', relname) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        tables = [table for (table,) in cursor.fetchall()]
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        cursor.execute(asked)
        return {table for (table,) in cursor.fetchall()}


def _empty(admin: extensions.connection, keep: set[str]) -> None:
    """After a transactional test (the ordinary role has no TRUNCATE). Reference data, filled by migrations, stays."""
    connections.close_all()
    tables = sorted(_tables_with_rows(admin) - keep)
    for _ in range(10):  # the live server may still be answering a page that the test did not wait for
        try:
            with admin.cursor() as cursor:
                cursor.execute(
                    f"SET lock_timeout = '5s'; TRUNCATE {', '.join(tables)} CASCADE" if tables else "SELECT 1"
                )
            return
        except (psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable):
            tables = sorted(_tables_with_rows(admin) - keep)
    raise AssertionError(f"somebody keeps the tables locked: {tables}")


def _connect_as_migrator(name: str | None = None) -> extensions.connection:
    own = psycopg2.connect(_url("MIGRATION_DATABASE_URL", name))
    own.autocommit = True
    return own


def _url(variable: str, name: str | None) -> str:
    """The address in the environment, with another database's name."""
    address = os.environ[variable]
    return urlsplit(address)._replace(path=f"/{name}").geturl() if name else address
