"""REST: appointments and their types, reminders, checks, and how often a client is to be met."""

from __future__ import annotations

from typing import Any

from scheduling.api.appointments import AppointmentViewSet
from scheduling.api.bookings import BookingLinkViewSet
from scheduling.api.capacity import ClosureViewSet, LoadViewSet, WorkingWeekViewSet
from scheduling.api.checks import CheckViewSet
from scheduling.api.day import CadenceKeptViewSet, DayViewSet, SlippedClientViewSet
from scheduling.api.exceptions import CadenceExceptionViewSet
from scheduling.api.foresight import ExceptionForesightViewSet, ForesightViewSet
from scheduling.api.macros import MacroRunViewSet, MacroViewSet
from scheduling.api.outside import OutsideCalendarViewSet, OutsideEventViewSet
from scheduling.api.outside_files import CalendarFeedViewSet, CalendarFileViewSet
from scheduling.api.reminders import ReminderViewSet
from scheduling.api.tasks import CallViewSet, TaskViewSet
from scheduling.api.types import AppointmentTypeViewSet
from scheduling.api.weeks import PlannedWeeksViewSet, WeekProposalViewSet

RESOURCES: dict[str, type[Any]] = {
    "appointment-types": AppointmentTypeViewSet,
    "appointments": AppointmentViewSet,
    "booking-links": BookingLinkViewSet,
    "calendar-feeds": CalendarFeedViewSet,
    "calendar-files": CalendarFileViewSet,
    "tasks": TaskViewSet,
    "calls": CallViewSet,
    "reminders": ReminderViewSet,
    "checks": CheckViewSet,
    "slipped-clients": SlippedClientViewSet,
    "week-proposals": WeekProposalViewSet,
    "planned-weeks": PlannedWeeksViewSet,
    "closures": ClosureViewSet,
    "working-weeks": WorkingWeekViewSet,
    "foresight": ForesightViewSet,
    "exception-foresight": ExceptionForesightViewSet,
    "outside-calendars": OutsideCalendarViewSet,
    "outside-events": OutsideEventViewSet,
    "macros": MacroViewSet,
    "macro-runs": MacroRunViewSet,
}

__all__ = ["RESOURCES", "CadenceExceptionViewSet", "CadenceKeptViewSet", "DayViewSet", "LoadViewSet"]
