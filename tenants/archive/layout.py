"""How the file is laid out: names, limits and the manifest (docs/firm-archive.md)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.migrations.loader import MigrationLoader

FORMAT = "cadenza-firm/1"
MANIFEST = "manifest.json"
NAME = re.compile(r"manifest\.json|tables/[a-z]+\.[a-z]+\.jsonl|files/[a-z]+\.[a-z]+/[0-9]{1,18}", re.ASCII)

# What is refused before it is read (security.md T14). A table of similar lines shrinks to a fiftieth at most.
MOST_MANIFEST = 64 * 1024 * 1024
MOST_ENTRIES = 2_000_000
MOST_BYTES = 64 * 1024**3
MOST_RATIO = 250
RATIO_COUNTS_FROM = 1024 * 1024
LONGEST_LINE = 32 * 1024 * 1024


class ArchiveRefused(ValueError):  # noqa: N818 - named for what happened
    """The file is not taken. The message says why, and names nothing of any other firm."""


@dataclass
class Entry:
    """One file in the archive: what it must be when it is read."""

    bytes: int
    sha256: str
    rows: int = 0


@dataclass
class Manifest:
    """What the archive says of itself."""

    made_at: str
    firm: dict[str, Any]
    schema: dict[str, str]
    left_out: dict[str, str]
    entries: dict[str, Entry] = field(default_factory=dict)
    missing_files: list[str] = field(default_factory=list)
    format: str = FORMAT

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, said: Any) -> Manifest:
        """Raises ArchiveRefused."""
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise ArchiveRefused(f"manifest.json does not describe a {FORMAT}.")
        try:
            entries = {name: Entry(**one) for name, one in said["entries"].items()}
            manifest = cls(**{**said, "entries": entries})
        except (KeyError, TypeError, AttributeError):
            raise ArchiveRefused("manifest.json is not complete.") from None
        if not isinstance(manifest.firm, dict) or not isinstance(manifest.schema, dict):
            raise ArchiveRefused("manifest.json is not complete.")
        return manifest


def table_entry(name: str) -> str:
    return f"tables/{name}.jsonl"


def file_entry(name: str, pk: int) -> str:
    return f"files/{name}/{pk}"


def schema_state(apps: set[str]) -> dict[str, str]:
    """The last migration of each app: columns are those of exactly this state."""
    leaves = MigrationLoader(None).graph.leaf_nodes()
    return {app: name for app, name in sorted(leaves) if app in apps}
