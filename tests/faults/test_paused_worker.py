"""A worker that sleeps past its lease and wakes up in the middle of its night writes nothing that counts (F4)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from crm import nightly
from scheduling.models import NightlyRun
from tenants.binding import use_firm
from tenants.models import Firm
from tests.faults.broker import wait_for
from tests.faults.test_killed_worker import SUNDAY, Kind, a_firm, catch_up, started, state_of, worker
from tests.scheduling.world import at

pytestmark = pytest.mark.django_db(transaction=True)

# Twenty at full size: `make faults`.
POINTS = int(os.environ.get("KILL_POINTS", "10")) // 5
# Step by step, each in a transaction of its own: between them somebody else may take the night.
KIND = Kind(incremental=True, is_small=False)


def test_who_wakes_up_too_late_changes_nothing(settings: Settings) -> None:
    settings.NIGHT_LEASE, settings.NIGHT_SMALL_FIRM = timedelta(0), 0
    undisturbed = a_firm(0, incremental=True)
    told = worker(undisturbed, KIND)
    assert told.returncode == 0, told.stderr
    steps, wanted = json.loads(told.stdout), state_of(undisturbed)
    assert wanted[3][0] == "done"

    seen = Counter[str]()
    # The first when it has the night and holds no row, the others evenly.
    places = [("begin", 4), *(("before", number * len(steps) // POINTS) for number in range(1, POINTS))]
    for number, (moment, place) in enumerate(places, start=1):
        firm = a_firm(number, incremental=True)
        asleep = started(firm, KIND, "--stop", moment, str(place))
        wait_for(lambda process=asleep: is_asleep(process), "the worker's sleep")  # type: ignore[misc]

        nightly.run_nights(firm.pk, [SUNDAY], at=at(SUNDAY))
        seen["taken over" if is_done(firm) else "held by what it had begun"] += 1
        asleep.send_signal(signal.SIGCONT)
        _told, complained = asleep.communicate()

        assert asleep.returncode == 0, complained
        catch_up(firm)
        assert state_of(firm) == wanted, f"asleep: {moment} {place}"
    print(f"{POINTS} workers slept past their lease: {dict(seen)}.")  # noqa: T201
    assert seen["taken over"] > 0


def is_asleep(process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "it ended before"
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def is_done(firm: Firm) -> bool:
    with use_firm(firm):
        return bool(NightlyRun.objects.filter(local_date=SUNDAY, state="done").exists())
