"""AZIONI: what can be done for a client, on one page; and his sheet, Dettaglio cliente (SIS-23, SIS-39)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify

from clients import detail
from clients.models import Client
from clients.views.heads import client_head, visible_client
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires


@requires(Permission.VIEW_CLIENTS)
def client_actions(request: FirmRequest, pk: int) -> HttpResponse:
    """Higher apps show theirs in the place ``client_actions``."""
    client = visible_client(request, pk)
    return render(
        request, "clients/client_actions.html", client_head(request, client, current="clients:client_actions")
    )


@requires(Permission.VIEW_CLIENTS)
def client_sheet(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    context = client_head(request, client, current="") | {"detail": _detail(request, client)}
    return render(request, "clients/client_sheet.html", context)


@requires(Permission.VIEW_CLIENTS)
def client_sheet_pdf(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    made = detail.pdf(_detail(request, client), at=timezone.now())
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slugify(client.name) or client.pk}.pdf"'
    return answer


def _detail(request: FirmRequest, client: Client) -> detail.Detail:
    return detail.detail_of(client, request.membership, today=local_today(request.firm))
