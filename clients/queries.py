"""How clients are read. ``visible_clients`` is the only door to them."""

from __future__ import annotations

from django.db.models import QuerySet

from clients import search, visibility
from clients.models import Client
from tenants.models import Membership
from tenants.permissions import Permission


def visible_clients(membership: Membership) -> QuerySet[Client]:
    """The clients whom the member may see; another one does not exist for him (XCT-01, XCT-02)."""
    clients: QuerySet[Client] = Client.objects.all()
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return clients
    return clients.filter(visibility.seen_by(membership))


def search_clients(clients: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Of ``clients`` those found by parts of the name, e-mail, telephone number, tax code or VAT number."""
    return search.matching(clients, text)
