"""How commercial activities are read (IFY-49 … IFY-51)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clients.models import Client
from clients.queries import of_found_clients
from clients.visibility import of_visible_clients
from outcomes.models import Activity, ActivityKind, Fulfilment
from outcomes.queries.storico import midnight
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
    return rows.annotate(action_count=_actions())


def activities(membership: Membership, wanted: Mapping[str, Any]) -> QuerySet[Activity]:
    """Those that fit: client, kind, status and since when, who follows it; open ones unless asked for more."""
    rows = visible_activities(membership)
    rows = rows.filter(**{name: wanted[name] for name in ("kind", "status", "owner") if name in wanted})
    show = wanted.get("show", "open")
    if show != "all":
        rows = rows.filter(closed_at__isnull=show == "open")
    if "search" in wanted:
        rows = rows.filter(of_found_clients(membership, wanted["search"]))
    if "since" in wanted:
        rows = rows.filter(status_at__gte=midnight(wanted["since"]))
    if "until" in wanted:
        rows = rows.filter(status_at__lt=midnight(wanted["until"] + timedelta(days=1)))
    return rows


def _actions() -> Coalesce:
    """How many stand recorded with the activity; counted for the rows that are shown alone."""
    own = Fulfilment.objects.filter(firm_id=OuterRef("firm_id"), activity=OuterRef("pk"), undone_at__isnull=True)
    counted = own.order_by().values("activity_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def open_activities_of(client: Client) -> QuerySet[Activity]:
    rows: QuerySet[Activity] = Activity.objects.select_related("kind", "status", "owner").filter(
        client=client, closed_at__isnull=True
    )
    return rows.order_by("opened_at", "id")
