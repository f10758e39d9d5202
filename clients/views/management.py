"""Events of management systems from a file (O-54): handed in, entered at once, each refused row named."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from clients.enums import ManagementKind
from clients.forms.management import ManagementFileForm
from clients.imports.jobs import may_be_undone
from clients.management_files.kind import EVENTS
from clients.models import ImportJob
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.formatting import number
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "clients/management_import.html", "clients/_management_import.html"


@requires(Permission.IMPORT_CLIENTS)
def management_import(request: FirmRequest) -> HttpResponse:
    """What the file told stands on the page of its import, with what could not be used, and can be taken back."""
    form = ManagementFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = EVENTS.import_file(file.file, name=file.name, by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            form.add_error("file", refusal.messages)
        else:
            return _told(request, job)
    context: dict[str, Any] = {"form": form, "kinds": [kind.label for kind in ManagementKind]}
    return page_or_partial(request, PAGE, PART, context)


def _told(request: FirmRequest, job: ImportJob) -> HttpResponse:
    place = {"firm_slug": request.firm.slug, "pk": job.pk}
    undo = reverse("clients:import_undo", kwargs=place) if may_be_undone(job) else ""
    entered = ngettext("%(count)s event has been entered.", "%(count)s events have been entered.", job.created)
    notify(request, entered % {"count": number(job.created)}, undo=undo)
    return redirect(reverse("clients:import_detail", kwargs=place))
