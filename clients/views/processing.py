"""Settings: the register of processing activities, prefilled (GDPR, art. 30)."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import processing
from clients.forms.processing import ProcessingForm, RegisterForm
from clients.models import Processing
from clients.services.processing import change_processing, create_processing, delete_processing, set_register
from clients.tables import table_answer
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

LIST = "clients:processing_list"
PAGE, PART = "clients/processing_edit.html", "clients/_processing_form.html"


@requires(Permission.PROTECT_PERSONS)
def processing_list(request: FirmRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None, row=processing.register_of_firm())
    save = partial(set_register, by=request.membership)
    if request.method == "POST" and form.is_valid() and is_saved(form, lambda: save(form.cleaned_data)):
        notify(request, _("The register has been saved."))
        return HttpResponseRedirect(address(request, LIST))
    rows = [
        (row, processing.categories_of(row), processing.periods_of(row))
        for row in Processing.objects.order_by("position", "id")
    ]
    context = {"form": form, "rows": rows}
    return page_or_partial(request, "clients/processing_list.html", "clients/_register_form.html", context)


@requires(Permission.PROTECT_PERSONS)
def processing_export(request: FirmRequest) -> HttpResponse:
    """As it is to be shown to the authority; ``?format=`` csv or xlsx."""
    kind = request.GET.get("format", "")
    return table_answer(_("register of processing"), processing.heads(), processing.lines(), kind=kind)


@requires(Permission.PROTECT_PERSONS)
def processing_create(request: FirmRequest) -> HttpResponse:
    form = ProcessingForm(request.POST or None)
    save = partial(create_processing, by=request.membership)
    if request.method == "POST" and form.is_valid() and is_saved(form, lambda: save(form.cleaned_data)):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, LIST))
    return page_or_partial(request, PAGE, PART, {"form": form})


@requires(Permission.PROTECT_PERSONS)
def processing_edit(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Processing, pk=pk)
    form = ProcessingForm(request.POST or None, row=row)
    save = partial(change_processing, row, by=request.membership)
    if request.method == "POST" and form.is_valid() and is_saved(form, lambda: save(form.cleaned_data)):
        notify(request, _("“%(name)s” has been saved.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, LIST))
    context = {"form": form, "row": row, "categories": processing.categories_of(row)}
    return page_or_partial(request, PAGE, PART, context | {"periods": processing.periods_of(row)})


@requires(Permission.PROTECT_PERSONS)
@require_POST
def processing_delete(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Processing, pk=pk)
    return performed(
        request,
        lambda: delete_processing(row, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": row},
        back=address(request, LIST),
    )
