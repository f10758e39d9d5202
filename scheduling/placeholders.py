"""The words of a notice that are filled in when it is read: "in 15 days" would be false the day after (O-12)."""

from __future__ import annotations

import re
from datetime import date

from web.formatting import day, relative_day

_PLACE = re.compile(r"\{([^{}]*)\}")

# In both languages of the product, as people write their notices in theirs.
PLACEHOLDERS = {
    "when": "when", "quando": "when",
    "days": "days", "giorni": "days",
    "date": "date", "data": "date",
    "client": "client", "cliente": "client",
}  # fmt: skip


def unknown_placeholders(text: str) -> list[str]:
    return [name for name in _PLACE.findall(text) if name.strip().lower() not in PLACEHOLDERS]


def filled(text: str, *, due_on: date, today: date, client: str) -> str:
    """The notice as of today; what stands in braces and is not known stays as it is."""

    def fill(found: re.Match[str]) -> str:
        match PLACEHOLDERS.get(found[1].strip().lower()):
            case "when":
                return relative_day(due_on, today)
            case "days":
                return str((due_on - today).days)
            case "date":
                return day(due_on)
            case "client":
                return client
            case _:
                return found[0]

    return _PLACE.sub(fill, text)
