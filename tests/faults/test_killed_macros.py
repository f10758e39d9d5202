"""A worker killed with -9 in the middle of its macros: after the next run exactly the right appointments."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crm.onboarding import create_firm
from groups.models import SavedSearch
from scheduling.models import Appointment, AppointmentType, Macro, MacroRun, NightlyRun
from tenants.binding import use_firm
from tenants.enums import Role
from tests.cast import join
from tests.scheduling.making import make_client

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
RICH = {"field": "aum", "op": "gte", "value": "500000"}
# A firm that loses more workers than ten in one night is left to people.
LOST_BY_A_FIRM = 5
# Ten in the ordinary suite; ``make faults`` asks for more.
KILLS = int(os.environ.get("KILL_POINTS", "10"))
NIGHT = datetime.fromisoformat("2026-03-10T02:00:00+01:00")


def a_firm_with_macros(number: int) -> int:
    firm = create_firm(name=f"Studio {number}", slug=f"studio-{number}")
    ada = join(firm, f"ada@studio{number}.example", "Ada Ferri", Role.ADMIN)
    with use_firm(firm):
        for place in range(5):
            make_client(f"R{place}", aum=600_000, advisor=ada)
        search = SavedSearch.objects.create(name="Rich", filter=RICH)
        kind = AppointmentType.objects.get(name="Incontro")
        for name in ("One", "Two"):
            Macro.objects.create(
                name=name, search=search, type=kind, rhythm="daily", active=True, owner=ada, runs_since="2026-01-01"
            )
    return int(firm.pk)


def worked(firm_id: int, *kill: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "tests.faults.night_worker", str(firm_id), "2026-03-10", NIGHT.isoformat(), *kill]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "crm.settings", "NIGHT_LEASE_SECONDS": "0.1"}
    environment["NIGHT_RETRY_SECONDS"] = "0.1"
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)


def finished(firm_id: int) -> list[str]:
    """The next runs, until the server has noticed that the lost ones are gone; the first one's steps by statement."""
    told: list[str] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = worked(firm_id)
        assert done.returncode == 0, done.stderr.decode()
        told = told or json.loads(done.stdout)
        with use_firm(firm_id):
            if NightlyRun.objects.filter(state="done").exists():
                return told
    pytest.fail("the night was not taken over")


def planned(firm_id: int) -> list[tuple[Any, ...]]:
    """What the night's macros made, by client and macro."""
    with use_firm(firm_id):
        assert NightlyRun.objects.get().state == "done"
        assert sorted(MacroRun.objects.values_list("macro__name", "state", "made")) == [
            ("One", "done", 5),
            ("Two", "done", 5),
        ]
        names = ("client__last_name", "macro_items__run__macro__name", "starts_at", "type__name", "assignee__name")
        return sorted(Appointment.objects.values_list(*names))


def test_a_worker_killed_at_random_points_of_its_macros_leaves_exactly_the_right_appointments() -> None:
    calm = a_firm_with_macros(0)
    steps = finished(calm)
    wanted = planned(calm)
    assert len(wanted) == 10
    places = [number for number, step in enumerate(steps, start=1) if step == "macros"]
    seed = random.randrange(2**32)  # noqa: S311 - no secret
    chance = random.Random(seed)  # noqa: S311 - no secret
    points = [(chance.choice(["before", "after"]), chance.choice(places)) for _ in range(KILLS)]
    sys.stdout.write(f"seed {seed}: {KILLS} kills within {len(places)} statements of macros\n")

    for begin in range(0, KILLS, LOST_BY_A_FIRM):
        disturbed = a_firm_with_macros(begin + 1)
        for moment, place in points[begin : begin + LOST_BY_A_FIRM]:
            assert worked(disturbed, "--kill", moment, str(place)).returncode == -signal.SIGKILL, (moment, place)
            with use_firm(disturbed):
                assert not Appointment.objects.exists()
        finished(disturbed)
        assert planned(disturbed) == wanted
