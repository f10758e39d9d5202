"""What pages of this app accept."""

from __future__ import annotations

from scheduling.forms.appointments import AppointmentForm, CalendarWindowForm, MoveForm, PrefillForm
from scheduling.forms.planning import CadenceExceptionForm, PlanningCheckForm, YearlyMeetingsForm
from scheduling.forms.reminders import ReminderFilterForm, SnoozeForm
from scheduling.forms.types import TypeForm, TypeMoveForm

__all__ = [
    "AppointmentForm",
    "CadenceExceptionForm",
    "CalendarWindowForm",
    "MoveForm",
    "PlanningCheckForm",
    "PrefillForm",
    "ReminderFilterForm",
    "SnoozeForm",
    "TypeForm",
    "TypeMoveForm",
    "YearlyMeetingsForm",
]
