"""Finds a Chromium: the system's, else the one in the npm package @sparticuz/chromium, unpacked into .local."""

import fcntl
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from crm.local.node import FRONTEND, environment, find_node

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The package unpacks into the temporary folder, and its shared libraries only where it believes to be in a Lambda.
UNPACK = "import('@sparticuz/chromium').then(async (it) => console.log(await it.default.executablePath()))"
# Without any font Chromium crashes at the first letter; a slim machine has none.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{folder}/fonts</dir>
  <cachedir>{folder}/fonts-cache</cachedir>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    for name in NAMES:
        if found := shutil.which(name):
            return Chromium(Path(found))
    return unpack_chromium(ROOT / ".local" / "chromium")


def unpack_chromium(folder: Path) -> Chromium:
    """One process unpacks (about a second), the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _run_node(folder)
            (folder / "fonts.conf").write_text(FONTS.format(folder=escape(str(folder))))
            (folder / "complete").touch()
    needed = {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    path = folder / "chromium"
    if subprocess.run([str(path), "--version"], capture_output=True, check=False).returncode != 0:
        needed["LD_LIBRARY_PATH"] = str(folder / "al2023" / "lib")
    return Chromium(path, needed)


def _run_node(folder: Path) -> None:
    done = subprocess.run(
        [str(find_node()), "-e", UNPACK],
        cwd=FRONTEND,
        env={**environment(), "TMPDIR": str(folder), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"no Chromium on this machine, and @sparticuz/chromium does not unpack:\n{done.stderr}"
