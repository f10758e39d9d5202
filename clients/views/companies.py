"""A company from within: its people, and the group that it belongs to (STY-03, STY-06)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clients import company_tree
from clients.enums import ClientKind
from clients.views.heads import client_head, visible_client
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires


@requires(Permission.VIEW_CLIENTS)
def client_company(request: FirmRequest, pk: int) -> HttpResponse:
    company = visible_client(request, pk)
    if company.kind != ClientKind.COMPANY:
        raise Http404
    new = reverse("clients:client_create", kwargs={"firm_slug": request.firm.slug})
    context = client_head(request, company, current="clients:client_company") | {
        "contacts": list(company_tree.contacts_of(company, request.membership)[: company_tree.MOST]),
        "former": list(company_tree.former_links(company, request.membership)[: company_tree.MOST]),
        "branches": company_tree.group_of(company, request.membership),
        "new_contact": f"{new}?company={company.pk}",
        "new_below": f"{new}?parent_company={company.pk}",
    }
    return render(request, "clients/client_company.html", context)
