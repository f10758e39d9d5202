"""The whole firm as one file: ask, wait, download."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients.exports import progress, queries, services
from clients.exports.writers import as_attachment
from clients.models import ExportJob
from clients.tasks import ring_export
from tenants.archive.contents import left_out
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.htmx import page_or_partial
from web.toasts import notify_error

SHOWN = 10


@requires(Permission.EXPORT_FIRM)
def firm_export(request: FirmRequest) -> HttpResponse:
    """What such a file holds, and those of the last days."""
    jobs = list(queries.firm_exports_of(request.membership)[:SHOWN])
    progress.look_at(jobs)
    context = {"jobs": jobs, "is_busy": any(job.state in services.OPEN for job in jobs), "left_out": left_out()}
    return page_or_partial(request, "clients/firm_export.html", "clients/_firm_export_list.html", context)


@requires(Permission.EXPORT_FIRM)
@recently_confirmed
@require_POST
def firm_export_create(request: FirmRequest) -> HttpResponse:
    try:
        ring_export(services.ask_for_firm(by=request.membership))
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    return redirect(_address(request))


@requires(Permission.EXPORT_FIRM)
def firm_export_file(request: FirmRequest, pk: int) -> HttpResponse:
    """The finished file, as a stream: it may be large."""
    job: ExportJob = get_object_or_404(queries.firm_exports_of(request.membership), pk=pk)
    try:
        file = services.content_of(job)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect(_address(request))
    name = f"{request.firm.slug} {job.created_at:%Y-%m-%d}.zip"
    # It is packed already.
    headers = {**as_attachment(name), "Content-Encoding": "identity"}
    return cast("HttpResponse", FileResponse(file, content_type="application/zip", headers=headers))


@requires(Permission.EXPORT_FIRM)
@require_POST
def firm_export_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    job: ExportJob = get_object_or_404(queries.firm_exports_of(request.membership), pk=pk)
    try:
        services.cancel(job)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    return redirect(_address(request))


def _address(request: FirmRequest) -> str:
    return reverse("clients:firm_export", kwargs={"firm_slug": request.firm.slug})
