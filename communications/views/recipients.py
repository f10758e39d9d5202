"""Gestione relazioni clienti: where it begins (SIS-24), and to whom the firm may write."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.queries import visible_clients
from communications import queries, services
from communications.forms.recipients import AddressForm, SendingForm, SuppressionForm
from communications.models import Suppression
from communications.relation_tabs import tabs_of
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify

HUB = "communications:relations"
SUPPRESSED = "communications:suppression_list"
PAGE = 30


@requires(Permission.VIEW_CLIENTS)
def relations(request: FirmRequest) -> HttpResponse:
    """The start page until somebody has pressed its button; then how things stand. Looking changes nothing."""
    settings = queries.mail_settings()
    context: dict[str, Any] = {
        "settings": settings,
        "standing": queries.standing(request.membership),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "may_begin": request.membership.can(Permission.CONFIGURE),
        "may_import": request.membership.can(Permission.IMPORT_CLIENTS),
        "tabs": tabs_of(request),
        "distribution": queries.counts_by_state(queries.visible_communications(request.membership)),
        "not_configured_url": _clients(request, queries.NOT_CONFIGURED),
    }
    page = "communications/relations.html" if settings.begun_at else "communications/relations_start.html"
    return render(request, page, context)


@requires(Permission.CONFIGURE)
@require_POST
def relations_begin(request: FirmRequest) -> HttpResponse:
    return performed(
        request,
        lambda: services.begin(by=request.membership, at=timezone.now()),
        told=_("Every client who is active now may be written to."),
        back=address(request, HUB),
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def client_enable(request: FirmRequest, client_pk: int) -> HttpResponse:
    """One client by hand (SIS-25); ``enabled`` in the form says which way."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    wanted = request.POST.get("enabled") != "no"
    told = _("Communications may be sent to %(client)s.") if wanted else _("No communications go to %(client)s.")
    undo = address(request, "communications:client_enable", client_pk=client.pk)
    return performed(
        request,
        lambda: services.enable_client(client, wanted, by=request.membership, at=timezone.now()),
        told=told % {"client": client},
        undo="" if wanted else undo,
        back=address(request, "clients:client_detail", pk=client.pk),
    )


@requires(Permission.VIEW_CLIENTS)
def address_list(request: FirmRequest) -> HttpResponse:
    """Who has several addresses and none chosen."""
    clients = queries.clients_to_choose_for(request.membership)
    try:
        page = keyset_page(clients, ordering="name_key", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    context = {
        "page": page,
        "total": clients.order_by().count(),
        "tabs": tabs_of(request),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return page_or_partial(request, "communications/address_list.html", "communications/_addresses.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def address_choose(request: FirmRequest, client_pk: int) -> HttpResponse:
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = AddressForm(request.POST, client=client)

    def choose() -> None:
        if form.is_valid():
            chosen = form.cleaned_data["address"]
            services.choose_address(client, chosen, by=request.membership, at=timezone.now())

    told = _("%(client)s is written to at the chosen address.") if form.is_valid() else _("No address was chosen.")
    return performed(
        request, choose, told=told % {"client": client}, back=address(request, "communications:address_list")
    )


@requires(Permission.CONFIGURE)
def sending_settings(request: FirmRequest) -> HttpResponse:
    settings = queries.mail_settings()
    form = SendingForm(request.POST or None, instance=settings)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: services.edit_settings(form.details(), by=request.membership)):
        notify(request, _("The settings are saved."))
        return HttpResponseRedirect(address(request, "communications:sending_settings"))
    context = {"form": form, "tabs": tabs_of(request), "firm": request.firm}
    return page_or_partial(
        request, "communications/sending_settings.html", "communications/_sending_form.html", context
    )


@requires(Permission.CONFIGURE)
def suppression_list(request: FirmRequest) -> HttpResponse:
    """The addresses to which nothing goes, and a field to enter another one."""
    form = SuppressionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_saved(form, lambda: _suppress(request, form)):
        notify(request, _("Nothing is sent to this address any more."))
        return HttpResponseRedirect(address(request, SUPPRESSED))
    try:
        page = keyset_page(queries.suppressions(), ordering="-at", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    context = {"page": page, "form": form, "tabs": tabs_of(request)}
    return page_or_partial(
        request, "communications/suppression_list.html", "communications/_suppressions.html", context
    )


@requires(Permission.CONFIGURE)
@require_POST
def suppression_lift(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Suppression, pk=pk)
    return performed(
        request,
        lambda: services.lift_suppression(row, by=request.membership),
        told=_("The address may be written to again."),
        back=address(request, SUPPRESSED),
    )


def _suppress(request: FirmRequest, form: SuppressionForm) -> None:
    said = form.cleaned_data
    services.enter_suppression(said["address"], note=said["note"], by=request.membership, at=timezone.now())


def _clients(request: FirmRequest, document: object) -> str:
    """The client list, narrowed by a filter."""
    return f"{address(request, 'clients:client_list')}?{urlencode({'filter': json.dumps(document)})}"
