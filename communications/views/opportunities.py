"""A service proposed to a client: proposed, annotated, closed with an outcome, open again (SIS-39, O-46)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.queries import visible_clients
from communications import queries, services
from communications.forms.opportunities import AnnotateForm, CellForm, CloseForm, OpenForm
from communications.models import ClientOpportunity
from tenants.answers import address, is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify, notify_error

DETAIL = "communications:opportunity_detail"


@requires(Permission.EDIT_CLIENTS)
def opportunity_create(request: FirmRequest, client_pk: int) -> HttpResponse:
    """Propose a service to one client."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = OpenForm(request.POST or None, request.membership, client=client)

    def propose() -> None:
        said = form.cleaned_data
        services.open_opportunity(
            client, said["opportunity"], notes=said["notes"], by=request.membership, at=timezone.now()
        )

    back = address(request, "clients:client_detail", pk=client_pk)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, propose):
        notify(request, _("“%(service)s” is open.") % {"service": form.cleaned_data["opportunity"]})
        return HttpResponseRedirect(back)
    context = {"form": form, "client": client, "back": back}
    return page_or_partial(
        request, "communications/opportunity_create.html", "communications/_opportunity_form.html", context
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def opportunity_propose(request: FirmRequest) -> HttpResponse:
    """One click on a white cell of the matrix; the undo takes it away again."""
    back = return_address(request, default=f"{address(request, 'clients:client_list')}?show=services")
    form = CellForm(request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(back)
    client = get_object_or_404(visible_clients(request.membership), pk=form.cleaned_data["client"])
    offered = get_object_or_404(queries.services(), pk=form.cleaned_data["service"])
    try:
        row = services.open_opportunity(client, offered, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(back)
    told = _("%(service)s is open for %(client)s.") % {"service": offered, "client": client}
    notify(request, told, undo=address(request, "communications:opportunity_delete", pk=row.pk))
    return HttpResponseRedirect(back)


@requires(Permission.VIEW_CLIENTS)
def opportunity_matrix(request: FirmRequest) -> HttpResponse:
    """Clients against services: a way of showing the client list."""
    return HttpResponseRedirect(f"{address(request, 'clients:client_list')}?show=services")


@requires(Permission.VIEW_CLIENTS)
def opportunity_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """How it stands, its annotations, and what can be done."""
    row = _visible(request, pk)
    may_edit = request.membership.can(Permission.EDIT_CLIENTS)
    posted = request.POST if may_edit and request.method == "POST" else None
    form = AnnotateForm(posted, initial={"notes": row.notes, "version": row.version})

    def annotate() -> None:
        said = form.cleaned_data
        services.annotate_opportunity(row, notes=said["notes"], version=said["version"], by=request.membership)

    if posted is not None and form.is_valid() and is_saved(form, annotate):
        notify(request, _("The annotations are saved."))
        return HttpResponseRedirect(request.path)
    closing = CloseForm(initial={"on": local_today(request.firm)})
    context = {"row": row, "form": form, "closing": closing, "may_edit": may_edit}
    return page_or_partial(
        request, "communications/opportunity_detail.html", "communications/_annotations_form.html", context
    )


@requires(Permission.EDIT_CLIENTS)
def opportunity_close(request: FirmRequest, pk: int) -> HttpResponse:
    """Chiudi, with the outcome; the undo opens it again."""
    row = _visible(request, pk)
    form = CloseForm(request.POST or None, initial={"on": local_today(request.firm)})

    def close() -> None:
        services.close_opportunity(row, form.ending(), by=request.membership, at=timezone.now())

    if request.method == "POST" and form.is_valid() and is_saved(form, close):
        notify(request, _("Closed."), undo=address(request, "communications:opportunity_reopen", pk=pk))
        return HttpResponseRedirect(address(request, DETAIL, pk=pk))
    context = {"form": form, "row": row}
    return page_or_partial(request, "communications/opportunity_close.html", "communications/_close_form.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def opportunity_reopen(request: FirmRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    return performed(
        request,
        lambda: services.reopen_opportunity(row, by=request.membership),
        told=_("“%(service)s” is open.") % {"service": row.opportunity},
        back=address(request, DETAIL, pk=pk),
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def opportunity_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """It was proposed by mistake."""
    row = _visible(request, pk)
    back = address(request, "clients:client_detail", pk=row.client_id)
    return performed(
        request,
        lambda: services.delete_opportunity(row, by=request.membership),
        told=_("“%(service)s” was taken away.") % {"service": row.opportunity},
        back=back,
    )


def _visible(request: FirmRequest, pk: int) -> ClientOpportunity:
    return get_object_or_404(queries.visible_opportunities(request.membership), pk=pk)
