"""The import of opportunities: a file in; columns, check and report are those of every import (clients/imports)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from clients.imports import jobs
from communications.forms.opportunity_files import OpportunityFileForm
from communications.opportunity_files.columns import PARTS
from communications.opportunity_files.kind import OPPORTUNITIES
from tenants.answers import address
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial

PAGE = "communications/opportunity_import.html"


@requires(Permission.IMPORT_CLIENTS)
def opportunity_import(request: FirmRequest) -> HttpResponse:
    form = OpportunityFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = jobs.hand_in(file.file, name=file.name, by=request.membership, at=timezone.now(), kind=OPPORTUNITIES)
        except ValidationError as refusal:
            form.add_error("file", refusal.messages)
        else:
            return HttpResponseRedirect(address(request, "clients:import_detail", pk=job.pk))
    return page_or_partial(request, PAGE, PAGE, {"form": form, "columns": PARTS.told()})
