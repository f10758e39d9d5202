"""The outbox; the services that a firm proposes, and to whom; to whom it writes."""

from __future__ import annotations

from communications.models.mail import OutgoingMail
from communications.models.opportunities import ClientOpportunity, ServiceOpportunity
from communications.models.recipients import Enablement, MailSettings, Suppression

__all__ = [
    "ClientOpportunity",
    "Enablement",
    "MailSettings",
    "OutgoingMail",
    "ServiceOpportunity",
    "Suppression",
]
