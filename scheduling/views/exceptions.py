"""A client's exception to the cadence (O-08)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from clients.queries import visible_clients
from scheduling import queries, services
from scheduling.forms import CadenceExceptionForm
from scheduling.forms.refusals import refuse
from scheduling.models import CadenceException
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify


@requires(Permission.SET_CADENCE_EXCEPTION)
def exception_set(request: FirmRequest, client_pk: int) -> HttpResponse:
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    current = queries.exception_of(client, on=local_today(request.firm))
    form = CadenceExceptionForm(request.POST or None, initial=_initial(current))
    if request.method == "POST" and form.is_valid() and _set(request, client, form):
        return HttpResponseRedirect(return_address(request, default=_client_page(request, client)))
    context = {"form": form, "client": client, "exception": current, "plan": queries.plan_of(client)}
    return page_or_partial(request, "scheduling/exception_set.html", "scheduling/_exception_form.html", context)


def _set(request: FirmRequest, client: Client, form: CadenceExceptionForm) -> bool:
    data = form.cleaned_data
    try:
        exception = services.set_cadence_exception(
            client,
            yearly_meetings=data["yearly_meetings"],
            reason=data["reason"],
            ends_on=data["ends_on"],
            by=request.membership,
            at=timezone.now(),
        )
    except ValidationError as refusal:
        refuse(form, refusal)
        return False
    undo = address(request, "scheduling:exception_remove", pk=exception.pk)
    notify(request, _("%(client)s has a cadence of his own now.") % {"client": client}, undo=undo)
    return True


def _initial(exception: CadenceException | None) -> dict[str, Any]:
    if exception is None:
        return {"kind": CadenceExceptionForm.OWN}
    kind = CadenceExceptionForm.OWN if exception.yearly_meetings else CadenceExceptionForm.NONE
    return {
        "kind": kind,
        "yearly_meetings": exception.yearly_meetings,
        "reason": exception.reason,
        "ends_on": exception.ends_on,
    }


@requires(Permission.SET_CADENCE_EXCEPTION)
@require_POST
def exception_remove(request: FirmRequest, pk: int) -> HttpResponse:
    exception = _visible(request, pk)
    return performed(
        request,
        lambda: services.remove_cadence_exception(exception, by=request.membership, at=timezone.now()),
        told=_("Exception removed: the group's number is back in force."),
        undo=address(request, "scheduling:exception_restore", pk=pk),
        back=_client_page(request, exception.client),
    )


@requires(Permission.SET_CADENCE_EXCEPTION)
@require_POST
def exception_restore(request: FirmRequest, pk: int) -> HttpResponse:
    """Undo of a removal."""
    exception = _visible(request, pk)
    return performed(
        request,
        lambda: services.restore_cadence_exception(exception, by=request.membership, at=timezone.now()),
        told=_("The exception is in force again."),
        back=_client_page(request, exception.client),
    )


def _visible(request: FirmRequest, pk: int) -> CadenceException:
    visible = CadenceException.objects.filter(client__in=visible_clients(request.membership))
    exception: CadenceException = get_object_or_404(visible.select_related("client"), pk=pk)
    return exception


def _client_page(request: FirmRequest, client: Client) -> str:
    return address(request, "clients:client_detail", pk=client.pk)
