"""Settings → Portafogli: the ten typologies (GAT-01, GAT-09 … GAT-11, GAT-21). No page makes an eleventh."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portfolios import queries, services
from portfolios.forms.typologies import TypologyForm
from portfolios.models import Typology
from portfolios.views.answers import address, setting_tabs
from tenants.answers import is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

PAGE, PART = "portfolios/typology_edit.html", "portfolios/_typology_form.html"


@requires(Permission.CONFIGURE)
def typology_list(request: FirmRequest) -> HttpResponse:
    context = {"typologies": queries.counted_typologies(), "tabs": setting_tabs(request, "typology_list")}
    return render(request, "portfolios/typology_list.html", context)


@requires(Permission.CONFIGURE)
def typology_edit(request: FirmRequest, pk: int) -> HttpResponse:
    """Name and description; the levels have a page of their own."""
    typology = get_object_or_404(Typology, pk=pk)
    form = TypologyForm(request.POST or None, typology=typology)
    if request.method == "POST" and form.is_valid():
        values, version = form.values(), form.cleaned_data["version"]
        if is_saved(
            form,
            lambda: services.edit_typology(typology, values, by=request.membership, at=timezone.now(), version=version),
        ):
            notify(request, _("“%(name)s” has been saved.") % {"name": form.cleaned_data["name"]})
            return HttpResponseRedirect(address(request, "typology_list"))
    return page_or_partial(request, PAGE, PART, {"form": form, "typology": typology})


@requires(Permission.CONFIGURE)
@require_POST
def typology_activate(request: FirmRequest, pk: int) -> HttpResponse:
    typology = get_object_or_404(Typology, pk=pk)
    return performed(
        request,
        lambda: services.activate_typology(typology, by=request.membership, at=timezone.now()),
        told=_("“%(name)s” is active: its fields and pages are there at once, its levels after the night.")
        % {"name": typology},
        undo=address(request, "typology_deactivate", pk=pk),
        back=address(request, "typology_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def typology_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    typology = get_object_or_404(Typology, pk=pk)
    return performed(
        request,
        lambda: services.deactivate_typology(typology, by=request.membership, at=timezone.now()),
        told=_("“%(name)s” is hidden. Its data are kept, and return with it.") % {"name": typology},
        undo=address(request, "typology_activate", pk=pk),
        back=address(request, "typology_list"),
    )
