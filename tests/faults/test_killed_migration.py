"""A migration that is killed half-way leaves what was before it or after it, and goes on when called again (F17)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from crm.local.postgres import DATABASE, Postgres
from tests.faults.houses import ROOT, ask, database_of_the_tests, shape

pytestmark = pytest.mark.django_db(transaction=True)

# Thirty at full size: `make faults`.
KILLS = int(os.environ.get("KILL_POINTS", "10")) * 3 // 10
LONGEST = 0.5


def test_what_is_killed_half_way_goes_on_and_ends_as_if_undisturbed(house: Postgres) -> None:
    of_tests, name = database_of_the_tests()
    reached = [len(applied(house))]

    for _kill in range(KILLS):
        migration = migrate(house)
        # In the middle of one of the migrations that follow the first that it has done.
        while migration.poll() is None and len(applied(house)) == reached[-1]:
            time.sleep(0.02)
        time.sleep(random.uniform(0, LONGEST))  # noqa: S311 - no secret
        if migration.poll() is None:
            os.killpg(migration.pid, signal.SIGKILL)
        migration.wait()
        wait_until_alone(house)
        reached.append(len(applied(house)))

    last = migrate(house)
    assert last.wait(300) == 0
    print(f"{KILLS} kills, after which {reached[1:]} migrations had been applied.")  # noqa: T201
    assert reached == sorted(reached), "what was applied stays applied"
    assert 0 < reached[1] < len(applied(house))
    assert applied(house) == applied_in(of_tests, name)
    for kind, kept in shape(house, DATABASE).items():
        assert set(kept) ^ set(shape(of_tests, name)[kind]) == set(), kind


def migrate(server: Postgres) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": server.url("cadenza_app"),
        "MIGRATION_DATABASE_URL": server.url("cadenza_migrator"),
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0", "--no-input"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)


def applied(server: Postgres) -> set[tuple[object, ...]]:
    return applied_in(server, DATABASE)


def applied_in(server: Postgres, database: str) -> set[tuple[object, ...]]:
    if ask(server, database, "SELECT to_regclass('django_migrations')::text") == [(None,)]:
        return set()
    return set(ask(server, database, "SELECT app, name FROM django_migrations"))


def wait_until_alone(server: Postgres) -> None:
    """The server notices that its client is gone when it next speaks to him."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'cadenza_migrator'"
    while ask(server, DATABASE, asked) != [(0,)]:
        time.sleep(0.05)
