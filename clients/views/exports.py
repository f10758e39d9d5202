"""Exporting what a list shows, or everything: ask, wait, download."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import presenting
from clients.enums import ExportFormat, ExportScope
from clients.exports import progress, queries, services
from clients.exports.writers import as_attachment
from clients.forms.exports import ExportForm
from clients.forms.listing import ClientFilterSet
from clients.models import ExportJob
from clients.tasks import ring_export
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify_error


@requires(Permission.EXPORT_CLIENTS)
def export_list(request: FirmRequest) -> HttpResponse:
    """The exports of the last days, and a new one of the clients that the address selects."""
    return _page(request, ExportForm())


@requires(Permission.EXPORT_CLIENTS)
@recently_confirmed
@require_POST
def export_create(request: FirmRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    filters = _filters(request)
    asked = presenting.asked(request.GET, request.membership, today=filters.today, view=filters.view)
    try:
        job = services.ask_for_export(
            filters.narrowed,
            format=ExportFormat(form.cleaned_data["format"]),
            scope=ExportScope(form.cleaned_data["scope"]),
            columns=[column.field.name for column in asked.columns],
            ordering=asked.ordering,
            by=request.membership,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _page(request, form)
    ring_export(job)
    return redirect(_address(request, "export_list"))


@requires(Permission.EXPORT_CLIENTS)
def export_file(request: FirmRequest, pk: int) -> HttpResponse:
    """The finished file, once more as long as it is kept."""
    job: ExportJob = get_object_or_404(queries.exports_of(request.membership), pk=pk)
    try:
        file, kind = services.opened(job)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect(_address(request, "export_list"))
    name = f"{_('clients')} {job.created_at:%Y-%m-%d}.{kind.suffix}"
    with file:
        return HttpResponse(file.read(), content_type=kind.content_type, headers=as_attachment(name))


@requires(Permission.EXPORT_CLIENTS)
@require_POST
def export_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    job: ExportJob = get_object_or_404(queries.exports_of(request.membership), pk=pk)
    try:
        services.cancel(job)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    return redirect(_address(request, "export_list"))


def _page(request: FirmRequest, form: ExportForm) -> HttpResponse:
    try:
        page = keyset_page(
            queries.exports_of(request.membership), ordering="-pk", cursor=request.GET.get("page"), size=30
        )
    except InvalidCursorError:
        return HttpResponseBadRequest()
    progress.look_at(page.items)
    context = {
        "form": form,
        "page": page,
        "total": _filters(request).narrowed.order_by().count(),
        "selection": request.GET.urlencode(),
        "is_busy": any(job.state in services.OPEN for job in page.items),
    }
    return page_or_partial(request, "clients/export_list.html", "clients/_export_list.html", context)


def _filters(request: FirmRequest) -> ClientFilterSet:
    return ClientFilterSet(request.GET, request.membership, today=local_today(request.firm))


def _address(request: FirmRequest, view: str) -> str:
    return reverse(f"clients:{view}", kwargs={"firm_slug": request.firm.slug})
