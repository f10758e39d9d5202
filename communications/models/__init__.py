"""The outbox; the services that a firm proposes, and to whom; to whom it writes, and with which texts."""

from __future__ import annotations

from communications.models.campaigns import Campaign, CampaignMember
from communications.models.client_mails import ClientMail, MailFile
from communications.models.mail import OutgoingMail
from communications.models.opportunities import ClientOpportunity, ServiceOpportunity
from communications.models.recipients import Enablement, MailSettings, Suppression
from communications.models.sending import AudienceMember, Communication, CommunicationRun
from communications.models.templates import CommunicationTemplate, MailTemplate

__all__ = [
    "AudienceMember",
    "Campaign",
    "CampaignMember",
    "ClientMail",
    "ClientOpportunity",
    "Communication",
    "CommunicationRun",
    "CommunicationTemplate",
    "Enablement",
    "MailFile",
    "MailSettings",
    "MailTemplate",
    "OutgoingMail",
    "ServiceOpportunity",
    "Suppression",
]
