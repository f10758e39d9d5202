"""The filter builder: as a page of the client list, and the part that any page with a builder swaps."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients.builder import Bracket, apply_action, from_document, from_post, is_structural
from clients.builder.checking import check
from clients.catalogue import fields
from clients.filters.parsing import parse, to_json
from clients.filters.refusals import FilterInvalid
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.documents import read_json


@requires(Permission.VIEW_CLIENTS)
def client_filter(request: FirmRequest) -> HttpResponse:
    """Build the filter of the client list; applying it leads to the list with the filter in its address."""
    builder = _posted(request) if request.method == "POST" else _in_address(request)
    if request.method == "POST" and not is_structural(request.POST.get("do", "")):
        expression = check(builder, lambda document: parse(document, fields()))
        if expression is not None:
            return _to_list(request, json.dumps(to_json(expression)))
        return render(request, "clients/client_filter.html", {"builder": builder}, status=422)
    return render(request, "clients/client_filter.html", {"builder": builder})


@requires(Permission.VIEW_CLIENTS)
@require_POST
def filter_builder(request: FirmRequest) -> HttpResponse:
    """The builder after one of its buttons; nothing is saved."""
    response = render(request, "clients/_filter_form.html", {"builder": _posted(request)})
    response.headers["HX-Trigger"] = "filter-changed"
    return response


def _posted(request: FirmRequest) -> Bracket:
    return apply_action(from_post(request.POST), request.POST.get("do", ""))


def _in_address(request: FirmRequest) -> Bracket:
    """The filter that the list has now; one that cannot be read begins anew."""
    try:
        return from_document(to_json(parse(read_json(request.GET.get("filter", "")), fields())))
    except (ValueError, FilterInvalid):
        return from_document(None)


def _to_list(request: FirmRequest, document: str) -> HttpResponse:
    """The list as it was, with this filter."""
    address, query = reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug}), request.GET.copy()
    query.pop("cursor", None)
    query["filter"] = document
    return redirect(f"{address}?{query.urlencode()}")
