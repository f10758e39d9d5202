"""What follows in the calendar from a person's erasure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from scheduling.enums import AppointmentState
from scheduling.models import Appointment


def cancel_planned(client_ids: Sequence[int], *, at: datetime) -> int:
    """Nobody waits any more for a person who was erased; how many meetings were called off."""
    waiting = Appointment.objects.filter(client_id__in=client_ids, state=AppointmentState.PLANNED, starts_at__gt=at)
    return waiting.update(state=AppointmentState.CANCELLED, counts=False, version=F("version") + 1, updated_at=at)
