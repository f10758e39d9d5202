"""Where a client is in each typology, and who looks after him there: now, and before a handover (O-62)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from portfolios.models.typologies import Portfolio, Subject, Typology
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


def _subject(label: object) -> FirmForeignKey:
    return FirmForeignKey(
        Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class Link(FirmOwned):
    """At most one portfolio, agent, operator, agency and introducer for a client and typology at a time (GAT-04).

    Without ``until`` it holds today. In the first typology the portfolio in force is ``Client.main_portfolio``; the
    link repeats it, and is absent for a client who never had anything else there.
    """

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="links", verbose_name=_("client"))
    typology = FirmForeignKey(Typology, on_delete=models.PROTECT, related_name="+", verbose_name=_("typology"))
    portfolio = FirmForeignKey(
        Portfolio, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("portfolio")
    )
    agent = _subject(_("agent"))
    operator = _subject(_("operator"))
    agency = _subject(_("agency"))
    introducer = _subject(_("introducer"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("link to a portfolio")
        verbose_name_plural = _("links to portfolios")
        ordering = ["client", "typology", "since", "id"]
        constraints = [
            *wall("client", "typology", "portfolio", "agent", "operator", "agency", "introducer", "by"),
            models.UniqueConstraint(
                fields=["firm", "client", "typology"], condition=Q(until__isnull=True), name="portfolios_link_in_force"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="portfolios_link_period"
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "typology", "since"], name="portfolios_link_by_client"),
            models.Index(
                fields=["firm", "portfolio", "client"],
                condition=Q(until__isnull=True),
                name="portfolios_link_by_portfolio",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.portfolio}"
