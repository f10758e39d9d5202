"""A command where nothing runs and nothing is set: it starts the servers, speaks to its caller, stops them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crm.local.test_demo import GIVEN, processes_of
from tests.database import ROOT

# A suite that runs in the background is started with these signals ignored, and so would be the command.
HEEDING = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def run(local: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(local),
        capture_output=True,
        text=True,
        check=False,
    )


def environment(local: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return {**kept, "CADENZA_LOCAL": str(local)}


def test_a_command_brings_its_servers_and_takes_them_away(local: Path) -> None:
    migrated = run(local, "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    assert processes_of(local) == {}
    made = run(local, "create_firm", "--name", "Studio Rossi", "--slug", "rossi", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["slug"] == "rossi"
    again = run(local, "create_firm", "--name", "Studio Rossi", "--slug", "rossi", "--json")
    assert again.returncode != 0, "the firm was kept"
    assert processes_of(local) == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_that_is_ended_takes_them_away_too(local: Path, number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-c",
        HEEDING,
        "manage.py",
        "shell",
        "--verbosity",
        "0",
        "-c",
        "import time; time.sleep(600)",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(local), stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not (local / "demo" / "redis.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        _out, told = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0
    assert b"Traceback" not in told
    assert processes_of(local) == {}
