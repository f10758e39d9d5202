"""Starts the processes of the demo, notices when one ends by itself, and stops all of them."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from crm.local.account import PartsError


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Supervisor:
    """Every child leads a session of its own: the terminal's Ctrl-C reaches only us, and we decide the order."""

    logs: Path
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: list[str], environment: dict[str, str], folder: Path) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.children.append(Child(name, process, log))

    def wait_for(self, address: str, patience: float = 90.0) -> None:
        deadline = time.monotonic() + patience
        while not _answers(address):
            self.check()
            if time.monotonic() > deadline:
                raise PartsError(f"{address} does not answer after {patience:.0f} s; the logs are in {self.logs}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises for a child that ended by itself."""
        for child in self.children:
            if child.process.poll() is not None:
                tail = child.log.read_text(errors="replace").strip()[-1500:]
                raise PartsError(f"The {child.name} process ended by itself ({child.log}):\n{tail}")

    def stop(self, patience: float = 12.0) -> None:
        for child in self.children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + patience
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _signal(child, signal.SIGKILL)
            child.process.wait()
        self.children.clear()


def _signal(child: Child, number: signal.Signals) -> None:
    """TERM goes to the leader, who ends his children in order; KILL to everybody in his session who is still there."""
    with contextlib.suppress(ProcessLookupError):
        if number is signal.SIGKILL:
            os.killpg(child.process.pid, number)
        else:
            child.process.send_signal(number)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
