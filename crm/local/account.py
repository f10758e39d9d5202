"""Who runs the embedded servers: ourselves, or under root a system user of its own (PostgreSQL refuses root)."""

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

NAME = "cadenza-postgres"


class PartsError(Exception):
    """The embedded parts cannot run here; the message is one line for a person."""


class Identity(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that make a child run as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The user who owns the data and runs the servers."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def identity(self) -> Identity:
        if self.is_ours:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)

    def require_way_to(self, path: Path) -> None:
        """One clear line when a folder on the way is private to root."""
        if self.is_ours:
            return
        whole = path.resolve()
        for folder in [*reversed(whole.parents), whole]:
            if folder.is_dir() and not self._may_enter(folder):
                raise PartsError(
                    f"PostgreSQL does not run as root and its user {NAME} may not enter {folder}: "
                    "move the project to a folder that everybody may enter (/srv, /opt), or run it as an ordinary user."
                )

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def find_account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = _find_or_create()
    return Account(entry.pw_uid, entry.pw_gid)


def _find_or_create() -> pwd.struct_passwd:
    for attempt in range(5):
        try:
            return pwd.getpwnam(NAME)
        except KeyError:
            # A second checkout may be creating the same user: useradd fails on its lock, the next look finds the user.
            time.sleep(0.3 * attempt)
            _create()
    raise PartsError(f"PostgreSQL does not run as root and the system user {NAME} could not be created with useradd.")


def _create() -> None:
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command is None:
        raise PartsError(f"PostgreSQL does not run as root: create the system user {NAME}, or run as an ordinary user.")
    subprocess.run(  # noqa: S603
        [command, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        check=False,
    )
