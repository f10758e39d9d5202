"""What the trail says of an appointment, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.models import AuditEvent

# Shorter than in the trail, where nothing else says what it is about.
LABELS: dict[str, str | Promise] = {
    "appointment.booked": _("Entered"),
    "appointment.edited": _("Changed"),
    "appointment.moved": _("Moved"),
    "appointment.planned": _("Back to planned"),
    "appointment.held": _("Held"),
    "appointment.no_show": _("No-show"),
    "appointment.cancelled": _("Cancelled"),
    "appointment.taken": _("Taken in charge"),
    "appointment.released": _("Released"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """``before_at``: when the appointment was to begin before it was moved."""

    label: str | Promise
    who: str
    at: datetime
    before_at: datetime | None


def told_events(events: Iterable[AuditEvent]) -> list[Told]:
    return [_told(event) for event in events]


def _told(event: AuditEvent) -> Told:
    before, after = event.before.get("starts_at"), event.after.get("starts_at")
    moved = datetime.fromisoformat(before) if before and before != after else None
    label = LABELS.get(event.action) or audit.action_name(event.action)
    return Told(label, event.by.name if event.by else "", event.at, moved)
