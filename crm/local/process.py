"""Server processes that outlive a Ctrl-C in the terminal and are stopped by whoever used them last."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

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
