"""Settings → Service opportunities: the catalogue of what the firm proposes (SIS-31, O-40, O-44)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communications import queries, services
from communications.forms.opportunities import MoveForm, ServiceForm
from communications.models import ServiceOpportunity
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

LIST = "communications:service_list"


@requires(Permission.CONFIGURE)
def service_list(request: FirmRequest) -> HttpResponse:
    """Supplied ones and the firm's own, each with what became of it."""
    return render(request, "communications/service_list.html", {"services": list(queries.services_with_counts())})


@requires(Permission.CONFIGURE)
def service_create(request: FirmRequest) -> HttpResponse:
    form = ServiceForm(request.POST or None)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: services.create_service(form.details(), by=request.membership)):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, LIST))
    return page_or_partial(
        request, "communications/service_edit.html", "communications/_service_form.html", {"form": form}
    )


@requires(Permission.CONFIGURE)
def service_edit(request: FirmRequest, pk: int) -> HttpResponse:
    """The firm's own are changed here; a supplied one is read, and copied."""
    service = get_object_or_404(queries.services(), pk=pk)
    form = ServiceForm(request.POST or None, service=service)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: services.edit_service(service, form.details(), by=request.membership)):
        notify(request, _("“%(name)s” has been saved.") % {"name": service.name})
        return HttpResponseRedirect(address(request, LIST))
    context = {"form": form, "service": service}
    return page_or_partial(request, "communications/service_edit.html", "communications/_service_form.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def service_duplicate(request: FirmRequest, pk: int) -> HttpResponse:
    """Duplica e personalizza (O-40)."""
    copy = services.duplicate_service(_service(pk), by=request.membership)
    notify(request, _("This is the copy: change it as you like."))
    return HttpResponseRedirect(address(request, "communications:service_edit", pk=copy.pk))


@requires(Permission.CONFIGURE)
@require_POST
def service_switch(request: FirmRequest, pk: int) -> HttpResponse:
    """Hide or show; the undo is the same button."""
    service = _service(pk)
    active = not service.active
    told = _("“%(name)s” is offered again.") if active else _("“%(name)s” is no longer offered.")
    return performed(
        request,
        lambda: services.set_active(service, active=active, by=request.membership),
        told=told % {"name": service.name},
        undo=address(request, "communications:service_switch", pk=pk),
        back=address(request, LIST),
    )


@requires(Permission.CONFIGURE)
@require_POST
def service_move(request: FirmRequest, pk: int) -> HttpResponse:
    service, form = _service(pk), MoveForm(request.POST)
    if form.is_valid():
        services.move_service(service, steps=form.steps(), by=request.membership)
    return HttpResponseRedirect(address(request, LIST))


@requires(Permission.CONFIGURE)
@require_POST
def service_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """Elimina: one of the firm's own that nobody was offered."""
    service = _service(pk)
    return performed(
        request,
        lambda: services.delete_service(service, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": service.name},
        back=address(request, LIST),
    )


def _service(pk: int) -> ServiceOpportunity:
    return get_object_or_404(queries.services(), pk=pk)
