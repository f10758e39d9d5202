"""Typologies of portfolio with their levels, the portfolios in them, and the subjects who look after clients."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.enums import Tone
from clients.fields import MoneyField
from portfolios.enums import MOST_TYPOLOGIES, Measure, Scale, SubjectKind
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

# From the worst level to the best (10.2); changeable for each typology (O-61).
PALETTES = {3: ("red", "amber", "green"), 5: ("red", "orange", "amber", "teal", "green")}


class Typology(FirmOwned):
    """One of a firm's ten ways of looking at a client (GAT-01); they exist from the start, two of them active."""

    position = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(1), MaxValueValidator(MOST_TYPOLOGIES)]
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    active = models.BooleanField(_("active"), default=False)
    scale = models.PositiveSmallIntegerField(_("scale"), choices=Scale.choices, default=Scale.FIVE)
    recency_thresholds = ArrayField(models.PositiveIntegerField(), verbose_name=_("thresholds of Recency, in days"))
    frequency_thresholds = ArrayField(models.PositiveIntegerField(), verbose_name=_("thresholds of Frequency"))
    monetary_thresholds = ArrayField(MoneyField(), verbose_name=_("thresholds of Monetary"))
    potentiality_thresholds = ArrayField(MoneyField(), verbose_name=_("thresholds of Potentiality"))
    palette = ArrayField(models.CharField(max_length=10, choices=Tone.choices), verbose_name=_("colours"))
    is_automatic = models.BooleanField(
        default=False, editable=False, help_text=_("Computed from the ledger: on from the first sale (O-65).")
    )
    changed_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When something that the levels follow from changed for all clients.")
    )
    scored_on = models.DateField(null=True, editable=False, help_text=_("The date that the levels hold for."))
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("typology of portfolio")
        verbose_name_plural = _("typologies of portfolio")
        ordering = ["position"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "position"], name="portfolios_typology_position"),
            models.UniqueConstraint(fields=["firm", "name"], name="portfolios_typology_name"),
            # An eleventh is impossible (GAT-10), and the first cannot be switched off (O-63).
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_TYPOLOGIES), name="portfolios_typology_ten"
            ),
            models.CheckConstraint(condition=Q(active=True) | Q(position__gt=1), name="portfolios_typology_first"),
            models.CheckConstraint(
                condition=Q(
                    scale__in=Scale.values,
                    **{f"{measure}_thresholds__len": models.F("scale") - 1 for measure in Measure},
                ),
                name="portfolios_typology_scale",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def thresholds(self, measure: str) -> list[Any]:
        """The thresholds of one measure, in its own unit."""
        found: list[Any] = getattr(self, f"{measure}_thresholds")
        return found

    def tone(self, level: int | None) -> str:
        """The colour of a level; grey for none."""
        return self.palette[level - 1] if level else Tone.GRAY.value


class Portfolio(FirmOwned):
    """A divider inside a typology, as many as the firm wants (GAT-07)."""

    typology = FirmForeignKey(Typology, on_delete=models.PROTECT, related_name="portfolios", verbose_name=_("typology"))
    name = models.CharField(_("name"), max_length=100)
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.GRAY)
    active = models.BooleanField(_("active"), default=True)
    is_default = models.BooleanField(
        default=False, editable=False, help_text=_("What a client gets for whom none is named (O-63).")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("portfolio")
        verbose_name_plural = _("portfolios")
        ordering = ["typology__position", "position", "id"]
        constraints = [
            *wall("typology"),
            models.UniqueConstraint(fields=["firm", "typology", "name"], name="portfolios_portfolio_name"),
            models.UniqueConstraint(
                fields=["firm"], condition=Q(is_default=True), name="portfolios_portfolio_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(active=True), name="portfolios_portfolio_default_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Subject(FirmOwned):
    """An agent, operator, agency or introducer; those who leave are disabled, not deleted (GAT-23)."""

    kind = models.CharField(_("kind"), max_length=10, choices=SubjectKind.choices)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    member = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["kind", "name", "id"]
        constraints = [
            *wall("member"),
            models.UniqueConstraint(fields=["firm", "kind", "code"], name="portfolios_subject_code"),
        ]

    def __str__(self) -> str:
        return self.name
