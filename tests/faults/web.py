"""Gunicorn as in production, on a port of its own, whose database, broker, disk and workers a test may take away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.faults.broker import Broker, free_port, wait_for
from tests.faults.houses import ROOT

PATIENCE = 60.0
LABELS = "/api/v1/labels/"


@dataclass(frozen=True)
class Answer:
    """``status`` 0: the connection ended without one."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Web:
    port: int
    process: subprocess.Popen[bytes]

    def ask(self, path: str, *, token: str = "", body: object = None, **headers: str) -> Answer:
        """GET, or POST where there is a body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            named["Authorization"] = f"Bearer {token}"
        sent = None if body is None else json.dumps(body)
        method = "GET" if body is None else "POST"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as line:
            try:
                line.request(method, path, sent, {"Content-Type": "application/json", **named})
                answer = line.getresponse()
                return Answer(answer.status, dict(answer.headers), answer.read())
            except (OSError, HTTPException):
                return Answer(0, {}, b"")

    def label(self, name: str, token: str, **headers: str) -> Answer:
        """A write that needs nothing else."""
        return self.ask(LABELS, token=token, body={"name": name}, **headers)

    def kill_worker(self) -> None:
        """With -9; gunicorn puts another in its place."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            os.kill(int(pid), signal.SIGKILL)


@contextmanager
def web_server(broker: Broker, *arguments: str, threads: int = 4, **environment: str) -> Iterator[Web]:
    """On the test's own database unless ``DATABASE_URL`` is given."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", str(threads)]
    own = {"REDIS_URL": broker.url, "LOG_LEVEL": "CRITICAL", "DJANGO_SETTINGS_MODULE": "crm.settings", **environment}
    process = subprocess.Popen(
        [*command, "--no-control-socket", "--log-level", "critical", *arguments],
        cwd=ROOT,
        env=os.environ | own,
        stderr=subprocess.DEVNULL,
    )
    web = Web(port, process)
    try:
        wait_for(lambda: web.ask("/healthz").status == 200, "the web server")
        yield web
    finally:
        process.terminate()
        process.wait(PATIENCE)
