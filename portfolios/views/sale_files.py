"""The import of sales as pages: a file in; columns, check and report are those of every import (clients/imports)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from clients.imports import jobs
from portfolios.forms.sales import SaleFileForm
from portfolios.sale_files.columns import PARTS
from portfolios.sale_files.kind import SALES
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial


@requires(Permission.ENTER_SALES)
def sale_import(request: FirmRequest) -> HttpResponse:
    form = SaleFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = jobs.hand_in(file.file, name=file.name, by=request.membership, at=timezone.now(), kind=SALES)
        except ValidationError as refusal:
            form.add_error("file", refusal.messages)
        else:
            named = {"firm_slug": request.firm.slug, "pk": job.pk}
            return HttpResponseRedirect(reverse("clients:import_detail", kwargs=named))
    context = {"form": form, "columns": PARTS.told()}
    return page_or_partial(request, "portfolios/sale_import.html", "portfolios/sale_import.html", context)
