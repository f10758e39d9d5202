"""The drill: everything is lost, and comes back from a dump, or from a base backup and the log (F19)."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2.sql import SQL, Identifier

from crm.local.postgres import DATABASE, SUPERUSER, Postgres
from tenants.binding import use_firm
from tenants.models import Firm
from tests.faults.houses import ask, database_of_the_tests, dump, execute, restore, run, shape
from tests.scheduling.world import world_of

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 100
PATIENCE = 60.0


def test_everything_comes_back(house: Postgres, folder: Path, firm: Firm, other_firm: Firm) -> None:
    for one in (firm, other_firm):
        with use_firm(one):
            world_of(one).clients(PEOPLE)
    lost, name = database_of_the_tests()

    restore_a_dump(of=lost, name=name, into=house, file=folder / "cadenza.dump")
    go_back_to_a_moment(house, folder)


def restore_a_dump(*, of: Postgres, name: str, into: Postgres, file: Path) -> None:
    """The first way: what the backup role reads of a living server, put into an empty one."""
    before = contents(of, name), shape(of, name)
    dump(of, name, file)
    began = time.monotonic()
    restore(file, into)
    print(f"Restored from a dump of {file.stat().st_size:,} bytes in {time.monotonic() - began:.1f} s.")  # noqa: T201
    assert contents(into, DATABASE) == before[0]
    for kind, kept in shape(into, DATABASE).items():
        assert set(kept) ^ set(before[1][kind]) == set(), kind
    assert sorted(people_of(into).values()) == [PEOPLE, PEOPLE]
    check_files(into)


def go_back_to_a_moment(house: Postgres, folder: Path) -> None:
    """The second way: a base backup, and the log up to the moment before a mistake."""
    base = folder / "servers" / "again"
    base.mkdir(mode=0o700)
    house.account.give(base)
    run(
        "pg_basebackup",
        "--checkpoint",
        "fast",
        "--pgdata",
        str(base / "postgres"),
        "--dbname",
        house.url(SUPERUSER),
        as_server=house,
    )
    run("pg_verifybackup", str(base / "postgres"), as_server=house)
    execute(house, DATABASE, "UPDATE tenants_firm SET name = name || ' & figli'")
    moment = ask(house, DATABASE, "SELECT clock_timestamp()::text")[0][0]
    before = contents(house, DATABASE)
    execute(house, DATABASE, "DELETE FROM clients_clientword; UPDATE tenants_firm SET name = 'lost'")
    _wait_until_kept(house)

    began = time.monotonic()
    again = restored_to(str(moment), base, folder / "log", house)
    try:
        print(f"Restored to a moment in {time.monotonic() - began:.1f} s.")  # noqa: T201
        assert contents(again, DATABASE) == before
        assert {name[-7:] for name in people_of(again)} == {"& figli"}
        check_files(again)
    finally:
        again.stop()


def restored_to(moment: str, base: Path, kept: Path, of: Postgres) -> Postgres:
    """Start the copy in ``base``, let it read the log up to ``moment``, and wait until it takes writes."""
    (base / "postgres" / "recovery.signal").touch()
    of.account.give(base / "postgres" / "recovery.signal")
    again = Postgres(
        base,
        of.account,
        durable=True,
        more={
            "restore_command": f"cp {kept}/%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        },
    )
    again.start()
    deadline = time.monotonic() + PATIENCE
    while ask(again, DATABASE, "SELECT pg_is_in_recovery()") == [(True,)]:
        assert time.monotonic() < deadline, "the copy never became a server of its own"
        time.sleep(0.05)
    return again


def contents(server: Postgres, database: str) -> dict[str, tuple[int, str]]:
    """Of each table how many rows it has, and a sum of all of them."""
    tables = ask(server, database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for (table,) in tables:
        text = SQL("SELECT count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} t")
        ((count, digest),) = ask(server, database, text.format(Identifier(str(table))))
        found[str(table)] = (int(str(count)), str(digest))
    return found


def people_of(server: Postgres) -> dict[str, int]:
    """By the ordinary role, so that the wall is asked as well: each firm sees its own."""
    found = {}
    firms = ask(server, DATABASE, "SELECT id, name FROM tenants_firm")
    for firm, name in firms:
        with closing(psycopg2.connect(server.url("cadenza_app"))) as session, session.cursor() as cursor:
            cursor.execute("SELECT set_config('app.firm_id', %s, true)", [str(firm)])
            cursor.execute("SELECT count(*) FROM clients_client")
            ((found[str(name)],),) = cursor.fetchall()
    return found


def check_files(server: Postgres) -> None:
    """No damage in the files, and each index agrees with its table."""
    execute(server, DATABASE, "CREATE EXTENSION IF NOT EXISTS amcheck")
    where = ["--host", str(server.socket_folder), "--username", SUPERUSER, "--database", DATABASE]
    run("pg_amcheck", "--heapallindexed", "--jobs", "2", *where)


def _wait_until_kept(server: Postgres) -> None:
    """Until the piece of the log that was just ended has been copied away."""
    ended = ask(server, DATABASE, "SELECT pg_walfile_name(pg_current_wal_lsn())")[0][0]
    deadline = time.monotonic() + PATIENCE
    while not (kept := ask(server, DATABASE, "SELECT last_archived_wal FROM pg_stat_archiver")[0][0]) or kept < ended:
        assert time.monotonic() < deadline, "the log is not copied"
        execute(server, DATABASE, "SELECT pg_switch_wal()")
        time.sleep(0.2)
