"""Clients that write under load and remember what they were told, behind whom a database is lost and comes back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from crm.local.postgres import DATABASE, Postgres
from tests.faults import broker
from tests.faults.houses import ask, database_of_the_tests, dump, restore
from tests.faults.web import Web, web_server

WRITERS = 4
PATIENCE = 60.0


class Writers:
    """Four clients that enter labels as fast as they are answered, and remember what they were told."""

    def __init__(self, web: Web, token: str) -> None:
        self.web, self.token = web, token
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
            answer = self.web.label(name, self.token)
            self.told[answer.status] += 1
            if answer.status == 201:
                self.acknowledged.append(name)
            else:
                assert answer.status != 503 or ("Retry-After" in answer.headers and answer.json()["status"] == 503)
                time.sleep(0.05)

    def wait_for_more(self, since: int) -> float:
        """Until somebody was acknowledged again; how many seconds it took."""
        began = time.monotonic()
        while len(self.acknowledged) <= since + WRITERS:
            assert time.monotonic() - began < PATIENCE, f"nothing was acknowledged any more: {self.told}"
            time.sleep(0.02)
        return time.monotonic() - began

    def lost(self, server: Postgres) -> set[str]:
        """What was acknowledged and is not there."""
        kept = {str(label) for (label,) in ask(server, DATABASE, "SELECT name FROM clients_label")}
        return set(self.acknowledged) - kept


@contextmanager
def writing(house: Postgres, folder: Path, token: str) -> Iterator[Writers]:
    """Four writers at a web server whose database is ``house``, which begins as a copy of the test's own."""
    of_tests, name = database_of_the_tests()
    dump(of_tests, name, folder / "start.dump")
    restore(folder / "start.dump", house)
    point(house, folder)
    address = f"postgresql://cadenza_app@/{DATABASE}?host={folder / 'door'}"
    with (
        broker.running() as redis,
        web_server(redis, threads=WRITERS, DATABASE_URL=address) as web,
        Writers(web, token) as writers,
    ):
        yield writers


def point(house: Postgres, folder: Path) -> None:
    """The server's socket has another folder after each start; whoever connects knows only the door."""
    fresh = folder / "door.new"
    fresh.symlink_to(house.socket_folder)
    fresh.replace(folder / "door")
