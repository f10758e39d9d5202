"""Reminders, set-based: opened when their day has come, closed when their cause ends, woken when a snooze is over."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.batch import Batch
from scheduling.models import Reminder
from scheduling.statements import UPDATE_REMINDERS
from tenants.feed.notes import Kind, note_rows


@dataclass(frozen=True, slots=True)
class Written:
    """How many reminders were raised (again), ended by themselves, and woken."""

    opened: int
    closed: int
    woken: int

    @property
    def written(self) -> int:
        return self.opened + self.closed + self.woken


def update_reminders(batch: Batch) -> Written:
    """Follow the stored plans (REL-49, REL-50). Harmless when repeated, and a missed night loses nothing."""
    new, again, closed, woken = (ids or [] for ids in batch.fetch_arrays(UPDATE_REMINDERS))
    note_rows(Reminder, Kind.CREATED, new)
    note_rows(Reminder, Kind.UPDATED, [*again, *closed, *woken])
    return Written(len(new) + len(again), len(closed), len(woken))
