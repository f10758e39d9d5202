"""What the demo relies on: it notices a process that ends by itself, and leaves none behind."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.local import PartsError
from crm.local.supervisor import Supervisor

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "logs")
    yield made
    made.stop(patience=0)


def start(supervisor: Supervisor, code: str) -> None:
    supervisor.start("thing", [sys.executable, "-c", code], dict(os.environ), supervisor.logs.parent)


def test_a_process_that_ends_by_itself_is_reported_with_its_last_words(supervisor: Supervisor) -> None:
    start(supervisor, "raise SystemExit('no more paper')")
    supervisor.children[0].process.wait(30)
    with pytest.raises(PartsError, match=r"(?s)thing process ended by itself.*no more paper"):
        supervisor.wait_for("http://127.0.0.1:9/")


def test_a_process_that_will_not_end_is_killed_with_its_children(supervisor: Supervisor) -> None:
    start(supervisor, STUBBORN)
    child = supervisor.children[0]
    while not child.log.read_text().endswith("\n"):
        assert child.process.poll() is None
        time.sleep(0.02)
    grandchild = Path(f"/proc/{child.log.read_text().strip()}")
    assert "sleep" in (grandchild / "cmdline").read_text()
    supervisor.stop(patience=0.2)
    assert child.process.returncode is not None
    deadline = time.monotonic() + 10
    while grandchild.exists() and "State:\tZ" not in (grandchild / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
