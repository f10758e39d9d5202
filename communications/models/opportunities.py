"""Service opportunities (Opportunità di servizio): what the firm intends to propose, and to whom it did (SIS-31)."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from communications.enums import OpportunityState
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

LONGEST_NOTE = 5_000
KEY = RegexValidator(r"\A[a-z][a-z0-9_]*\Z", _("Small letters, digits and _ only, beginning with a letter."))


class ServiceOpportunity(FirmOwned):
    """A service that the firm may propose. A supplied one is hidden or copied, not changed (O-40, O-44)."""

    key = models.CharField(
        _("key"), max_length=40, validators=[KEY], help_text=_("In filters: opportunity.<key>. It never changes.")
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(1_000)])
    is_supplied = models.BooleanField(_("supplied"), default=False, editable=False)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(FirmOwned.Meta):
        verbose_name = _("service opportunity")
        verbose_name_plural = _("service opportunities")
        ordering = ["position", "id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "key"], name="communications_service_key"),
            models.UniqueConstraint(fields=["firm", "name"], name="communications_service_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ClientOpportunity(FirmOwned):
    """That a service is, or was, proposed to a client: open at first, closed by hand with an outcome (O-46)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="opportunities", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    opportunity = FirmForeignKey(
        ServiceOpportunity, on_delete=models.PROTECT, related_name="+", verbose_name=_("service")
    )
    state = models.CharField(_("state"), max_length=10, choices=OpportunityState.choices, default=OpportunityState.OPEN)
    notes = models.TextField(_("annotations"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])
    outcome_note = models.TextField(_("how it ended"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])
    opened_at = models.DateTimeField(_("opened"))
    opened_by = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("opened by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    external_source = models.CharField(_("external source"), max_length=50, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("service opportunity of a client")
        verbose_name_plural = _("service opportunities of clients")
        ordering = ["-opened_at", "-id"]
        constraints = [
            *wall("client", "company", "opportunity", "opened_by", "closed_by"),
            models.UniqueConstraint(
                fields=["firm", "client", "opportunity"],
                condition=models.Q(closed_at__isnull=True),
                name="communications_opportunity_open_once",
            ),
            models.UniqueConstraint(
                fields=["firm", "external_source", "external_id"],
                condition=~models.Q(external_id=""),
                name="communications_opportunity_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True)
                | ~models.Q(state="open") & models.Q(closed_at__isnull=False),
                name="communications_opportunity_closed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-opened_at", "-id"], name="communications_opp_by_client"),
            models.Index(
                fields=["firm", "company", "-opened_at", "-id"],
                condition=models.Q(company__isnull=False),
                name="communications_opp_by_company",
            ),
            models.Index(
                fields=["firm", "client", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="communications_opp_closed",
            ),
            models.Index(
                fields=["firm", "company", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False, company__isnull=False),
                name="communications_opp_closed_comp",
            ),
            # Who was offered a service, and how it stands: the white space is what is not here.
            models.Index(fields=["firm", "opportunity", "client", "state"], name="communications_opp_of_service"),
            models.Index(fields=["firm", "-opened_at", "-id"], name="communications_opp_recent"),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def tone(self) -> str:
        return OpportunityState(self.state).tone

    @property
    def icon(self) -> str:
        return OpportunityState(self.state).icon

    def __str__(self) -> str:
        return str(self.opportunity)
