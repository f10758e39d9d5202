"""What the command palette finds: the clients last opened, clients and groups by name. Pages and actions it knows."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from clients.models import Client
from clients.queries import search_clients, visible_clients
from groups.models import Group
from groups.queries import active_groups
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires

CLIENTS, GROUPS, RECENT = 8, 4, 5
LONGEST_TEXT = 100
A_MONTH = 30 * 24 * 60 * 60
Handler = Callable[[HttpRequest], HttpResponseBase]


@requires(Permission.VIEW_CLIENTS)
def palette(request: FirmRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    clients = visible_clients(request.membership).select_related("status")
    found = {
        "recent": [] if text else recent_clients(request.membership, clients),
        "clients": search_clients(clients, text).order_by("name_key", "pk")[:CLIENTS] if text else [],
        "groups": _groups(request.membership, text),
    }
    return render(request, "crm/_palette.html", found)


def _groups(membership: Membership, text: str) -> QuerySet[Group]:
    if not text or not membership.can(Permission.VIEW_GROUPS):
        return Group.objects.none()
    return active_groups().filter(name__icontains=text).order_by("name", "pk")[:GROUPS]


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
