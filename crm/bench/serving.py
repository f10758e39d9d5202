"""The product behind its web server as it runs in production, and several clients who speak to it at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from django.conf import settings

from crm.bench.clock import percentiles

PATIENCE = 60.0
VISITS = 60
WARMING = 5


@dataclass(frozen=True, slots=True)
class Server:
    port: int

    def times(self, path: str, tokens: Sequence[str]) -> tuple[float, float]:
        """p50 and p95 in milliseconds of as many clients as there are tokens, all at once."""
        with ThreadPoolExecutor(len(tokens)) as pool:
            each = list(pool.map(lambda token: self._visits(path, token), tokens))
        middle, high = percentiles(seconds for visits in each for seconds in visits)
        return middle * 1000, high * 1000

    def at_once(self, work: Callable[[Callable[..., Any], int], int], tokens: Sequence[str]) -> float:
        """How many a second the clients do together; ``work`` says how many it did."""

        def alone(place: int) -> int:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
                return work(lambda *given: _ask(line, tokens[place], *given), place)

        began = time.perf_counter()
        with ThreadPoolExecutor(len(tokens)) as pool:
            done = sum(pool.map(alone, range(len(tokens))))
        return done / (time.perf_counter() - began)

    def _visits(self, path: str, token: str) -> list[float]:
        seconds = []
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            for _ in range(VISITS + WARMING):
                began = time.perf_counter()
                _ask(line, token, "GET", path)
                seconds.append(time.perf_counter() - began)
        return seconds[WARMING:]


def _ask(line: HTTPConnection, token: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line.request(method, path, None if body is None else json.dumps(body), headers)
    answer = line.getresponse()
    content = answer.read()
    if answer.status not in (200, 201):
        raise RuntimeError(f"{method} {path} was answered by {answer.status}: {content[:300]!r}")
    return json.loads(content)


@contextmanager
def server() -> Iterator[Server]:
    """Two processes of four threads each, on a port of this machine alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--keep-alive", "30", "--no-control-socket"]
    environment = {name: value for name, value in os.environ.items() if name != "MIGRATION_DATABASE_URL"}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_for(process, port)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as line:
            try:
                line.request("GET", "/readyz")
                if line.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
    raise RuntimeError("the web server did not start")
