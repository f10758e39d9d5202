"""Settings: the firm's own fields (Impostazioni → Campi utente, SIS-16 … SIS-18)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import lists, queries, services
from clients.forms.choices import MoveForm
from clients.forms.custom import NEW_LIST, CustomFieldForm
from clients.models import CustomField
from clients.services.lists import create_list
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

LIST = "clients:custom_field_list"
PAGE, PART = "clients/custom_field_edit.html", "clients/_custom_field_form.html"


@requires(Permission.CONFIGURE)
def custom_field_list(request: FirmRequest) -> HttpResponse:
    names = {each.key: each.name for each in lists.all_lists()}
    fields = [(field, names.get(field.list_name, "")) for field in queries.custom_fields()]
    return render(request, "clients/custom_field_list.html", {"fields": fields})


@requires(Permission.CONFIGURE)
def custom_field_create(request: FirmRequest) -> HttpResponse:
    form = CustomFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _created(request, form):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["label"]})
        return _to_list(request)
    return page_or_partial(request, PAGE, PART, {"form": form})


@requires(Permission.CONFIGURE)
def custom_field_edit(request: FirmRequest, pk: int) -> HttpResponse:
    field = _field(pk)
    form = CustomFieldForm(request.POST or None, field=field)
    if request.method == "POST" and form.is_valid() and _changed(request, field, form):
        notify(request, _("“%(name)s” has been saved.") % {"name": field})
        return _to_list(request)
    return page_or_partial(request, PAGE, PART, {"form": form, "field": field})


@requires(Permission.CONFIGURE)
@require_POST
def custom_field_activate(request: FirmRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, active=True)


@requires(Permission.CONFIGURE)
@require_POST
def custom_field_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    """It leaves every page; the values stay for the day it returns."""
    return _switch(request, pk, active=False)


@requires(Permission.CONFIGURE)
@require_POST
def custom_field_move(request: FirmRequest, pk: int) -> HttpResponse:
    field, form = _field(pk), MoveForm(request.POST)
    if form.is_valid():
        services.move_custom_field(field, steps=form.steps(), by=request.membership)
    return _to_list(request)


@requires(Permission.CONFIGURE)
@require_POST
def custom_field_delete(request: FirmRequest, pk: int) -> HttpResponse:
    field = _field(pk)
    return performed(
        request,
        lambda: services.delete_custom_field(field, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": field},
        back=address(request, LIST),
    )


def _field(pk: int) -> CustomField:
    return get_object_or_404(queries.custom_fields(), pk=pk)


def _to_list(request: FirmRequest) -> HttpResponse:
    return HttpResponseRedirect(address(request, LIST))


def _switch(request: FirmRequest, pk: int, *, active: bool) -> HttpResponse:
    field = _field(pk)
    services.change_custom_field(field, {"active": active}, by=request.membership)
    told = _("“%(name)s” is shown again.") if active else _("“%(name)s” is no longer shown; its values are kept.")
    other = "clients:custom_field_deactivate" if active else "clients:custom_field_activate"
    notify(request, told % {"name": field}, undo=address(request, other, pk=pk))
    return _to_list(request)


def _created(request: FirmRequest, form: CustomFieldForm) -> bool:
    values: dict[str, Any] = dict(form.cleaned_data)
    entries = values.pop("entries")

    def create() -> None:
        with transaction.atomic():
            if values["list_name"] == NEW_LIST:
                values["list_name"] = create_list(values["label"], by=request.membership, entries=entries).key
            services.create_custom_field(CustomField(**values), by=request.membership)

    return is_saved(form, create)


def _changed(request: FirmRequest, field: CustomField, form: CustomFieldForm) -> bool:
    return is_saved(form, lambda: services.change_custom_field(field, form.cleaned_data, by=request.membership))
