"""Booking links as their makers see them."""

from __future__ import annotations

from django.db.models import QuerySet

from clients.visibility import of_visible_clients
from scheduling.models import BookingLink
from tenants.models import Membership
from tenants.permissions import Permission


def visible_booking_links(membership: Membership) -> QuerySet[BookingLink]:
    """Those of the clients one sees, the latest first."""
    links: QuerySet[BookingLink] = BookingLink.objects.select_related("client", "member", "appointment")
    if not membership.can(Permission.VIEW_ALL_CLIENTS):
        links = links.filter(of_visible_clients(membership))
    return links.order_by("-made_at", "-pk")
