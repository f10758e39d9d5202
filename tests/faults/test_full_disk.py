"""PostgreSQL whose disk is full, that of the data (F10) and that of the log (F11), under load."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from crm.local.postgres import DATABASE, Postgres
from tenants.models import Membership
from tests.cast import token_for
from tests.faults.disks import Disk, small_disk
from tests.faults.houses import execute
from tests.faults.writers import PATIENCE, Writers, point, writing

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_full_disk_of_data_refuses_writes_and_loses_none(house: Postgres, folder: Path, ada: Membership) -> None:
    token = token_for(ada)
    house.stop()
    with small_disk(house.data / "base", 300) as disk:
        house.start()
        with writing(house, folder, token) as writers:
            writers.wait_for_more(0)
            disk.fill()
            wait_for_refusals(writers)
            assert writers.web.ask("/api/v1/labels/", token=token).status == 200, "reading goes on"
            disk.free()
            pause = writers.wait_for_more(len(writers.acknowledged))
        lost = writers.lost(house)
        assert "PANIC" not in house.log.read_text()
        house.stop()
    tell("data", writers, lost, pause)


def test_a_full_disk_of_the_log_stops_the_server_and_loses_nothing(
    house: Postgres, folder: Path, ada: Membership
) -> None:
    token = token_for(ada)
    house.stop()
    with small_disk(house.data / "pg_wal", 160) as disk:
        house.start()
        with writing(house, folder, token) as writers:
            writers.wait_for_more(0)
            fill_log(house, disk)
            wait_for_refusals(writers)
            disk.free()
            if not house.is_running():
                # What systemd and Docker do by themselves.
                house.start()
                point(house, folder)
            pause = writers.wait_for_more(len(writers.acknowledged))
        lost = writers.lost(house)
        house.stop()
    tell("log", writers, lost, pause)


def fill_log(house: Postgres, disk: Disk) -> None:
    """Until nothing can be written any more: the disk first, then what PostgreSQL has set aside of it."""
    disk.fill()
    with suppress(psycopg2.OperationalError):
        while True:
            execute(house, DATABASE, "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1 << 20))")


def wait_for_refusals(writers: Writers) -> None:
    """Until nobody is acknowledged any more for a while."""
    deadline = time.monotonic() + PATIENCE
    refused = writers.told[503]
    while writers.told[503] < refused + 20:
        assert time.monotonic() < deadline, f"nothing was refused: {writers.told}"
        time.sleep(0.05)


def tell(disk: str, writers: Writers, lost: set[str], pause: float) -> None:
    print(  # noqa: T201
        f"Disk of the {disk} full: {len(writers.acknowledged)} acknowledged, {len(lost)} lost, "
        f"answers {dict(writers.told)}, back {pause:.1f} s after there was space."
    )
    assert not lost
    assert set(writers.told) <= {201, 503}, "clear answers only, never 500"
