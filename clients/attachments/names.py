"""The name under which a person finds his file again: never a path, never a disguise (security.md T13)."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 150
LONGEST_ENDING = 20
# Controls, and the marks that turn the direction of writing: "gpj.exe" must not be read as "exe.jpg".
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SEPARATORS = re.compile(r"[\\/]")


def clean_name(given: str, *, default: str) -> str:
    """The last part of what the browser sent, without what cannot be seen; long ones are cut before their ending."""
    last = _SEPARATORS.split(given)[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in _UNSEEN)
    tidy = " ".join(unicodedata.normalize("NFC", seen).split()).strip(". ")
    return _cut(tidy) or default


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return name[:LONGEST]
    return f"{stem[: LONGEST - len(ending) - 1]}.{ending}"
