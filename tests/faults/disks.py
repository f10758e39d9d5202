"""Disks of a fixed size, that may be full or refuse to be written on. Only root may mount them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    folder: Path

    def fill(self, *, leave: int = 0) -> None:
        """To the last byte but so many, as another program would."""
        there = os.statvfs(self.folder)
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            if leave:
                filler.write(b"\0" * (there.f_bavail * there.f_frsize - leave))
                return
            with suppress(OSError):
                while True:
                    filler.write(b"\0" * there.f_frsize)

    def free(self) -> None:
        (self.folder / "filler").unlink()

    def forbid_writing(self) -> None:
        """As the system does with a disk that has errors."""
        assert _run("mount", "-o", "remount,ro", str(self.folder))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """``folder``, with what is in it and for whom it is, on a disk of its own."""
    owner, held = folder.stat(), folder.with_name(f"{folder.name}.held")
    assert _run("cp", "-a", str(folder), str(held))
    options = f"size={megabytes}m,mode={owner.st_mode & 0o777:o},uid={owner.st_uid},gid={owner.st_gid}"
    if not _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)):
        pytest.skip("only who may mount can make a small disk: run `make faults` as root")
    try:
        assert _run("cp", "-a", f"{held}/.", str(folder))
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
