"""REST of this app."""

from __future__ import annotations

from typing import Any

from communications.api.campaigns import CampaignMemberViewSet, CampaignViewSet
from communications.api.client_mails import ClientMailViewSet
from communications.api.communications import CommunicationViewSet, RunViewSet
from communications.api.mail import MailViewSet
from communications.api.opportunities import ClientOpportunityViewSet, OfAClientViewSet
from communications.api.recipients import EnablementViewSet, MailSettingsViewSet, SuppressionViewSet
from communications.api.services import ServiceOpportunityViewSet
from communications.api.templates import FrameViewSet, TemplateViewSet

RESOURCES: dict[str, type[Any]] = {
    "outgoing-mails": MailViewSet,
    "service-opportunities": ServiceOpportunityViewSet,
    "client-opportunities": ClientOpportunityViewSet,
    "suppressions": SuppressionViewSet,
    "communications": CommunicationViewSet,
    "communication-runs": RunViewSet,
    "campaigns": CampaignViewSet,
    "campaign-members": CampaignMemberViewSet,
    "client-mails": ClientMailViewSet,
    "templates": TemplateViewSet,
    "mail-templates": FrameViewSet,
}

# ``clients/{id}/…/``
OF_A_CLIENT: dict[str, tuple[type[Any], dict[str, str]]] = {
    "opportunities": (OfAClientViewSet, {"get": "list"}),
    "email-enablement": (EnablementViewSet, {"get": "retrieve", "patch": "partial_update"}),
}

# What a firm has one of, by its address.
SINGLE: dict[str, tuple[type[Any], dict[str, str]]] = {
    "mail-settings": (MailSettingsViewSet, {"get": "retrieve", "patch": "partial_update"}),
    "mail-settings/begin": (MailSettingsViewSet, {"post": "begin"}),
    "mail-settings/standing": (MailSettingsViewSet, {"get": "standing"}),
}
