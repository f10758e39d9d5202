"""What can be done with appointments, their types, cadence exceptions, checks and reminders."""

from __future__ import annotations

from scheduling.services.appointments import (
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
from scheduling.services.charge import release_appointment, take_appointment
from scheduling.services.checks import edit_planning_check
from scheduling.services.consequences import plan_again
from scheduling.services.entering import NewAppointment, enter_appointments
from scheduling.services.exceptions import remove_cadence_exception, restore_cadence_exception, set_cadence_exception
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
    edit_type,
    reorder_types,
    set_default_meeting_type,
)

__all__ = [
    "RECORDED",
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
