"""How commercial activities are read (IFY-49 … IFY-51)."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from clients.models import Client
from clients.visibility import of_visible_clients
from outcomes.models import Activity, ActivityKind
from tenants.models import Membership
from tenants.permissions import Permission


def activity_kinds() -> QuerySet[ActivityKind]:
    rows: QuerySet[ActivityKind] = ActivityKind.objects.prefetch_related("kind_types__type")
    return rows.order_by("position", "id")


def visible_activities(membership: Membership) -> QuerySet[Activity]:
    """Those of the clients one sees, and those one follows."""
    rows: QuerySet[Activity] = Activity.objects.select_related("client", "kind", "owner", "status")
    if not membership.can(Permission.VIEW_ALL_CLIENTS):
        rows = rows.filter(Q(owner=membership) | of_visible_clients(membership))
    return rows.annotate(
        action_count=Count("fulfilments", filter=Q(fulfilments__undone_at__isnull=True), distinct=True)
    )


def open_activities_of(client: Client) -> QuerySet[Activity]:
    rows: QuerySet[Activity] = Activity.objects.select_related("kind", "status", "owner").filter(
        client=client, closed_at__isnull=True
    )
    return rows.order_by("opened_at", "id")
