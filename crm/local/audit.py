"""Known holes in what Cadenza is made of, by pip-audit and npm audit; where nobody can be asked it says so and goes on.

``python -m crm.local.audit`` ends with 1 when a hole is known and with 0 otherwise.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
# Run from uv's cache: a tool with thirty packages of its own is no part of the environment.
PYTHON = [
    *("uv", "tool", "run", "--quiet", "--from", "pip-audit==2.10.1", "pip-audit", "--format", "json"),
    *("--progress-spinner", "off", "--disable-pip", "--require-hashes", "--requirement", "requirements-dev.txt"),
]
NODE = [sys.executable, "-m", "crm.local.node", "npm", "audit", "--json"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How many packages somebody knew, and the holes in them, in words."""

    asked: int
    holes: tuple[str, ...] = ()


def python_finding(answer: str) -> Finding:
    """What pip-audit's JSON says. Raises ValueError where it is none: then nobody could be asked."""
    packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    known = [package for package in packages if "skip_reason" not in package]
    holes = [f"{one['name']} {one['version']}: {hole['id']}" for one in known for hole in one["vulns"]]
    return Finding(len(known), tuple(holes))


def node_finding(answer: str) -> Finding:
    """The same of npm's."""
    document = json.loads(answer)
    if "vulnerabilities" not in document:
        raise ValueError(answer)
    holes = [f"{name}: {hole['severity']}" for name, hole in document["vulnerabilities"].items()]
    return Finding(int(document["metadata"]["dependencies"]["total"]), tuple(holes))


def main() -> int:
    holes = 0
    for name, command, read in (("Python", PYTHON, python_finding), ("Node", NODE, node_finding)):
        try:
            finding = read(_answer(command))
        except (ValueError, KeyError, OSError, subprocess.TimeoutExpired):
            finding = Finding(0)
        sys.stdout.write(_told(name, finding))
        holes += len(finding.holes)
    return 1 if holes else 0


def _told(name: str, finding: Finding) -> str:
    if not finding.asked:
        return f"{name} packages: not audited, for the list of known holes cannot be reached from here.\n"
    told = [f"{name} packages: {finding.asked} audited, {len(finding.holes)} known holes.", *finding.holes]
    return "\n  ".join(told) + "\n"


def _answer(command: Sequence[str]) -> str:
    tool = [str(Path(sys.executable).parent / "uv"), *command[1:]] if command[0] == "uv" else list(command)
    done = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
