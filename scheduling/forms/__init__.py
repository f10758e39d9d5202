"""What pages of this app accept."""

from __future__ import annotations

from scheduling.forms.appointments import AppointmentForm, CalendarDayForm, CalendarWindowForm, MoveForm, PrefillForm
from scheduling.forms.capacity import ClosureForm, WorkingWeekForm
from scheduling.forms.planning import CadenceExceptionForm, PlanningCheckForm, YearlyMeetingsForm
from scheduling.forms.reminders import ReminderFilterForm, SnoozeForm
from scheduling.forms.types import TypeForm, TypeMoveForm

__all__ = [
    "AppointmentForm",
    "CadenceExceptionForm",
    "CalendarDayForm",
    "CalendarWindowForm",
    "ClosureForm",
    "MoveForm",
    "PlanningCheckForm",
    "PrefillForm",
    "ReminderFilterForm",
    "SnoozeForm",
    "TypeForm",
    "TypeMoveForm",
    "WorkingWeekForm",
    "YearlyMeetingsForm",
]
