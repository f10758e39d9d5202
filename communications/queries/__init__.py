"""How the outbox and service opportunities are read."""

from __future__ import annotations

from communications.queries.communications import (
    STALE,
    addresses_in,
    audience_of,
    counts_by_state,
    in_state,
    is_current,
    reasons_of,
    runs_of,
    sharing_an_address,
    visible_communications,
    with_staleness,
)
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
    "STALE",
    "addresses_in",
    "audience_of",
    "counts_by_state",
    "in_state",
    "is_current",
    "reasons_of",
    "runs_of",
    "sharing_an_address",
    "visible_communications",
    "with_staleness",
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
