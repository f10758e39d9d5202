"""+ Nuovo → Mail on the page of a client, and what became of it (STY-37 … STY-39)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from clients.queries import visible_clients
from communications import queries, services
from communications.forms.client_mails import ClientMailForm, StartForm
from communications.letters import filled
from communications.models import ClientMail
from tenants.answers import address, is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify

DETAIL = "communications:client_mail_detail"


@requires(Permission.EDIT_CLIENTS)
def client_mail_create(request: FirmRequest, client_pk: int) -> HttpResponse:
    """Free, or from a template whose words are this client's already."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    start = StartForm(request.GET)
    posted = request.POST if request.method == "POST" else None
    form = ClientMailForm(posted, request.FILES or None, client=client, initial=_beginning(request, client, start))
    sent: list[ClientMail] = []

    def send() -> None:
        sent.append(services.send_client_mail(client, form.new(), by=request.membership, at=timezone.now()))

    if posted is not None and form.is_valid() and is_saved(form, send, names={"files": "enclosed"}):
        undo = address(request, "communications:client_mail_cancel", pk=sent[0].pk)
        notify(request, _("The mail is on its way to %(recipient)s.") % {"recipient": sent[0].recipient}, undo=undo)
        return HttpResponseRedirect(address(request, "clients:client_timeline", pk=client_pk))
    context = {"form": form, "start": start, "client": client, "addresses": queries.addresses_of(client)}
    return page_or_partial(
        request, "communications/client_mail_create.html", "communications/_client_mail_form.html", context
    )


def _beginning(request: FirmRequest, client: Client, start: StartForm) -> dict[str, Any]:
    template = start.chosen()
    if template is None:
        return {}
    subject, text = filled(template, client, on=local_today(request.firm), by=request.membership)
    return {"subject": subject, "text": text}


@requires(Permission.VIEW_CLIENTS)
def client_mail_detail(request: FirmRequest, pk: int) -> HttpResponse:
    context = {"mail": _visible(request, pk), "may_edit": request.membership.can(Permission.EDIT_CLIENTS)}
    return render(request, "communications/client_mail_detail.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def client_mail_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    """Called back, as long as it has not left."""
    mail = _visible(request, pk)
    return performed(
        request,
        lambda: services.cancel_client_mail(mail, by=request.membership),
        told=_("The mail will not be sent."),
        back=address(request, DETAIL, pk=pk),
    )


def _visible(request: FirmRequest, pk: int) -> ClientMail:
    return get_object_or_404(queries.visible_client_mails(request.membership), pk=pk)
