"""What can be done with appointments, their types, cadence exceptions, checks and reminders."""

from __future__ import annotations

from scheduling.services.appointments import (
    COUNTING,
    AppointmentDetails,
    book_appointment,
    cancel_appointment,
    delete_appointment,
    edit_appointment,
    is_deletable,
    is_in_reach,
    mark_held,
    mark_no_show,
    move_appointment,
    reopen_appointment,
)
from scheduling.services.charge import expire_charges, release_appointment, reset_charges, take_appointment
from scheduling.services.checks import edit_planning_check
from scheduling.services.consequences import plan_again
from scheduling.services.entering import NewAppointment, enter_appointments
from scheduling.services.exceptions import remove_cadence_exception, restore_cadence_exception, set_cadence_exception
from scheduling.services.macro_runs import confirm_run, discard_run, run_due_macros, run_macro, undo_run
from scheduling.services.macros import (
    MacroDetails,
    create_macro,
    delete_macro,
    edit_macro,
    set_macro_active,
)
from scheduling.services.recording import (
    RECORDED,
    add_appointments,
    is_still_to_come,
    lock_appointments,
    write_recorded,
)
from scheduling.services.reminders import dismiss_reminder, reopen_reminder, snooze_reminder
from scheduling.services.tasks import (
    TaskDetails,
    delete_task,
    edit_task,
    finish_task,
    move_task,
    plan_task,
    record_task,
    reopen_task,
    restore_task,
)
from scheduling.services.types import (
    TypeDetails,
    activate_type,
    create_type,
    deactivate_type,
    delete_type,
    edit_type,
    reorder_types,
    set_default_meeting_type,
)

__all__ = [
    "COUNTING",
    "RECORDED",
    "MacroDetails",
    "confirm_run",
    "create_macro",
    "delete_macro",
    "discard_run",
    "edit_macro",
    "run_due_macros",
    "run_macro",
    "set_macro_active",
    "undo_run",
    "expire_charges",
    "reset_charges",
    "AppointmentDetails",
    "NewAppointment",
    "TaskDetails",
    "TypeDetails",
    "activate_type",
    "add_appointments",
    "book_appointment",
    "cancel_appointment",
    "create_type",
    "deactivate_type",
    "delete_appointment",
    "delete_task",
    "delete_type",
    "dismiss_reminder",
    "edit_appointment",
    "edit_planning_check",
    "edit_task",
    "edit_type",
    "enter_appointments",
    "finish_task",
    "is_deletable",
    "is_in_reach",
    "is_still_to_come",
    "lock_appointments",
    "mark_held",
    "mark_no_show",
    "move_appointment",
    "plan_again",
    "move_task",
    "plan_task",
    "record_task",
    "release_appointment",
    "remove_cadence_exception",
    "reopen_appointment",
    "reopen_reminder",
    "reopen_task",
    "reorder_types",
    "restore_cadence_exception",
    "restore_task",
    "set_cadence_exception",
    "set_default_meeting_type",
    "snooze_reminder",
    "take_appointment",
    "write_recorded",
]
