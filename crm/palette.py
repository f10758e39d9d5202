"""The search of the whole product: in the command palette, and as a page of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from clients import own_sources, search_sources
from clients.models import Client
from clients.queries import visible_clients
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial

RECENT, ON_A_PAGE = 5, 30
LONGEST_TEXT = 100
A_MONTH = 30 * 24 * 60 * 60
Handler = Callable[[HttpRequest], HttpResponseBase]


@requires(Permission.VIEW_CLIENTS)
def palette(request: FirmRequest) -> HttpResponse:
    """The clients last opened, or what is found, kind by kind; pages and actions the palette knows by itself."""
    text = _text(request)
    found = search_sources.find(request.membership, text) if text else []
    clients = visible_clients(request.membership).select_related("status")
    recent = [] if text else own_sources.hits_of(recent_clients(request.membership, clients))
    return render(request, "crm/_palette.html", {"text": text, "recent": recent, "found": found})


@requires(Permission.VIEW_CLIENTS)
def search(request: FirmRequest) -> HttpResponse:
    """The same as a page: for who has no script, and for more than the palette has room for."""
    text = _text(request)
    found = search_sources.find(request.membership, text, most=ON_A_PAGE) if text else []
    clients = visible_clients(request.membership).select_related("status")
    recent = [] if text else own_sources.hits_of(recent_clients(request.membership, clients))
    context = {"text": text, "recent": recent, "found": found}
    return page_or_partial(request, "crm/search.html", "crm/_search.html", context)


def _text(request: FirmRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT]


def recent_clients(membership: Membership, clients: QuerySet[Client]) -> list[Client]:
    """Those of ``clients`` that the member opened last, the latest first."""
    keys = _recent_keys(membership)
    by_key = clients.in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]


class RecentClientsMiddleware:
    """Remembers which client's page a member has opened; in the cache, since losing it costs nobody anything."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.view_name == "clients:client_detail" and response.status_code == 200:
            _remember(request.membership, match.kwargs["pk"])  # type: ignore[attr-defined]
        return response


def _remember(membership: Membership, key: int) -> None:
    others = [other for other in _recent_keys(membership) if other != key]
    cache.set(_cache_key(membership), [key, *others][:RECENT], A_MONTH)


def _recent_keys(membership: Membership) -> list[int]:
    keys: list[int] = cache.get(_cache_key(membership), [])
    return keys


def _cache_key(membership: Membership) -> str:
    return f"recent-clients:{membership.firm_id}:{membership.pk}"
