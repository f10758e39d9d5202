"""Rows of appointments, tasks, macros, for strangers to look for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

import scheduling.services
from groups.models import SavedSearch
from outcomes.models import Relation
from scheduling.enums import TaskKind
from scheduling.models import (
    Appointment,
    AppointmentType,
    CalendarFeed,
    CalendarFile,
    Check,
    Macro,
    OutsideCalendar,
    OutsideEvent,
    PlannedWeeks,
    Reminder,
    Task,
)
from scheduling.nights import request_night
from scheduling.recurrence import Frequency, Repetition
from scheduling.services import CheckDetails, TaskDetails
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example
from tests.architecture.examples.groups import group, saved_search
from tests.clients.builders import new_client
from tests.scheduling import making


def planned(admin: Membership) -> Appointment:
    return making.book(making.make_client(advisor=admin), timezone.now() + timedelta(days=7), by=admin, assignee=admin)


def appointment(admin: Membership) -> dict[str, Any]:
    return {"pk": planned(admin).pk}


def cancelled_appointment(admin: Membership) -> dict[str, Any]:
    return {"pk": scheduling.services.cancel_appointment(planned(admin), by=admin, at=timezone.now()).pk}


def cadence_exception(admin: Membership) -> dict[str, Any]:
    made = scheduling.services.set_cadence_exception(
        making.make_client(advisor=admin), yearly_meetings=2, reason="As agreed", by=admin, at=timezone.now()
    )
    return {"pk": made.pk}


def appointment_type(admin: Membership) -> dict[str, Any]:
    return {"pk": AppointmentType.objects.order_by("id")[0].pk}


def unused_type(admin: Membership) -> dict[str, Any]:
    return {"pk": AppointmentType.objects.create(name="Example", position=99).pk}


def reminder(admin: Membership) -> dict[str, Any]:
    made: Reminder = making.make_reminder(making.make_client(advisor=admin), timezone.now().date())
    return {"pk": made.pk}


def client_with_exception(admin: Membership) -> dict[str, Any]:
    own = new_client(advisor=admin)
    scheduling.services.set_cadence_exception(own, yearly_meetings=2, reason="As agreed", by=admin, at=timezone.now())
    return {"pk": own.pk}


def past_appointment(admin: Membership) -> Appointment:
    """Of a type for which the first outcome is ticked."""
    kind = Relation.objects.select_related("type").order_by("id")[0].type
    past = timezone.now() - timedelta(days=1)
    return making.book(making.make_client(advisor=admin), past, by=admin, assignee=admin, type=kind)


def field_check(admin: Membership) -> dict[str, Any]:
    condition = {"field": "document_expires_on", "op": "due_within_days", "value": 15}
    details = CheckDetails(name="Example", text="{when}", condition=condition)
    return {"pk": scheduling.services.create_check(details, by=admin, at=timezone.now()).pk}


def deleted_check(admin: Membership) -> dict[str, Any]:
    gone = Check.objects.get(pk=field_check(admin)["pk"])
    return {"pk": scheduling.services.delete_check(gone, by=admin, at=timezone.now()).pk}


def nightly_run(admin: Membership) -> dict[str, Any]:
    run = request_night(timezone.now().date(), by=admin)
    assert run is not None
    return {"pk": run.pk}


def planned_task(admin: Membership) -> Task:
    details = TaskDetails(subject="Example", at=timezone.now() + timedelta(days=7), assignee=admin)
    return scheduling.services.plan_task(new_client(advisor=admin), TaskKind.TASK, details, by=admin)


def task(admin: Membership) -> dict[str, Any]:
    return {"pk": planned_task(admin).pk}


def call(admin: Membership) -> dict[str, Any]:
    details = TaskDetails(subject="Example", at=timezone.now() + timedelta(days=7), assignee=admin)
    return {"pk": scheduling.services.plan_task(new_client(advisor=admin), TaskKind.CALL, details, by=admin).pk}


def deleted_task(admin: Membership) -> dict[str, Any]:
    return {"pk": scheduling.services.delete_task(planned_task(admin), by=admin, at=timezone.now()).pk}


def a_macro(admin: Membership) -> Macro:
    details = scheduling.services.MacroDetails(
        name=f"Example {Macro.objects.count()}",
        search=SavedSearch.objects.get(**saved_search(admin)),
        type=AppointmentType.objects.filter(active=True)[0],
    )
    return scheduling.services.create_macro(details, by=admin, at=timezone.now())


def macro(admin: Membership) -> dict[str, Any]:
    return {"pk": a_macro(admin).pk}


def macro_run(admin: Membership) -> dict[str, Any]:
    return {"pk": scheduling.services.run_macro(a_macro(admin), by=admin, at=timezone.now()).pk}


def planned_weeks(admin: Membership) -> dict[str, Any]:
    return {"pk": PlannedWeeks.objects.create(member=admin, by=admin, at=timezone.now()).pk}


def calendar_file(admin: Membership) -> dict[str, Any]:
    return {"pk": CalendarFile.objects.create(member=admin, name="Example", at=timezone.now()).pk}


def calendar_feed(admin: Membership) -> dict[str, Any]:
    scheduling.services.make_feed(admin, at=timezone.now())
    return {"pk": CalendarFeed.objects.get(member=admin).pk}


def closure(admin: Membership) -> dict[str, Any]:
    day = timezone.now().date()
    return {"pk": scheduling.services.add_closure(starts_on=day, ends_on=day, reason="Example", by=admin).pk}


def repeated(admin: Membership) -> Appointment:
    made = scheduling.services.book_series(
        new_client(advisor=admin),
        making.details(timezone.now() + timedelta(days=7), assignee=admin),
        Repetition(Frequency.WEEKLY, count=3),
        by=admin,
        at=timezone.now(),
    )
    return made.appointments.order_by("starts_at")[0]


def booking_link(admin: Membership) -> dict[str, Any]:
    wanted = scheduling.services.NewLink(new_client(advisor=admin), admin)
    return {"pk": scheduling.services.make_booking_links([wanted], by=admin, at=timezone.now())[0][0].pk}


def outside_calendar(admin: Membership) -> dict[str, Any]:
    now = timezone.now()
    times = {"connected_at": now, "from_at": now, "next_at": now}
    made, _new = OutsideCalendar.objects.get_or_create(member=admin, provider="google", defaults=times)
    return {"pk": made.pk}


def outside_event(admin: Membership) -> dict[str, Any]:
    calendar = OutsideCalendar.objects.get(**outside_calendar(admin))
    made = OutsideEvent(
        calendar=calendar, appointment_id=planned(admin).pk, outside_id="crm1", available_at=timezone.now()
    )
    made.save()
    return {"pk": made.pk}


PAGES: dict[str, Example] = {
    "scheduling:series_end": lambda admin: {"pk": repeated(admin).pk},
    "scheduling:series_undo": lambda admin: {"pk": repeated(admin).series_id},
    "scheduling:booking_link_make": lambda admin: {"client_pk": client(admin)["pk"]},
    "scheduling:booking_link_withdraw": booking_link,
    "scheduling:outside_sync": outside_calendar,
    "scheduling:outside_disconnect": outside_calendar,
    "scheduling:appointment_outside": appointment,
    "scheduling:macro_detail": macro,
    "scheduling:macro_edit": macro,
    "scheduling:macro_activation": macro,
    "scheduling:macro_delete": macro,
    "scheduling:macro_run": macro,
    "scheduling:run_confirm": macro_run,
    "scheduling:run_discard": macro_run,
    "scheduling:run_undo": macro_run,
    "scheduling:planning_group": group,
    "scheduling:planning_row": group,
    "scheduling:file_remove": calendar_file,
    "scheduling:closure_remove": closure,
    "scheduling:weeks_undo": planned_weeks,
    "scheduling:working_week": lambda admin: {"pk": admin.pk},
    "scheduling:number_foresight": group,
    "scheduling:exception_foresight": lambda admin: {"client_pk": client(admin)["pk"]},
    "scheduling:planning_group_set": lambda admin: {**group(admin), "number": 4},
    "scheduling:exception_remove": cadence_exception,
    "scheduling:exception_restore": cadence_exception,
    "scheduling:exception_set": lambda admin: {"client_pk": client(admin)["pk"]},
    "scheduling:appointment_detail": appointment,
    "scheduling:appointment_edit": appointment,
    "scheduling:appointment_restore": appointment,
    "scheduling:appointment_time": appointment,
    "scheduling:appointment_hold": appointment,
    "scheduling:appointment_no_show": appointment,
    "scheduling:appointment_cancel": appointment,
    "scheduling:appointment_reopen": cancelled_appointment,
    "scheduling:appointment_take": appointment,
    "scheduling:appointment_release": appointment,
    "scheduling:appointment_delete": appointment,
    "scheduling:task_detail": task,
    "scheduling:task_edit": task,
    "scheduling:task_time": task,
    "scheduling:task_finish": task,
    "scheduling:task_reopen": task,
    "scheduling:task_delete": task,
    "scheduling:task_restore": deleted_task,
    "scheduling:reminder_dismiss": reminder,
    "scheduling:reminder_snooze": reminder,
    "scheduling:reminder_reopen": reminder,
    "scheduling:check_edit": field_check,
    "scheduling:check_activation": field_check,
    "scheduling:check_delete": field_check,
    "scheduling:check_restore": deleted_check,
    "scheduling:type_edit": appointment_type,
    "scheduling:type_activate": appointment_type,
    "scheduling:type_deactivate": appointment_type,
    "scheduling:type_make_default": appointment_type,
    "scheduling:type_move": appointment_type,
}

RESOURCES: dict[str, Example] = {
    "clients": client_with_exception,
    "macros": macro,
    "macro-runs": macro_run,
    "appointment-types": appointment_type,
    "appointments": appointment,
    "reminders": reminder,
    "checks": field_check,
    "tasks": task,
    "calls": call,
    "nightly-runs": nightly_run,
    "closures": closure,
    "booking-links": booking_link,
    "calendar-files": calendar_file,
    "calendar-feeds": calendar_feed,
    "outside-calendars": outside_calendar,
    "outside-events": outside_event,
    "planned-weeks": planned_weeks,
    "working-weeks": lambda admin: {"pk": admin.pk},
}
