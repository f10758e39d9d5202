"""PostgreSQL killed with -9 under load: nothing that was acknowledged is lost, and nothing is started anew (F8)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from crm.local.postgres import Postgres
from tenants.models import Membership
from tests.cast import token_for
from tests.faults.writers import point, writing

pytestmark = pytest.mark.django_db(transaction=True)

# Twenty at full size: `make faults`.
KILLS = max(2, int(os.environ.get("KILL_POINTS", "10")) // 5)
BACK_AFTER = 10.0


def test_nothing_that_was_acknowledged_is_lost(house: Postgres, folder: Path, ada: Membership) -> None:
    pauses = []
    with writing(house, folder, token_for(ada)) as writers:
        for _kill in range(KILLS):
            writers.wait_for_more(len(writers.acknowledged))
            kill(house)
            house.start()
            point(house, folder)
            pauses.append(writers.wait_for_more(len(writers.acknowledged)))

    lost = writers.lost(house)
    print(  # noqa: T201
        f"{KILLS} kills, {len(writers.acknowledged)} acknowledged, {len(lost)} lost, answers {dict(writers.told)}, "
        f"back after {max(pauses):.1f} s at most."
    )
    assert not lost
    assert set(writers.told) <= {0, 201, 503}, "while the database is away the answer is 503, never 500"
    assert max(pauses) < BACK_AFTER


def kill(server: Postgres) -> None:
    """The whole server at once, as when the machine loses power."""
    postmaster = int((server.data / "postmaster.pid").read_text().partition("\n")[0])
    children = (Path("/proc") / str(postmaster) / "task" / str(postmaster) / "children").read_text().split()
    for pid in [postmaster, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)
