"""Real Celery workers on the queue of the bench, and what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from crm.bench import clock
from crm.celery import app

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Workers:
    leader: int

    def cpu(self) -> float:
        return clock.of_family(self.leader)

    def peak_memory(self) -> int:
        """Of the largest of the processes that do the work."""
        return max(clock.peak_memory(pid) for pid in clock.children(self.leader))


@contextmanager
def workers(count: int) -> Iterator[Workers]:
    """A worker with so many processes, ready to work, for the duration of the block."""
    app.control.purge()
    command = [sys.executable, "-m", "celery", "--app", "crm", "--quiet", "worker", "--concurrency", str(count)]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, env=_environment(), stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_for(process, count)
        yield Workers(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(clock.children(process.pid)) < count or not app.control.ping(timeout=0.5):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the Celery worker did not start")


def _environment() -> dict[str, str]:
    """The worker is an ordinary one: it never sees the migrator's address."""
    return {
        **{name: value for name, value in os.environ.items() if name != "MIGRATION_DATABASE_URL"},
        "LOG_LEVEL": "ERROR",
    }
