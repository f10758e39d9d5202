"""What scheduling adds to the time line of a client: appointments, tasks and calls, and how to enter them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.timeline.sources import Creation, Event, Source, contribute, offer
from scheduling.enums import AppointmentState, TaskKind, TaskState
from scheduling.models import Appointment, Task
from scheduling.queries import kept_tasks
from tenants.permissions import Permission

STATE_TONES = {
    AppointmentState.PLANNED: "blue",
    AppointmentState.HELD: "green",
    AppointmentState.CANCELLED: "gray",
    AppointmentState.NO_SHOW: "red",
    TaskState.OPEN: "amber",
    TaskState.DONE: "green",
}
ICONS = {TaskKind.TASK: "list-checks", TaskKind.CALL: "phone"}


def register() -> None:
    """Called when the app is ready."""
    contribute(
        Source(
            kind="appointment",
            label=_("Appointments"),
            icon="calendar",
            rows=_appointments,
            tell=_tell_appointments,
            at="starts_at",
        )
    )
    for kind, label in ((TaskKind.TASK, _("Tasks")), (TaskKind.CALL, _("Calls"))):
        contribute(
            Source(
                kind=kind.value,
                label=label,
                icon=ICONS[kind],
                rows=partial(_tasks, kind),
                tell=partial(_tell_tasks, kind),
            )
        )
    for position, kind, label in ((1, TaskKind.TASK, _("Task")), (4, TaskKind.CALL, _("Call"))):
        creation = Creation(
            label=label,
            icon=ICONS[kind],
            permission=Permission.EDIT_CLIENTS,
            address=_to_new_task(kind),
            position=position,
        )
        offer(kind.value, creation)
    offer(
        "appointment",
        Creation(
            label=_("Appointment"),
            icon="calendar-plus",
            permission=Permission.ENTER_APPOINTMENTS,
            address=_to_new_appointment,
            position=2,
        ),
    )


def _to_new_appointment(firm_slug: str, client: int) -> str:
    back = reverse("clients:client_timeline", kwargs={"firm_slug": firm_slug, "pk": client})
    query = urlencode({"client": client, "next": back})
    return f"{reverse('scheduling:appointment_create', kwargs={'firm_slug': firm_slug})}?{query}"


def _to_new_task(kind: TaskKind) -> Callable[[str, int], str]:
    def address(firm_slug: str, client: int) -> str:
        page = reverse("scheduling:task_create", kwargs={"firm_slug": firm_slug})
        back = reverse("clients:client_timeline", kwargs={"firm_slug": firm_slug, "pk": client})
        return f"{page}?{urlencode({'client': client, 'kind': kind.value, 'next': back})}"

    return address


def _appointments() -> QuerySet[Appointment]:
    appointments: QuerySet[Appointment] = Appointment.objects.all()
    return appointments


def _tasks(kind: TaskKind) -> QuerySet[Task]:
    return kept_tasks().filter(kind=kind)


def _tell_appointments(ids: Sequence[int]) -> list[Event]:
    rows = Appointment.objects.filter(pk__in=ids).select_related("client", "type", "assignee", "created_by")
    return [
        Event(
            kind="appointment",
            id=row.pk,
            at=row.starts_at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=f"{row.type} · {row.place}" if row.place else str(row.type),
            text=row.notes,
            state=row.state,
            state_label=row.get_state_display(),
            state_tone=STATE_TONES[AppointmentState(row.state)],
            icon=row.type.symbol,
            by=row.created_by.name if row.created_by else "",
            assignee=row.assignee.name if row.assignee else "",
            view="scheduling:appointment_detail",
        )
        for row in rows
    ]


def _tell_tasks(kind: TaskKind, ids: Sequence[int]) -> list[Event]:
    rows = Task.objects.filter(pk__in=ids).select_related("client", "assignee", "created_by")
    return [
        Event(
            kind=kind.value,
            id=row.pk,
            at=row.at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=row.subject,
            text=row.notes,
            whole_day=row.whole_day,
            state=row.state,
            state_label=row.get_state_display(),
            state_tone=STATE_TONES[TaskState(row.state)],
            icon=ICONS[kind],
            by=row.created_by.name if row.created_by else "",
            assignee=row.assignee.name,
            view="scheduling:task_detail",
        )
        for row in rows
    ]
