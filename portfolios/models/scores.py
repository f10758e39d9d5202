"""R F M P of each client in each typology: what people entered, what follows from it and from the ledger, its past."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.fields import MoneyField, NonNegativeMoneyField
from clients.models import Client
from portfolios.models.typologies import Typology
from tenants.constraints import FirmPolicy, wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned, Membership


class ManualValue(FirmOwned):
    """What was entered by hand. It wins until it is cleared; no night touches it (10.3)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="manual_values", verbose_name=_("client"))
    typology = FirmForeignKey(Typology, on_delete=models.PROTECT, related_name="+", verbose_name=_("typology"))
    recency = models.PositiveIntegerField(_("Recency, in days"), null=True, blank=True)
    frequency = models.PositiveIntegerField(_("Frequency"), null=True, blank=True)
    monetary = MoneyField(_("Monetary"), null=True, blank=True)
    potentiality = NonNegativeMoneyField(_("Potentiality"), null=True, blank=True, validators=[MinValueValidator(0)])
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("value entered by hand")
        verbose_name_plural = _("values entered by hand")
        constraints = [
            *wall("client", "typology", "by"),
            models.UniqueConstraint(fields=["firm", "client", "typology"], name="portfolios_manualvalue_once"),
            models.CheckConstraint(
                condition=Q(potentiality__isnull=True) | Q(potentiality__gte=0),
                name="portfolios_manualvalue_potentiality",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.typology_id}"


class Score(Derived):
    """The four measures and their levels, as of ``Typology.scored_on``. Derived, hence without a key to the client.

    Recency in days follows from ``last_sale_on`` and the day, unless it was entered by hand. ``next_change_on`` is the
    first day on which the passing of time alone changes something here.
    """

    pk = models.CompositePrimaryKey("firm_id", "client_id", "position")
    client = FirmForeignKey(Client, on_delete=models.DO_NOTHING, related_name="scores")
    position = models.PositiveSmallIntegerField(help_text=_("The number of the typology."))
    last_sale_on = models.DateField(null=True)
    recency = models.PositiveIntegerField(null=True, help_text=_("By hand, in days."))
    frequency = models.PositiveIntegerField(null=True)
    monetary = MoneyField(null=True)
    potentiality = MoneyField(null=True)
    recency_level = models.PositiveSmallIntegerField(null=True)
    frequency_level = models.PositiveSmallIntegerField(null=True)
    monetary_level = models.PositiveSmallIntegerField(null=True)
    potentiality_level = models.PositiveSmallIntegerField(null=True)
    by_hand = models.PositiveSmallIntegerField(default=0, help_text=_("1 Recency, 2 Frequency, 4 Monetary."))
    next_change_on = models.DateField(null=True)

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="portfolios_score_policy")]
        indexes = [
            models.Index(
                fields=["firm", "position", "next_change_on"],
                condition=Q(next_change_on__isnull=False),
                name="portfolios_score_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.position}"


class LevelChange(Derived):
    """The levels from a day on: one row for each day on which at least one changed. Derived; what was stays."""

    pk = models.CompositePrimaryKey("firm_id", "client_id", "position", "on")
    client = FirmForeignKey(Client, on_delete=models.DO_NOTHING, related_name="level_changes")
    position = models.PositiveSmallIntegerField()
    on = models.DateField()
    recency_level = models.PositiveSmallIntegerField(null=True)
    frequency_level = models.PositiveSmallIntegerField(null=True)
    monetary_level = models.PositiveSmallIntegerField(null=True)
    potentiality_level = models.PositiveSmallIntegerField(null=True)

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="portfolios_levelchange_policy")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.position} {self.on}"
