"""The Calendar (XCT-10): the page, its events, and a drag's change of time."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scheduling import queries, services
from scheduling.capacity import hours_of
from scheduling.enums import AppointmentState, TaskState
from scheduling.forms import CalendarDayForm, CalendarWindowForm, MoveForm
from scheduling.hours import MINUTES_A_DAY, time_of
from scheduling.models import Appointment, Task
from scheduling.views.appointments import visible
from scheduling.views.conflicts import (
    mark_conflicts,
    mark_outside,
    note_conflicts,
    note_free_days,
    note_outside,
    own_time,
)
from scheduling.views.whose import Person, Whose, whose_of
from scheduling.working_days import holidays_between
from tenants.answers import address
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.documents import read_json
from web.problem import Problem, field_errors

AGENDA_DAYS = 14
ONE_DAY = timedelta(days=1)
TO_PLAN = 12
Items = list[Appointment | Task]


@requires(Permission.VIEW_APPOINTMENTS)
def calendar(request: FirmRequest) -> HttpResponse:
    """The grid is drawn by the browser; the agenda below it works without, and on a phone."""
    today, whose = local_today(request.firm), whose_of(request)
    day = CalendarDayForm(request.GET).chosen(today)
    agenda = _agenda(request, day, whose, days=AGENDA_DAYS)
    note_outside(agenda, request.membership)
    note_conflicts(agenda, request.membership)
    note_free_days(agenda, request)
    context = {
        "agenda": agenda,
        "columns": _columns(agenda, day, whose) if whose.are_several else [],
        "day": day,
        "today": today,
        "earlier": day - timedelta(days=AGENDA_DAYS),
        "later": day + timedelta(days=AGENDA_DAYS),
        "day_before": day - ONE_DAY,
        "day_after": day + ONE_DAY,
        "whose": whose,
        "hours": json.dumps(_hours(request, whose)),
        "to_plan": queries.showing_reminders(request.membership, on=today)[:TO_PLAN],
        "may_enter": request.membership.can(Permission.ENTER_APPOINTMENTS),
    }
    return render(request, "scheduling/calendar.html", context)


def _agenda(request: FirmRequest, day: date, whose: Whose, *, days: int) -> Items:
    start = _midnight(day)
    window = (request.membership, start, start + timedelta(days=days))
    found: Items = [
        *queries.tasks_between(*window, assignee=whose.ids),
        *queries.appointments_between(*window, assignee=whose.ids),
    ]
    return sorted(found, key=attrgetter("starts_at"))


def _hours(request: FirmRequest, whose: Whose) -> list[dict[str, Any]]:
    """When the one who is shown works, else oneself, as the calendar of the browser reads it (Sunday is 0)."""
    shown = whose.people[0].pk if len(whose.people) == 1 else request.membership.pk
    return [
        {"daysOfWeek": [(weekday + 1) % 7], "startTime": f"{time_of(start):%H:%M}", "endTime": _end(end)}
        for weekday, spans in sorted(hours_of(shown).items())
        for start, end in spans
    ]


def _end(minutes: int) -> str:
    return "24:00" if minutes == MINUTES_A_DAY else f"{time_of(minutes):%H:%M}"


def _columns(
    agenda: list[Appointment | Task], day: date, whose: Whose
) -> list[tuple[Person, list[Appointment | Task]]]:
    """The day of each person, side by side."""
    own = [item for item in agenda if timezone.localdate(item.starts_at) == day]
    return [(person, [item for item in own if item.assignee_id == person.pk]) for person in whose.people]


@requires(Permission.VIEW_APPOINTMENTS)
def calendar_events(request: FirmRequest) -> HttpResponse:
    """Appointments, tasks and calls of a stretch of time, as the calendar of the browser reads them (STY-27)."""
    form = CalendarWindowForm(request.GET)
    if not form.is_valid():
        return _refused(ValidationError(form.errors.as_data()), 400)
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    whose = whose_of(request)
    found = list(queries.appointments_between(request.membership, start, end, assignee=whose.ids))
    tasks = list(queries.tasks_between(request.membership, start, end, assignee=whose.ids))
    holidays = holidays_between(request.firm, timezone.localdate(start), timezone.localdate(end))
    shown = [_event(request, appointment) for appointment in found] + [_task_event(request, task) for task in tasks]
    if whose.are_several:
        assignees = [one.assignee_id for one in found] + [task.assignee_id for task in tasks]
        for pk, event in zip(assignees, shown, strict=True):
            _say_who(event, whose.by_id[pk or 0])
    own = request.membership.pk
    outside = own_time(request, start, end) if own in whose.shown else []
    mark_outside(found, shown, request.membership)
    mark_conflicts([*zip((one.assignee_id for one in found), shown, strict=False), *((own, one) for one in outside)])
    return JsonResponse([*shown, *outside, *(_holiday(day, name) for day, name in holidays.items())], safe=False)


@requires(Permission.ENTER_APPOINTMENTS)
@require_http_methods(["PATCH"])
def appointment_time(request: FirmRequest, pk: int) -> HttpResponse:
    """After a drag: the new times, refused when somebody changed the appointment meanwhile."""
    appointment = visible(request, pk)
    form = MoveForm(_body(request))
    if not form.is_valid():
        return _refused(ValidationError(form.errors.as_data()), 400)
    data = form.cleaned_data
    try:
        moved = services.move_appointment(
            appointment,
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            by=request.membership,
            at=timezone.now(),
            version=data["version"],
        )
    except ValidationError as refusal:
        return _refused(refusal, 409)
    return JsonResponse(_event(request, moved))


@requires(Permission.EDIT_CLIENTS)
@require_http_methods(["PATCH"])
def task_time(request: FirmRequest, pk: int) -> HttpResponse:
    """After a drag: another day, or another hour."""
    task = get_object_or_404(queries.visible_tasks(request.membership), pk=pk)
    body = _body(request)
    form = MoveForm(body)
    if not form.is_valid():
        return _refused(ValidationError(form.errors.as_data()), 400)
    data, whole_day = form.cleaned_data, "T" not in body["starts_at"]
    try:
        moved = services.move_task(
            task, at=data["starts_at"], whole_day=whole_day, by=request.membership, version=data["version"]
        )
    except ValidationError as refusal:
        return _refused(refusal, 409)
    return JsonResponse(_task_event(request, moved))


def _task_event(request: FirmRequest, task: Task) -> dict[str, Any]:
    may_move = task.state == TaskState.OPEN and request.membership.can(Permission.EDIT_CLIENTS)
    at = timezone.localtime(task.at)
    return {
        "id": f"task-{task.pk}",
        "title": f"{task.get_kind_display()} · {task.client.name}: {task.subject}",
        "start": at.date().isoformat() if task.whole_day else at.isoformat(),
        "allDay": task.whole_day,
        "url": address(request, "scheduling:task_detail", pk=task.pk),
        "editable": may_move,
        "durationEditable": False,
        "patch_url": address(request, "scheduling:task_time", pk=task.pk) if may_move else "",
        "version": task.version,
        "tone": "amber" if task.state == TaskState.OPEN else "gray",
        "state": task.state,
    }


def _event(request: FirmRequest, appointment: Appointment) -> dict[str, Any]:
    may_move = appointment.state == AppointmentState.PLANNED and request.membership.can(Permission.ENTER_APPOINTMENTS)
    return {
        "id": appointment.pk,
        "title": f"{appointment.client.name} · {appointment.type.name}",
        "start": timezone.localtime(appointment.starts_at).isoformat(),
        "end": timezone.localtime(appointment.ends_at).isoformat(),
        "url": address(request, "scheduling:appointment_detail", pk=appointment.pk),
        "editable": may_move,
        "patch_url": address(request, "scheduling:appointment_time", pk=appointment.pk) if may_move else "",
        "version": appointment.version,
        "tone": appointment.type.colour,
        "symbol": f"{static('icons.svg')}#{appointment.type.symbol}",
        "state": appointment.state,
    }


def _say_who(event: dict[str, Any], person: Person) -> None:
    """By colour, and by the initials for whoever does not see it."""
    event |= {"tone": person.tone, "title": f"{person.initials} · {event['title']}", "whose": person.name}


def _holiday(day: date, name: str) -> dict[str, Any]:
    return {"title": name, "start": day.isoformat(), "allDay": True, "editable": False, "tone": "gray"}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


def _body(request: FirmRequest) -> dict[str, str]:
    """The object sent as JSON, its values as a form takes them."""
    try:
        body = read_json(request.body)
    except ValueError:
        return {}
    return {name: str(value) for name, value in body.items() if value is not None} if isinstance(body, dict) else {}


def _refused(refusal: ValidationError, status: int) -> JsonResponse:
    detail = " ".join(refusal.messages) or _("This change is not possible.")
    return Problem(status=status, detail=detail, errors=field_errors(refusal)).response()
