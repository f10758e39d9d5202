"""The outbox; the services that a firm proposes, and to whom."""

from __future__ import annotations

from communications.models.mail import OutgoingMail
from communications.models.opportunities import ClientOpportunity, ServiceOpportunity

__all__ = ["ClientOpportunity", "OutgoingMail", "ServiceOpportunity"]
