"""Server processes that outlive a Ctrl-C in the terminal and are stopped by whoever used them last."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from crm.local.account import Account

# Kept, so that a server which ends while we run can be reaped and never stays as a zombie.
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(command: list[str], account: Account, log: Path, cwd: Path) -> int:
    """Start a server in a session of its own: the terminal's signals are not for it."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=cwd,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **account.identity(),
        )
    _children[process.pid] = process
    return process.pid


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C and its kin wait until the number of a new process is written down; otherwise nobody could end it."""
    waiting: list[int] = []

    def wait(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    in_main_thread = threading.current_thread() is threading.main_thread()
    heeded = [number for number in numbers if in_main_thread and signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, wait) for number in heeded}
    try:
        yield
    finally:
        for heard, handler in before.items():
            signal.signal(heard, handler)
        for number in waiting:
            signal.raise_signal(number)


def write_note(path: Path, note: dict[str, Any]) -> None:
    """In one move: a note is whole or absent."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(json.dumps(note))
    half.replace(path)


def read_note(path: Path) -> dict[str, Any] | None:
    try:
        note: dict[str, Any] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return note


def is_alive(pid: int, mark: str) -> bool:
    """Whether the process lives and its command line names our files (after a reboot the number may be another's)."""
    if pid in _children:
        return _children[pid].poll() is None
    return mark in _command_line(pid)


def _command_line(pid: int) -> str:
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    ps = shutil.which("ps") or "/bin/ps"
    asked = subprocess.run([ps, "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout


def end(pid: int, mark: str, *, gently: signal.Signals, firmly: signal.Signals, patience: float = 20.0) -> None:
    """Ask the process to end, insist after a while, and come back when it is gone."""
    for sign in (gently, firmly):
        if not is_alive(pid, mark):
            return
        os.kill(pid, sign)
        deadline = time.monotonic() + patience
        while is_alive(pid, mark) and time.monotonic() < deadline:
            time.sleep(0.02)
