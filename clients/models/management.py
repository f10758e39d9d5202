"""What a management system tells about a client: receipts, invoices, commissions … (STY-23, O-54)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import ManagementKind
from clients.fields import MoneyField
from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned


class ManagementEvent(FirmOwned):
    """One document or payment, known by the key of the system that sent it; received, never written by hand."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="management_events")
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=15, choices=ManagementKind.choices)
    on = models.DateField(_("date"))
    at = models.DateTimeField(editable=False, help_text=_("The beginning of that day in the firm's zone."))
    number = models.CharField(_("number"), max_length=50, blank=True)
    amount = MoneyField(_("amount"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    external_source = models.CharField(_("external source"), max_length=50, blank=True)
    external_id = models.CharField(_("external id"), max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("management event")
        verbose_name_plural = _("management events")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("client", "company"),
            models.UniqueConstraint(
                fields=["firm", "external_source", "external_id"], name="clients_managementevent_external_id"
            ),
            models.CheckConstraint(condition=~models.Q(external_id=""), name="clients_managementevent_known"),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-at", "-id"], name="clients_mgmtevent_by_client"),
            models.Index(
                fields=["firm", "company", "-at", "-id"],
                condition=models.Q(company__isnull=False),
                name="clients_mgmtevent_by_company",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()
