"""Checks as their page and the API read them, and whom one would find today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from clients.models import Client
from clients.queries import visible_clients
from scheduling.checking import Rule
from scheduling.enums import CheckKind, ReminderState
from scheduling.models import Check
from tenants.models import Membership

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Found:
    """One client whom a check finds, and the date that his reminder would have (none: today)."""

    client: Client
    due_on: date


@dataclass(frozen=True, slots=True)
class CheckPreview:
    """How many reminders a check would have today, and the first of them by name."""

    count: int
    sample: Sequence[Found]


def checks() -> QuerySet[Check]:
    """The planning check first, then the firm's own by name; those that were deleted are gone."""
    found: QuerySet[Check] = Check.objects.filter(deleted_at__isnull=True).select_related("firm", "person")
    return found.order_by("-kind", "name", "pk")


def counted_checks() -> QuerySet[Check]:
    """With the number of reminders that each has now."""
    pending = Q(reminders__state__in=[ReminderState.OPEN, ReminderState.SNOOZED])
    return checks().annotate(pending=Count("reminders", filter=pending))


def own_checks() -> QuerySet[Check]:
    return checks().filter(kind=CheckKind.FIELD)


def deleted_checks() -> QuerySet[Check]:
    found: QuerySet[Check] = Check.objects.filter(kind=CheckKind.FIELD, deleted_at__isnull=False)
    return found


def preview_of(rule: Rule, membership: Membership, *, today: date) -> CheckPreview:
    """Of the clients whom the member may see."""
    visible = visible_clients(membership)
    found = rule.found(today).filter(**{f"{rule.client_path}__in": visible.order_by().values("pk")}).distinct()
    clients = visible.filter(pk__in=rule.found(today).values(rule.client_path)).order_by("name_key", "pk")
    shown = {client.pk: client for client in clients[:SAMPLE]}
    dates = found.filter(**{f"{rule.client_path}__in": list(shown)})
    sample = [Found(shown[pk], reference or today) for pk, reference in dates]
    places = {pk: place for place, pk in enumerate(shown)}
    sample.sort(key=lambda one: (places[one.client.pk], one.due_on))
    return CheckPreview(found.count(), sample[:SAMPLE])
