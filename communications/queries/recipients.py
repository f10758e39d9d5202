"""How it is read to whom the firm may write."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from clients.enums import ClientState
from clients.models import Client, Email
from clients.queries import visible_clients
from communications.addresses import must_choose
from communications.models import MailSettings, Suppression
from tenants.models import Membership

NOT_CONFIGURED = {"field": "email_enabled", "op": "empty"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Of the active clients whom the member sees, how many can be written to, and what the others lack."""

    enabled: int
    disabled: int
    not_configured: int
    to_choose: int
    without_address: int


def mail_settings() -> MailSettings:
    """The firm's, or those of a firm that never set any."""
    found: MailSettings | None = MailSettings.objects.first()
    return found or MailSettings()


def active_clients(member: Membership) -> QuerySet[Client]:
    return visible_clients(member).filter(state=ClientState.ACTIVE)


def standing(member: Membership) -> Standing:
    """In one statement."""
    counted = active_clients(member).aggregate(
        enabled=Count("pk", filter=Q(mail_enablement__enabled=True)),
        disabled=Count("pk", filter=Q(mail_enablement__enabled=False)),
        not_configured=Count("pk", filter=Q(mail_enablement__isnull=True)),
        to_choose=Count("pk", filter=must_choose()),
        without_address=Count("pk", filter=~Q(pk__in=Email.objects.values("client_id"))),
    )
    return Standing(**counted)


def clients_to_choose_for(member: Membership) -> QuerySet[Client]:
    """Who has several addresses and none chosen (SIS-21), each with his addresses."""
    return active_clients(member).filter(must_choose()).prefetch_related("emails")


def suppressions() -> QuerySet[Suppression]:
    rows: QuerySet[Suppression] = Suppression.objects.select_related("client", "by")
    return rows
