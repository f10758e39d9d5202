"""What can be done with outcomes: recording them, undoing, and drawing what they do."""

from __future__ import annotations

from outcomes.services.activities import (
    ActivityDetails,
    close_activity,
    delete_activity,
    edit_activity,
    open_activity,
    reopen_activity,
)
from outcomes.services.choices import (
    KindDetails,
    OutcomeDetails,
    create_kind,
    create_outcome,
    edit_kind,
    edit_outcome,
    move_choice,
    set_active,
)
from outcomes.services.fulfilment import Recorded, enter_fulfilments, fulfil_appointment, fulfil_appointments
from outcomes.services.parameters import edit_parameters
from outcomes.services.recording import Recording
from outcomes.services.relations import RelationDetails, save_relation, tick_outcomes, untick
from outcomes.services.replacing import Replacement, Use, replace, replacement_of
from outcomes.services.undoing import Undone, undo_fulfilment

__all__ = [
    "ActivityDetails",
    "KindDetails",
    "OutcomeDetails",
    "Recorded",
    "Recording",
    "RelationDetails",
    "Replacement",
    "Undone",
    "Use",
    "close_activity",
    "create_kind",
    "create_outcome",
    "delete_activity",
    "edit_activity",
    "edit_kind",
    "edit_outcome",
    "edit_parameters",
    "enter_fulfilments",
    "fulfil_appointment",
    "fulfil_appointments",
    "move_choice",
    "open_activity",
    "reopen_activity",
    "replace",
    "replacement_of",
    "save_relation",
    "set_active",
    "tick_outcomes",
    "undo_fulfilment",
    "untick",
]
