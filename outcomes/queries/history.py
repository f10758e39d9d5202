"""Storico: what was recorded, as far as one may see it (IFY-04)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from clients.visibility import of_visible_clients
from outcomes.models import Fulfilment
from scheduling.models import Appointment
from tenants.models import Membership
from tenants.permissions import Permission


def visible_fulfilments(membership: Membership) -> QuerySet[Fulfilment]:
    """Those of the clients one sees, and what one recorded oneself; those undone too."""
    rows: QuerySet[Fulfilment] = Fulfilment.objects.select_related(
        "client", "type", "outcome", "author", "to_status", "appointment"
    )
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return rows
    return rows.filter(Q(author=membership) | of_visible_clients(membership))


def history(membership: Membership) -> QuerySet[Fulfilment]:
    """What is in force."""
    return visible_fulfilments(membership).filter(undone_at__isnull=True)


def fulfilment_of(appointment: Appointment) -> Fulfilment | None:
    """The one in force, with what its panel tells."""
    found: Fulfilment | None = (
        Fulfilment.objects.select_related(
            "outcome", "author", "from_status", "to_status", "follow_up__type", "activity__kind"
        )
        .filter(appointment=appointment, undone_at__isnull=True)
        .first()
    )
    return found
