"""REST of this app."""

from __future__ import annotations

from typing import Any

from communications.api.mail import MailViewSet
from communications.api.opportunities import ClientOpportunityViewSet, OfAClientViewSet
from communications.api.services import ServiceOpportunityViewSet

RESOURCES: dict[str, type[Any]] = {
    "outgoing-mails": MailViewSet,
    "service-opportunities": ServiceOpportunityViewSet,
    "client-opportunities": ClientOpportunityViewSet,
}

# ``clients/{id}/…/``
OF_A_CLIENT: dict[str, tuple[type[Any], dict[str, str]]] = {"opportunities": (OfAClientViewSet, {"get": "list"})}
