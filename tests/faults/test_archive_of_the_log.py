"""The database's log can no longer be copied away: who looks after the installation is told, nothing is lost (F21)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crm.local.postgres import DATABASE, Postgres
from tests.faults.broker import running, wait_for
from tests.faults.houses import ask, database_of_the_tests, dump, execute, restore
from tests.faults.web import Web, web_server

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "of this installation"  # noqa: S105


def test_a_log_that_is_not_copied_is_told_and_is_copied_later(house: Postgres, folder: Path) -> None:
    of_tests, name = database_of_the_tests()
    dump(of_tests, name, folder / "start.dump")
    restore(folder / "start.dump", house)
    with (
        running() as broker,
        web_server(broker, DATABASE_URL=house.url("cadenza_app"), METRICS_TOKEN=TOKEN) as web,
    ):
        end_piece(house)
        wait_for(lambda: figures(web)["failing"] == 0 and archived(house) > 0, "the first copies")
        (folder / "log").rename(folder / "elsewhere")
        missed = end_piece(house)
        wait_for(lambda: figures(web)["failing"] == 1, "the alarm")

        told = figures(web)
        assert told["failures"] >= 1
        assert told["age_seconds"] >= 0
        assert is_there(house, missed), "it stays where it is until it has been copied"

        shutil.move(folder / "elsewhere", folder / "log")
        # Having failed three times PostgreSQL waits a minute, or for the next piece.
        end_piece(house)
        wait_for(lambda: (folder / "log" / missed).exists(), "what was missed")
        wait_for(lambda: figures(web)["failing"] == 0, "the end of the alarm")


def figures(web: Web) -> dict[str, float]:
    answer = web.ask("/metrics", token=TOKEN)
    assert answer.status == 200
    lines = [line.split() for line in answer.body.decode().splitlines() if line.startswith("cadenza_log_archive_")]
    return {name.removeprefix("cadenza_log_archive_"): float(value) for name, value in lines}


def end_piece(house: Postgres) -> str:
    """What is written goes into another piece of the log; the name of the one that ended."""
    execute(house, DATABASE, "SELECT pg_logical_emit_message(false, 'test', 'x')")
    ended = ask(house, DATABASE, "SELECT pg_walfile_name(pg_current_wal_lsn())")[0][0]
    execute(house, DATABASE, "SELECT pg_switch_wal()")
    return str(ended)


def archived(house: Postgres) -> int:
    return int(str(ask(house, DATABASE, "SELECT archived_count FROM pg_stat_archiver")[0][0]))


def is_there(house: Postgres, piece: str) -> bool:
    return (house.data / "pg_wal" / piece).exists()
