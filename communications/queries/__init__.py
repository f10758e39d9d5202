"""How the outbox and service opportunities are read."""

from __future__ import annotations

from communications.queries.campaigns import (
    Results,
    campaigns,
    campaigns_of_client,
    campaigns_with_counts,
    results_of,
    visible_members,
)
from communications.queries.client_mails import addresses_of, visible_client_mails
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
from communications.queries.templates import frames, offered_templates, templates, templates_with_problems

__all__ = [
    "NOT_CONFIGURED",
    "Results",
    "STALE",
    "Standing",
    "active_clients",
    "addresses_in",
    "addresses_of",
    "audience_of",
    "campaigns",
    "campaigns_of_client",
    "campaigns_with_counts",
    "clients_to_choose_for",
    "counts_by_state",
    "current_ones",
    "frames",
    "in_state",
    "is_current",
    "mail_counts",
    "mail_settings",
    "offered_services",
    "offered_templates",
    "opportunities_of",
    "outgoing_mails",
    "reasons_of",
    "results_of",
    "runs_of",
    "services",
    "services_with_counts",
    "sharing_an_address",
    "standing",
    "suppressions",
    "templates",
    "templates_with_problems",
    "visible_client_mails",
    "visible_communications",
    "visible_members",
    "visible_opportunities",
    "with_staleness",
]
