"""Campaigns: what the firm undertakes over a time, with whom, at what cost, and what they answered (STY-40, GAT-24)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.fields import MoneyField
from clients.models import Client
from communications.enums import CampaignResponse, CampaignState
from communications.models.opportunities import LONGEST_NOTE, ServiceOpportunity
from portfolios.models import Typology
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Campaign(FirmOwned):
    """Campagna: name, period, state, the typology on which it works, and the service that it is about, if any."""

    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])
    state = models.CharField(_("state"), max_length=10, choices=CampaignState.choices, default=CampaignState.PLANNED)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    typology = FirmForeignKey(
        Typology, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("typology")
    )
    opportunity = FirmForeignKey(
        ServiceOpportunity, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    cost = MoneyField(_("cost"), null=True, blank=True)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "-id"]
        constraints = [
            *wall("typology", "opportunity", "created_by"),
            models.UniqueConstraint(fields=["firm", "name"], name="communications_campaign_name"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="communications_campaign_period",
            ),
        ]

    @property
    def tone(self) -> str:
        return CampaignState(self.state).tone

    def __str__(self) -> str:
        return self.name


class CampaignMember(FirmOwned):
    """A client in a campaign: since when, and what he answered; ``company`` as with every event (STY-22)."""

    campaign = FirmForeignKey(Campaign, on_delete=models.CASCADE, related_name="members")
    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="campaigns", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("since"))
    added_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    response = models.CharField(
        _("answer"), max_length=10, choices=CampaignResponse.choices, default=CampaignResponse.NONE
    )
    responded_at = models.DateTimeField(_("answered"), null=True, blank=True)
    note = models.TextField(_("annotation"), blank=True, validators=[MaxLengthValidator(1_000)])

    class Meta(FirmOwned.Meta):
        verbose_name = _("member of a campaign")
        verbose_name_plural = _("members of campaigns")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("campaign", "client", "company", "added_by"),
            models.UniqueConstraint(fields=["firm", "campaign", "client"], name="communications_campaign_once"),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-at", "-id"], name="communications_member_client"),
            models.Index(
                fields=["firm", "company", "-at", "-id"],
                condition=models.Q(company__isnull=False),
                name="communications_member_company",
            ),
            models.Index(fields=["firm", "campaign", "-at", "-id"], name="communications_member_late"),
            models.Index(fields=["firm", "response", "campaign", "client"], name="communications_member_answer"),
        ]

    @property
    def tone(self) -> str:
        return CampaignResponse(self.response).tone

    def __str__(self) -> str:
        return str(self.campaign)
