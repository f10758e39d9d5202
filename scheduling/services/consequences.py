"""What follows for a client whose appointments or exception changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from clients.changes import mark_changed
from scheduling import planning


def plan_again(client_ids: Collection[int], *, at: datetime) -> None:
    """Plan and reminders at once (REL-31); groups that read the plan follow at night."""
    if client_ids:
        mark_changed(client_ids)
        planning.recompute_clients(sorted(client_ids), at=at)
