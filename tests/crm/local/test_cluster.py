"""The embedded parts in a folder of their own, with a space in its name."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest
import redis

from crm.local import Cluster, PartsError
from crm.local import account as accounts

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
from pathlib import Path
from crm.local import Cluster
Cluster("x", durable=False, local=Path(sys.argv[1])).hold()
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def cluster(local: Path) -> Iterator[Cluster]:
    made = Cluster("x", durable=False, local=local)
    yield made
    made.stop()


def ask(cluster: Cluster, statement: str, role: str = "cadenza_app") -> list[tuple[object, ...]]:
    connection = psycopg2.connect(cluster.postgres.url(role))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def test_two_checkouts_side_by_side_do_not_meet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Cluster("y", durable=True, local=cluster.home.parent)
    cluster.hold()
    try:
        other.hold()
        assert ask(cluster, "SHOW data_directory", "postgres") != ask(other, "SHOW data_directory", "postgres")
        assert cluster.valkey.url() != other.valkey.url()
        assert (ask(cluster, "SHOW fsync"), ask(other, "SHOW fsync")) == ([("off",)], [("on",)])
        with redis.Redis.from_url(other.valkey.url()) as client:
            settings = client.config_get("*")
        assert (settings["appendonly"], settings["appendfsync"], settings["maxmemory-policy"]) == (
            "yes",
            "everysec",
            "noeviction",
        )
    finally:
        other.release()
    assert not other.postgres.is_running()
    assert cluster.postgres.is_running()


def test_the_application_role_has_no_power(cluster: Cluster) -> None:
    cluster.hold(redis=False)
    powers = "rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit"
    assert ask(cluster, f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") == [(False,) * 5]
    assert ask(cluster, "SELECT count(*) FROM pg_auth_members WHERE member = 'cadenza_app'::regrole") == [(0,)]
    for setting, value in {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "track_activities": "off",
        "max_parallel_workers_per_gather": "0",
        "temp_buffers": "1MB",
        "timezone": "UTC",
    }.items():
        assert ask(cluster, f"SHOW {setting}") == [(value,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(cluster, "CREATE TABLE mine (id int)")
    assert ask(cluster, "SELECT 'b' < 'è', upper('è') = 'È', to_regproc('similarity') IS NOT NULL") == [(True,) * 3]


def test_tables_of_the_migrator_are_usable_but_not_emptied_at_a_stroke(cluster: Cluster) -> None:
    cluster.hold(redis=False)
    ask(cluster, "CREATE TABLE thing (id int); INSERT INTO thing VALUES (1); SELECT 1", "cadenza_migrator")
    assert ask(cluster, "SELECT id FROM thing") == [(1,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(cluster, "TRUNCATE thing")


def test_the_last_to_let_go_stops_the_parts_and_the_data_stays(cluster: Cluster, local: Path) -> None:
    cluster.hold()
    ask(cluster, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7); SELECT 1", "cadenza_migrator")
    second = Cluster("x", durable=False, local=local)
    second.hold()
    socket_folder = cluster.postgres.socket_folder
    cluster.release()
    assert second.postgres.is_running()
    assert second.valkey.is_running()
    second.release()
    assert not second.postgres.is_running()
    assert not second.valkey.is_running()
    assert not socket_folder.exists()
    cluster.hold()
    assert ask(cluster, "SELECT id FROM kept") == [(7,)]


def test_many_processes_at_once_start_it_once(cluster: Cluster, local: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(local)]
    holders = [subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) for _ in range(3)]
    for holder in holders:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
    log = cluster.postgres.log.read_text()
    # Once for the bootstrap and never again, whoever came first.
    assert log.count("database system is ready to accept connections") == 1
    for holder in holders:
        holder.kill()
        holder.communicate()
    assert cluster.postgres.is_running(), "killed with -9 nobody could stop it"
    cluster.hold()
    cluster.release()
    assert not cluster.postgres.is_running(), "but the next one to leave does"


def test_a_crash_of_everything_is_healed_at_the_next_start(cluster: Cluster) -> None:
    cluster.hold()
    old_folder = cluster.postgres.socket_folder
    os.kill(int((cluster.postgres.data / "postmaster.pid").read_text().split()[0]), 9)
    cluster.valkey.kill()
    wait_until(lambda: not cluster.postgres.is_running())
    cluster.hold()
    assert ask(cluster, "SELECT 1") == [(1,)]
    assert not old_folder.exists()


def test_a_start_that_was_cut_short_begins_again(cluster: Cluster) -> None:
    cluster.hold()
    cluster.release()
    (cluster.home / "postgres.created").unlink()
    cluster.hold()
    assert ask(cluster, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'cadenza%'") == [(5,)]


def test_an_interrupted_start_leaves_nothing_running(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def ctrl_c(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crm.local.valkey.Valkey.start", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        cluster.hold()
    assert not cluster.postgres.is_running()
    assert (cluster.home / "postgres.created").exists(), "it had come as far as that"


def test_a_private_folder_is_explained_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    stranger = accounts.Account(uid=os.geteuid() + 1, gid=os.getegid() + 1)
    monkeypatch.setattr("crm.local.cluster.find_account", lambda: stranger)
    with pytest.raises(PartsError, match=r"may not enter .*: move the project") as refusal:
        Cluster("x", durable=False, local=tmp_path / ".local").hold(redis=False)
    assert "\n" not in str(refusal.value)


def test_a_folder_of_another_user_is_refused(local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.local.cluster.os", SimpleNamespace(geteuid=lambda: os.geteuid() + 1))
    with pytest.raises(PartsError, match="belongs to another user"):
        Cluster("x", durable=False, local=local).hold()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
