"""The ledger of sales, on which the automatic calculation rests (GAT-18)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.fields import MoneyField
from clients.models import Client, ImportJob
from portfolios.enums import SaleKind
from portfolios.models.typologies import Portfolio, Typology
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Sale(FirmOwned):
    """A line of the ledger. It is never deleted: a reversed one stays, and counts no more."""

    client = FirmForeignKey(Client, on_delete=models.PROTECT, related_name="sales", verbose_name=_("client"))
    # The one that the client was linked to when it was entered: its time line tells of it too (STY-22).
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    typology = FirmForeignKey(Typology, on_delete=models.PROTECT, related_name="+", verbose_name=_("typology"))
    portfolio = FirmForeignKey(
        Portfolio, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("portfolio")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=SaleKind.choices, default=SaleKind.SUBSCRIPTION)
    date = models.DateField(_("date"))
    amount = MoneyField(_("amount"), help_text=_("Negative for a refund."))
    description = models.CharField(_("description"), max_length=200, blank=True)
    external_source = models.CharField(_("external source"), max_length=50, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    import_job = FirmForeignKey(
        ImportJob, on_delete=models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("import")
    )
    reversed_at = models.DateTimeField(_("reversed"), null=True, editable=False)
    reversed_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    reversal_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        ordering = ["-date", "-id"]
        constraints = [
            *wall("client", "company", "typology", "portfolio", "import_job", "reversed_by", "created_by"),
            models.UniqueConstraint(
                fields=["firm", "external_source", "external_id"],
                condition=~Q(external_id=""),
                name="portfolios_sale_external_id",
            ),
            # A refund is negative and nothing else is: it lowers Monetary and does not count in Frequency (10.1).
            models.CheckConstraint(
                condition=Q(kind=SaleKind.REFUND, amount__lt=0) | (~Q(kind=SaleKind.REFUND) & Q(amount__gte=0)),
                name="portfolios_sale_refund_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "typology", "client", "date"],
                include=["amount"],
                condition=Q(reversed_at__isnull=True),
                name="portfolios_sale_for_scores",
            ),
            models.Index(
                fields=["firm", "import_job"],
                condition=Q(import_job__isnull=False),
                name="portfolios_sale_by_import",
            ),
            models.Index(fields=["firm", "date", "id"], name="portfolios_sale_by_date"),
            models.Index(fields=["firm", "client", "date", "id"], name="portfolios_sale_by_client"),
            models.Index(
                fields=["firm", "company", "date", "id"],
                condition=Q(company__isnull=False),
                name="portfolios_sale_by_company",
            ),
            models.Index(fields=["firm", "updated_at", "id"], name="portfolios_sale_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.amount}"
