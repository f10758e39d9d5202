"""How a proposal ended, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from communications.enums import OpportunityState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a proposal ended, in words, and on which day if it was not today."""

    state: OpportunityState
    note: str = ""
    on: date | None = None
