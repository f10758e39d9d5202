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

__all__ = [
    "current_ones",
    "mail_counts",
    "offered_services",
    "opportunities_of",
    "outgoing_mails",
    "services",
    "services_with_counts",
    "visible_opportunities",
]
