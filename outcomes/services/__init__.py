"""What can be done with outcomes: recording them, undoing, and drawing what they do."""

from __future__ import annotations

from outcomes.services.fulfilment import Recorded, enter_fulfilments, fulfil_appointment, fulfil_appointments
from outcomes.services.recording import Recording
from outcomes.services.undoing import Undone, undo_fulfilment

__all__ = [
    "Recorded",
    "Recording",
    "Undone",
    "enter_fulfilments",
    "fulfil_appointment",
    "fulfil_appointments",
    "undo_fulfilment",
]
