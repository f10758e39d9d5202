"""Doing one thing with many clients: choose and preview, confirm, watch, stop, take back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.bulk import queries, services, telling
from clients.bulk.actions import BulkAction, BulkWay, actions, ways
from clients.enums import BulkState
from clients.forms.bulk import SelectionForm
from clients.models import BulkJob
from clients.tasks import ring_bulk
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.navigation import return_address
from web.toasts import notify, notify_error


@requires(Permission.VIEW_CLIENTS)
def bulk_list(request: FirmRequest) -> HttpResponse:
    """What was done with many clients, each with its undo."""
    try:
        page = keyset_page(
            queries.finished_jobs(request.membership), ordering="-pk", cursor=request.GET.get("cursor"), size=30
        )
    except InvalidCursorError:
        return HttpResponseBadRequest()
    lines = [(job, telling.sentence(job), telling.may_undo(job, request.membership)) for job in page.items]
    context = {"page": page, "lines": lines, "here": request.get_full_path()}
    return page_or_partial(request, "clients/bulk_list.html", "clients/_bulk_list.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def bulk_start(request: FirmRequest) -> HttpResponse:
    """Freeze the selection; the page that follows previews, asks and confirms."""
    back = return_address(request, default=_list(request))
    form = SelectionForm(request.POST, member=request.membership)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.as_data().values() for error in errors])
        code = form.cleaned_data["action"]
        action = ways().get(code) or actions()[code]
        clients = form.clients(today=local_today(request.firm))
        job = services.freeze(action, clients, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect(back)
    if isinstance(action, BulkWay):
        page = reverse(action.view, kwargs={"firm_slug": request.firm.slug})
        return redirect(f"{page}?{urlencode({'audience': f'selection:{job.pk}'})}")
    return redirect(f"{_address(request, 'bulk_detail', job)}?{urlencode({**_said(request, action), 'next': back})}")


@requires(Permission.VIEW_CLIENTS)
def bulk_detail(request: FirmRequest, pk: int) -> HttpResponse:
    job = _job(request, pk)
    if job.state != BulkState.DRAFT:
        return _report(request, job)
    action = _permitted(request, job)
    form = action.parse(request.GET if _is_answered(request, action) else None, request.membership)
    context: dict[str, Any] = {"job": job, "action": action, "form": form, "back": _back(request), "preview": None}
    if form.is_bound and form.is_valid():
        reasons = list(action.left_out(form.cleaned_data))
        context["preview"] = queries.preview(job, reasons, by=request.membership)
        context["answers"] = [(name, request.GET.get(name, "")) for name in form.fields]
    return page_or_partial(request, "clients/bulk_draft.html", "clients/_bulk_draft.html", context)


def _is_grave(request: FirmRequest, pk: int) -> bool:
    job = queries.jobs_of(request.membership).filter(pk=pk).first()
    action = queries.action_of(job) if job is not None else None
    return action is not None and action.is_grave


@requires(Permission.EDIT_CLIENTS)
@recently_confirmed(when=_is_grave)
@require_POST
def bulk_confirm(request: FirmRequest, pk: int) -> HttpResponse:
    job = _job(request, pk)
    form = _permitted(request, job).parse(request.POST, request.membership)
    if not form.is_valid() or any(name not in request.POST for name in form.fields):
        return redirect(f"{_address(request, 'bulk_detail', job)}?{urlencode({'next': _back(request)})}")
    job = services.confirm(job, form.cleaned_data, at=timezone.now())
    if job.state == BulkState.QUEUED:
        transaction.on_commit(partial(ring_bulk, job), robust=True)
        return redirect(f"{_address(request, 'bulk_detail', job)}?{urlencode({'next': _back(request)})}")
    undo = _address(request, "bulk_undo", job) if job.changed else ""
    notify(request, telling.done(job), undo=undo)
    return redirect(_back(request))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def bulk_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    job = _job(request, pk)
    if services.cancel(job, at=timezone.now()):
        notify(request, _("Stopped. What is done already can be taken back."))
    return redirect(return_address(request, default=_address(request, "bulk_detail", job)))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def bulk_undo(request: FirmRequest, pk: int) -> HttpResponse:
    job = _job(request, pk)
    _permitted(request, job)
    page = _address(request, "bulk_detail", job)
    try:
        job = services.undo(job, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect(page)
    if job.state == BulkState.UNDOING:
        transaction.on_commit(partial(ring_bulk, job), robust=True)
        return redirect(page)
    notify(request, telling.undone(job))
    return redirect(page if job.restored < job.changed else return_address(request, default=page))


def _report(request: FirmRequest, job: BulkJob) -> HttpResponse:
    """Progress while it runs, then what became of everybody. Whoever asks rings again for a job that is stuck."""
    if services.is_lost(job, at=timezone.now()):
        ring_bulk(job)
    is_busy = job.state in services.UNDER_WAY
    context: dict[str, Any] = {
        "job": job,
        "told": telling.sentence(job),
        "is_busy": is_busy,
        "to_do": job.changed if job.state == BulkState.UNDOING else job.total,
        "left_out": [] if is_busy else telling.left_out(job),
        "rows": [] if is_busy else queries.rows(job, request.membership),
        "most_rows": queries.MOST_ROWS,
        "may_undo": telling.may_undo(job, request.membership),
        "may_stop": job.state in (BulkState.QUEUED, BulkState.RUNNING),
        "back": _back(request),
    }
    return page_or_partial(request, "clients/bulk_detail.html", "clients/_bulk_detail.html", context)


def _job(request: FirmRequest, pk: int) -> BulkJob:
    job = queries.jobs_of(request.membership).filter(pk=pk).first()
    is_own = job is not None and (job.state != BulkState.DRAFT or job.by_id == request.membership.pk)
    if job is None or not is_own or queries.action_of(job) is None:
        raise Http404
    return job


def _permitted(request: FirmRequest, job: BulkJob) -> BulkAction:
    action = actions()[job.action]
    if not request.membership.can(action.permission):
        raise PermissionDenied
    return action


def _said(request: FirmRequest, action: BulkAction) -> dict[str, str]:
    """What the button said already is not asked again."""
    names = action.parse(None, request.membership).fields
    return {name: request.POST[name] for name in names if name in request.POST}


def _is_answered(request: FirmRequest, action: BulkAction) -> bool:
    """Whether the address says all that the action needs."""
    names = action.parse(None, request.membership).fields
    return all(name in request.GET for name in names)


def _back(request: FirmRequest) -> str:
    return return_address(request, default=_list(request))


def _list(request: FirmRequest) -> str:
    return reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})


def _address(request: FirmRequest, view: str, job: BulkJob) -> str:
    return reverse(f"clients:{view}", kwargs={"firm_slug": request.firm.slug, "pk": job.pk})
