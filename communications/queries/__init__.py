"""How the outbox and service opportunities are read."""

from __future__ import annotations

from communications.queries.mail import mail_counts, outgoing_mails
from communications.queries.opportunities import (
    current_ones,
    offered_services,
    opportunities_of,
    services,
    services_with_counts,
    visible_opportunities,
)
from communications.queries.recipients import (
    NOT_CONFIGURED,
    Standing,
    active_clients,
    clients_to_choose_for,
    mail_settings,
    standing,
    suppressions,
)

__all__ = [
    "NOT_CONFIGURED",
    "Standing",
    "active_clients",
    "clients_to_choose_for",
    "mail_settings",
    "standing",
    "suppressions",
    "current_ones",
    "mail_counts",
    "offered_services",
    "opportunities_of",
    "outgoing_mails",
    "services",
    "services_with_counts",
    "visible_opportunities",
]
