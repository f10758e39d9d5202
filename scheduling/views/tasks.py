"""Tasks and calls: what is to be done, by whom and when (STY-27 … STY-29, STY-35, STY-36, O-57)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from clients.models import Client
from clients.queries import visible_clients
from scheduling import queries, services
from scheduling.enums import TaskKind, TaskState
from scheduling.forms.refusals import refuse
from scheduling.forms.tasks import TaskFilterForm, TaskForm, TaskPrefillForm, initial_of
from scheduling.models import Task
from scheduling.views.choosing import choose_client
from scheduling.views.listing import listed
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.queries import active_members
from tenants.requests import FirmRequest, requires
from web.htmx import is_htmx, page_or_partial
from web.navigation import return_address
from web.toasts import notify, notify_error

FIELD_OF = {"at": "day"}
SHOWN: dict[str, str | Promise] = {
    "open": gettext_lazy("To do"),
    "given": gettext_lazy("Given to others"),
    "done": pgettext_lazy("things to do", "Done"),
}
NEW = {TaskKind.TASK: gettext_lazy("New task"), TaskKind.CALL: gettext_lazy("New call")}


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    url: str
    is_current: bool
    count: int | None = None


@requires(Permission.VIEW_APPOINTMENTS)
def task_list(request: FirmRequest) -> HttpResponse:
    """One's own things to do, overdue first; who sees all clients may look after everybody's (STY-41)."""
    sees_all = request.membership.can(Permission.VIEW_ALL_CLIENTS)
    show = request.GET.get("show", "open")
    show = show if show in SHOWN else "open"
    form = TaskFilterForm(request.GET, members=active_members())
    whose = form.chosen() if sees_all else None
    everybody = sees_all and request.GET.get("whose") == "all"
    tasks = _shown(request, show, None if everybody else whose or request.membership)
    start = midnight(request)
    return listed(
        request,
        queries.with_stage(tasks, start=start, end=start + timedelta(days=1)),
        ordering="-at" if show == "done" else "at",
        page="scheduling/task_list.html",
        part="scheduling/_tasks.html",
        form=form,
        whose=whose,
        everybody=everybody,
        show=show,
        tabs=_tabs(request, show),
        may_change=request.membership.can(Permission.EDIT_CLIENTS),
    )


def _shown(request: FirmRequest, show: str, whose: Any) -> QuerySet[Task]:
    if show == "given":
        return queries.given_to_others(request.membership)
    if show == "open":
        return queries.open_tasks(request.membership, whose=whose)
    done = queries.visible_tasks(request.membership).filter(state=TaskState.DONE)
    return done.filter(assignee=whose) if whose is not None else done


def _tabs(request: FirmRequest, show: str) -> list[Tab]:
    base = address(request, "scheduling:task_list")
    return [Tab(label, f"{base}?{urlencode({'show': name})}", name == show) for name, label in SHOWN.items()]


@requires(Permission.EDIT_CLIENTS)
def task_create(request: FirmRequest) -> HttpResponse:
    """First about whom, then the rest."""
    clients = visible_clients(request.membership).select_related("advisor")
    prefill = TaskPrefillForm(request.GET, clients=clients)
    known = prefill.known()
    if "client" in prefill.errors:
        raise Http404
    kind = TaskKind(known.get("kind", TaskKind.TASK))
    client = known.get("client")
    if client is None:
        return choose_client(request, known, title=str(NEW[kind]), question=_("About which client?"))
    return _create_for(request, client, kind, known)


def _create_for(request: FirmRequest, client: Client, kind: TaskKind, known: dict[str, Any]) -> HttpResponse:
    initial = {"assignee": request.membership.pk, "day": known.get("day") or local_today(request.firm)}
    form = _form(request, kind=kind, initial=initial, is_new=True)
    if request.method == "POST" and form.is_valid():
        task = _create(request, client, kind, form)
        if task is not None:
            back = address(request, "scheduling:task_detail", pk=task.pk)
            return HttpResponseRedirect(return_address(request, default=back))
    context = {
        "form": form,
        "client": client,
        "kind": kind,
        "title": NEW[kind],
        "cancel_url": return_address(request, default=address(request, "scheduling:task_list")),
    }
    return page_or_partial(request, "scheduling/task_form.html", "scheduling/_task_form.html", context)


def _create(request: FirmRequest, client: Client, kind: TaskKind, form: TaskForm) -> Task | None:
    try:
        if form.cleaned_data["is_done"]:
            at = timezone.now()
            task = services.record_task(client, kind, form.details(), by=request.membership, at=at)
        else:
            task = services.plan_task(client, kind, form.details(), by=request.membership)
    except ValidationError as refusal:
        refuse(form, refusal, names=FIELD_OF)
        return None
    undo = address(request, "scheduling:task_delete", pk=task.pk)
    notify(request, _("“%(subject)s” saved.") % {"subject": task.subject}, undo=undo)
    return task


def _form(request: FirmRequest, *, kind: str, initial: dict[str, Any], is_new: bool) -> TaskForm:
    data = request.POST if request.method == "POST" else None
    return TaskForm(data, initial=initial, members=active_members(), is_new=is_new, kind=kind)


@requires(Permission.VIEW_APPOINTMENTS)
def task_detail(request: FirmRequest, pk: int) -> HttpResponse:
    task = visible(request, pk)
    context = {
        "task": task,
        "today": local_today(request.firm),
        "is_overdue": task.state == TaskState.OPEN and task.at < midnight(request),
        "may_change": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return render(request, "scheduling/task_detail.html", context)


@requires(Permission.EDIT_CLIENTS)
def task_edit(request: FirmRequest, pk: int) -> HttpResponse:
    task = visible(request, pk)
    form = _form(request, kind=task.kind, initial=initial_of(task), is_new=False)
    back = address(request, "scheduling:task_detail", pk=pk)
    if request.method == "POST" and form.is_valid() and _change(request, task, form):
        notify(request, _("Saved."))
        return HttpResponseRedirect(back)
    context = {"form": form, "task": task, "client": task.client, "kind": task.kind, "cancel_url": back}
    return page_or_partial(request, "scheduling/task_form.html", "scheduling/_task_form.html", context)


def _change(request: FirmRequest, task: Task, form: TaskForm) -> bool:
    try:
        services.edit_task(task, form.details(), by=request.membership, version=form.cleaned_data["version"])
    except ValidationError as refusal:
        refuse(form, refusal, names=FIELD_OF)
        return False
    return True


@requires(Permission.EDIT_CLIENTS)
@require_POST
def task_finish(request: FirmRequest, pk: int) -> HttpResponse:
    """With htmx the row goes from the list; the toast's undo brings it back."""
    task = visible(request, pk)
    told = _("“%(subject)s” done.") % {"subject": task.subject}
    undo = address(request, "scheduling:task_reopen", pk=pk)

    def finish() -> None:
        services.finish_task(task, by=request.membership, at=timezone.now())

    if not is_htmx(request):
        return performed(request, finish, told=told, undo=undo, back=address(request, "scheduling:task_detail", pk=pk))
    try:
        finish()
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponse(status=204)
    notify(request, told, undo=undo)
    return HttpResponse("")


@requires(Permission.EDIT_CLIENTS)
@require_POST
def task_reopen(request: FirmRequest, pk: int) -> HttpResponse:
    task = visible(request, pk)
    return performed(
        request,
        lambda: services.reopen_task(task, by=request.membership),
        told=_("It is to be done again."),
        back=address(request, "scheduling:task_detail", pk=pk),
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def task_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """Also the undo of entering it. Back to where it was entered, not to its own page, which is gone."""
    task = visible(request, pk)
    response = performed(
        request,
        lambda: services.delete_task(task, by=request.membership, at=timezone.now()),
        told=_("“%(subject)s” deleted.") % {"subject": task.subject},
        undo=address(request, "scheduling:task_restore", pk=pk),
        back=address(request, "scheduling:task_list"),
    )
    own_page = address(request, "scheduling:task_detail", pk=pk)
    if response.headers.get("Location", "").startswith(own_page):
        return HttpResponseRedirect(address(request, "scheduling:task_list"))
    return response


@requires(Permission.EDIT_CLIENTS)
@require_POST
def task_restore(request: FirmRequest, pk: int) -> HttpResponse:
    task = queries.deleted_task(request.membership, pk)
    if task is None:
        raise Http404
    return performed(
        request,
        lambda: services.restore_task(task, by=request.membership),
        told=_("Taken back."),
        back=address(request, "scheduling:task_detail", pk=pk),
    )


def visible(request: FirmRequest, pk: int) -> Task:
    return get_object_or_404(queries.visible_tasks(request.membership), pk=pk)


def midnight(request: FirmRequest) -> datetime:
    """At which the firm's day began."""
    return datetime.combine(local_today(request.firm), time(), tzinfo=timezone.get_current_timezone())
