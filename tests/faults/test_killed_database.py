"""PostgreSQL killed with -9 under load: nothing that was acknowledged is lost, and nothing is started anew (F8)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path

import pytest

from crm.local.postgres import DATABASE, Postgres
from tenants.models import Membership
from tests.cast import token_for
from tests.faults.houses import ROOT, ask, database_of_the_tests, dump, restore
from tests.faults.test_dispatch import Broker

pytestmark = pytest.mark.django_db(transaction=True)

# Twenty at full size: `make faults`.
KILLS = max(2, int(os.environ.get("KILL_POINTS", "10")) // 5)
WRITERS = 4
PATIENCE = 60.0
BACK_AFTER = 10.0


class Writers:
    """Four clients that enter labels as fast as they are answered, and remember what they were told."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.headers = port, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.numbers, self.acknowledged = count(), list[str]()
        self.told: Counter[int] = Counter()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def __enter__(self) -> Writers:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _write(self) -> None:
        while not self.over.is_set():
            name = f"Etichetta {next(self.numbers)}"
            status, retry = self._post(name)
            self.told[status] += 1
            if status == 201:
                self.acknowledged.append(name)
            else:
                assert retry or status != 503
                time.sleep(0.05)

    def _post(self, name: str) -> tuple[int, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as line:
            try:
                line.request("POST", "/api/v1/labels/", json.dumps({"name": name}), self.headers)
                answer = line.getresponse()
                answer.read()
            except (OSError, HTTPException):
                return 0, ""
            return answer.status, answer.headers.get("Retry-After", "")

    def wait_for_more(self, since: int) -> float:
        """Until somebody was acknowledged again; how many seconds it took."""
        began = time.monotonic()
        while len(self.acknowledged) <= since + WRITERS:
            assert time.monotonic() - began < PATIENCE, f"nothing was acknowledged any more: {self.told}"
            time.sleep(0.02)
        return time.monotonic() - began


def test_nothing_that_was_acknowledged_is_lost(house: Postgres, folder: Path, ada: Membership) -> None:
    token = token_for(ada)
    of_tests, name = database_of_the_tests()
    dump(of_tests, name, folder / "start.dump")
    restore(folder / "start.dump", house)
    door, pauses = folder / "door", []

    with web_server(house, door) as port, Writers(port, token) as writers:
        for _kill in range(KILLS):
            writers.wait_for_more(len(writers.acknowledged))
            kill(house)
            house.start()
            point(door, house)
            pauses.append(writers.wait_for_more(len(writers.acknowledged)))

    kept = {str(label) for (label,) in ask(house, DATABASE, "SELECT name FROM clients_label")}
    lost = set(writers.acknowledged) - kept
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


def point(door: Path, server: Postgres) -> None:
    """The server's socket has another folder after each start; whoever connects knows only the door."""
    fresh = door.with_suffix(".new")
    fresh.symlink_to(server.socket_folder)
    fresh.replace(door)


@contextmanager
def web_server(server: Postgres, door: Path) -> Iterator[int]:
    """Gunicorn as in production, behind which the database comes and goes."""
    point(door, server)
    broker = Broker()
    broker.start()
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://cadenza_app@/{DATABASE}?host={door}",
        "REDIS_URL": broker.url,
        "LOG_LEVEL": "CRITICAL",
    }
    port = Broker().port
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", str(WRITERS)]
    process = subprocess.Popen(
        [*command, "--no-control-socket", "--log-level", "critical"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)
        broker.kill()
