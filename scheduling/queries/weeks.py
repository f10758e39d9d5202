"""Weeks that were planned in one step."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from scheduling.models import PlannedWeeks
from tenants.models import Membership
from tenants.permissions import Permission


def planned_weeks(membership: Membership) -> QuerySet[PlannedWeeks]:
    """One's own and those one made; all for whoever sees every client. The latest first."""
    weeks: QuerySet[PlannedWeeks] = PlannedWeeks.objects.select_related("member").order_by("-at", "-pk")
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return weeks
    return weeks.filter(Q(member=membership) | Q(by=membership))
