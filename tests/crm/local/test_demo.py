"""`manage.py demo` as a person runs it: started, read, stopped with Ctrl-C, started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg2
import pytest

from crm.local import Cluster
from tests.database import ROOT

GIVEN = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


class Demo:
    """In a session of its own, as a terminal would give it, and on embedded servers of its own."""

    def __init__(self, local: Path, port: int, *options: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in GIVEN}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--empty", *options],
            cwd=ROOT,
            env={**environment, "PORT": str(port), "CADENZA_LOCAL": str(local)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if "--json" in options else subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, wanted: str) -> None:
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if wanted in line:
                return
        pytest.fail("".join(said))

    def everything(self) -> str:
        return self.process.communicate(timeout=60)[0]

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen: int = probe.getsockname()[1]
        return chosen


def test_it_serves_ends_completely_and_keeps_the_data(local: Path, port: int) -> None:
    demo = Demo(local, port)
    demo.read_until(f"Cadenza runs at http://localhost:{port}/")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.status == 200
    run_as_migrator(local, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7); SELECT 1")
    refused = Demo(local, port + 1)
    assert "runs already in another terminal" in refused.everything()
    assert refused.process.returncode == 1
    family = processes_of(local)
    assert len(family) >= 9, f"web, worker, beat, PostgreSQL and Redis with their children, but only {family}"
    demo.press_ctrl_c()
    time.sleep(0.1)
    demo.press_ctrl_c()  # the impatient press twice
    assert "Stopping" in demo.everything()
    assert demo.process.returncode == 0
    assert processes_of(local) == {}

    again = Demo(local, port, "--json")
    assert again.process.stdout is not None
    told = json.loads(again.process.stdout.readline())
    assert told["url"] == f"http://localhost:{port}/"
    assert {"email", "password", "role"} == set(told["log_ins"][0])
    assert run_as_migrator(local, "SELECT id FROM kept") == [(7,)]
    again.process.terminate()
    assert again.everything() == "", "one document and nothing else"
    assert (again.process.returncode, processes_of(local)) == (0, {})


def test_a_taken_port_is_named_in_one_line(local: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = Demo(local, port).everything()
    assert said.splitlines()[-1] == (
        f"CommandError: Port {port} is taken by another program: choose another one, as in PORT={port + 1} make demo"
    )
    assert processes_of(local) == {}


def processes_of(local: Path) -> dict[int, str]:
    """Number and command of everything whose command line or environment names the folder."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            working = os.readlink(process / "cwd")
        except OSError:
            continue
        if int(process.name) != os.getpid() and str(local).encode() in command + environment + working.encode():
            found[int(process.name)] = command.replace(b"\0", b" ").decode()
    return found


def run_as_migrator(local: Path, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(Cluster("demo", durable=True, local=local).postgres.url("cadenza_migrator"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()
