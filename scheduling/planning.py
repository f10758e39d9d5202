"""The cadence plan, set-based."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def recompute_clients(client_ids: Sequence[int], *, at: datetime) -> None:
    """Plan and reminders of these clients, in the caller's transaction (REL-31)."""
