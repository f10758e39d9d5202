"""Settings: the numbers that the firm follows of its clients from year to year (SIS-11, O-47)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import queries
from clients.forms.choices import MoveForm
from clients.forms.quantities import QuantityForm
from clients.models import Quantity
from clients.services.sublists import change_quantity, create_quantity, delete_quantity, move_quantity
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

LIST = "clients:quantity_list"
PAGE, PART = "clients/quantity_edit.html", "clients/_quantity_form.html"


@requires(Permission.CONFIGURE)
def quantity_list(request: FirmRequest) -> HttpResponse:
    return render(request, "clients/quantity_list.html", {"quantities": queries.quantities()})


@requires(Permission.CONFIGURE)
def quantity_create(request: FirmRequest) -> HttpResponse:
    form = QuantityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = Quantity(**form.cleaned_data)
        if is_saved(form, lambda: create_quantity(row, by=request.membership)):
            notify(request, _("“%(name)s” has been added.") % {"name": row})
            return _to_list(request)
    return page_or_partial(request, PAGE, PART, {"form": form})


@requires(Permission.CONFIGURE)
def quantity_edit(request: FirmRequest, pk: int) -> HttpResponse:
    row = _quantity(pk)
    form = QuantityForm(request.POST or None, row=row)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: change_quantity(row, form.cleaned_data, by=request.membership)):
        notify(request, _("“%(name)s” has been saved.") % {"name": row})
        return _to_list(request)
    return page_or_partial(request, PAGE, PART, {"form": form, "row": row})


@requires(Permission.CONFIGURE)
@require_POST
def quantity_activate(request: FirmRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, active=True)


@requires(Permission.CONFIGURE)
@require_POST
def quantity_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    """It leaves every page; the values stay for the day it returns."""
    return _switch(request, pk, active=False)


@requires(Permission.CONFIGURE)
@require_POST
def quantity_move(request: FirmRequest, pk: int) -> HttpResponse:
    row, form = _quantity(pk), MoveForm(request.POST)
    if form.is_valid():
        move_quantity(row, steps=form.steps(), by=request.membership)
    return _to_list(request)


@requires(Permission.CONFIGURE)
@require_POST
def quantity_delete(request: FirmRequest, pk: int) -> HttpResponse:
    row = _quantity(pk)
    return performed(
        request,
        lambda: delete_quantity(row, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": row},
        back=address(request, LIST),
    )


def _switch(request: FirmRequest, pk: int, *, active: bool) -> HttpResponse:
    row = change_quantity(_quantity(pk), {"active": active}, by=request.membership)
    told = _("“%(name)s” is shown again.") if active else _("“%(name)s” is no longer shown; its values are kept.")
    other = "clients:quantity_deactivate" if active else "clients:quantity_activate"
    notify(request, told % {"name": row}, undo=address(request, other, pk=pk))
    return _to_list(request)


def _quantity(pk: int) -> Quantity:
    return get_object_or_404(queries.quantities(), pk=pk)


def _to_list(request: FirmRequest) -> HttpResponse:
    return HttpResponseRedirect(address(request, LIST))
