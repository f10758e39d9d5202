"""The rows of the table: what was measured, against what, and whether it is as the goals want it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line. ``ratio`` is what the goal speaks of; ``ours`` and ``other`` say in words what it was taken from."""

    name: str
    what: str
    ours: str
    other: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None
    # The goal is about a data set of the goal's scale, a quiet machine or a rival that is not here.
    only_at_scale: bool = True
    not_shown: str = ""
    same_rows: bool | None = None
    note: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def goal(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g} ×"
        return f"≥ {self.at_least:g} ×" if self.at_least is not None else "–"

    def verdict(self, *, at_scale: bool) -> str:
        """``reached`` or ``missed`` only where the scale of the run allows one to say so."""
        if self.same_rows is False:
            return "the rows differ"
        if self.at_most is None and self.at_least is None:
            return "–"
        if self.not_shown:
            return f"not shown ({self.not_shown})"
        if self.only_at_scale and not at_scale:
            return "not shown"
        return "reached" if self._is_reached else "missed"

    @property
    def _is_reached(self) -> bool:
        if self.at_most is not None and self.ratio > self.at_most:
            return False
        return self.at_least is None or self.ratio >= self.at_least

    def as_json(self, *, at_scale: bool) -> dict[str, Any]:
        return {**asdict(self), "goal": self.goal, "verdict": self.verdict(at_scale=at_scale)}
