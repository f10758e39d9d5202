"""What a piece of work costs: processor seconds of the database's processes and of ours, read from /proc.

Ratios of processor time hold on a busy machine where ratios of elapsed time would not.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connection
from psycopg2.extensions import connection as Connection  # noqa: N812

LOOK_EVERY = 0.01
TICKS = os.sysconf("SC_CLK_TCK")
# Processes of the server that work for nobody in particular.
BACKGROUND = ("checkpointer", "background writer", "walwriter", "autovacuum", "logical replication", "io worker")


@dataclass(slots=True)
class Cost:
    """Seconds: of the database's processes, of Python, and on the wall."""

    database: float = 0.0
    python: float = 0.0
    wall: float = 0.0

    @property
    def cpu(self) -> float:
        return self.database + self.python


@contextmanager
def metered(database: Iterable[int], python: Callable[[], float] = time.process_time) -> Iterator[Cost]:
    """Measure the block; ``database`` are the server's processes that do its work."""
    cost, pids = Cost(), list(database)
    began = (sum(map(of_process, pids)), python(), time.perf_counter())
    yield cost
    ended = (sum(map(of_process, pids)), python(), time.perf_counter())
    cost.database, cost.python, cost.wall = (after - before for before, after in zip(began, ended, strict=True))


def backend_of(raw: Connection) -> int:
    return int(raw.info.backend_pid)


def own_backend() -> int:
    """The server's process behind Django's connection."""
    connection.ensure_connection()
    return backend_of(connection.connection)


def of_process(pid: int) -> float:
    """Processor seconds of a living process, in nanoseconds where the kernel tells, else in its ticks."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        fields = _stat(pid)
        return (int(fields[11]) + int(fields[12])) / TICKS


def of_family(leader: int, apart_from: Iterable[int] = ()) -> float:
    """Processor seconds of a process and its children, those that have ended included."""
    fields = _stat(leader)
    ended = (int(fields[13]) + int(fields[14])) / TICKS
    spared = set(apart_from)
    return ended + sum(_while_it_lives(pid) for pid in [leader, *children(leader)] if pid not in spared)


def _while_it_lives(pid: int) -> float:
    """One that has ended since it was listed is counted with those that have ended from the next look on."""
    try:
        return of_process(pid)
    except FileNotFoundError:
        return 0.0


def of_server(leader: int, apart_from: Iterable[int] = ()) -> float:
    """The same for PostgreSQL, without what it does in the background."""
    background = [pid for pid in children(leader) if any(word in _command(pid) for word in BACKGROUND)]
    return of_family(leader, [*apart_from, *background])


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def peak_memory(pid: int) -> int:
    """The most memory that the process has held, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"process {pid} has no memory of its own")


def own_memory(pid: int) -> int:
    """What the process holds now that is neither shared nor a file's, in bytes; PostgreSQL's buffers do not count."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"process {pid} has no memory of its own")


@contextmanager
def most_memory(*pids: int) -> Iterator[dict[int, int]]:
    """The most that each process holds while the block runs, beyond what it held before; looked at by a thread."""
    before = {pid: own_memory(pid) for pid in pids}
    most = dict.fromkeys(pids, 0)
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            for pid in pids:
                most[pid] = max(most[pid], own_memory(pid) - before[pid])

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def middle(costs: Iterable[Cost]) -> Cost:
    """The one whose processor time is the median."""
    ordered = sorted(costs, key=lambda cost: cost.cpu)
    return ordered[(len(ordered) - 1) // 2]


def percentiles(seconds: Iterable[float]) -> tuple[float, float]:
    """p50 and p95."""
    ordered = sorted(seconds)
    return median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _stat(pid: int) -> list[str]:
    """The fields after the command's name, which may contain anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
