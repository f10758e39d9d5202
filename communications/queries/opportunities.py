"""How services and what clients have of them are read."""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clients.models import Client
from clients.visibility import of_visible_clients
from communications.models import ClientOpportunity, ServiceOpportunity
from tenants.models import Membership


def services() -> QuerySet[ServiceOpportunity]:
    """The catalogue, hidden ones included."""
    found: QuerySet[ServiceOpportunity] = ServiceOpportunity.objects.order_by("position", "id")
    return found


def offered_services() -> QuerySet[ServiceOpportunity]:
    return services().filter(active=True)


def services_with_counts() -> QuerySet[ServiceOpportunity]:
    """Each with how many clients have it open, and how often it was proposed at all."""
    own = ClientOpportunity.objects.filter(opportunity=OuterRef("pk")).order_by().values("opportunity")
    return services().annotate(
        open_count=Coalesce(
            Subquery(own.filter(closed_at__isnull=True).annotate(found=Count("pk")).values("found")), 0
        ),
        total_count=Coalesce(Subquery(own.annotate(found=Count("pk")).values("found")), 0),
    )


def visible_opportunities(membership: Membership) -> QuerySet[ClientOpportunity]:
    """Those of the clients whom the member may see."""
    rows = ClientOpportunity.objects.select_related("client", "opportunity", "opened_by", "closed_by")
    return rows.filter(of_visible_clients(membership))


def opportunities_of(client: Client) -> QuerySet[ClientOpportunity]:
    """Open ones first, then those that were closed last."""
    rows = ClientOpportunity.objects.select_related("opportunity", "opened_by", "closed_by").filter(client=client)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-id")


def current_ones() -> QuerySet[ClientOpportunity]:
    """Of each client and service the one that counts: the open one, else the one that was closed last."""
    same = ClientOpportunity.objects.filter(
        firm_id=OuterRef("firm_id"), client_id=OuterRef("client_id"), opportunity_id=OuterRef("opportunity_id")
    )
    later = same.filter(
        Q(closed_at__isnull=True)
        | Q(closed_at__gt=OuterRef("closed_at"))
        | Q(closed_at=OuterRef("closed_at"), pk__gt=OuterRef("pk"))
    )
    rows: QuerySet[ClientOpportunity] = ClientOpportunity.objects.filter(Q(closed_at__isnull=True) | ~Exists(later))
    return rows
