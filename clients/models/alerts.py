"""What a firm wants to be told of the consultations of its clients, and what it was told (Garante 192/2011)."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import AlertKind
from clients.models.choices import Label
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

MOST_CLIENTS = 100_000


class AlertRules(FirmOwned):
    """From how many clients of a day on a member's consultations are told; 0: never. One row for a firm, or none."""

    many = models.PositiveIntegerField(
        _("clients in a day"), default=200, validators=[MaxValueValidator(MOST_CLIENTS)], help_text=_("0: never.")
    )
    off_hours = models.PositiveIntegerField(
        _("clients out of hours"), default=10, validators=[MaxValueValidator(MOST_CLIENTS)], help_text=_("0: never.")
    )
    opens_at = models.TimeField(_("hours begin"), default=time(7))
    closes_at = models.TimeField(_("hours end"), default=time(21))
    weekends = models.BooleanField(_("Saturday and Sunday are out of hours"), default=True)
    label = FirmForeignKey(
        Label, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("label of the guarded")
    )
    guarded = models.PositiveIntegerField(
        _("guarded clients in a day"), default=3, validators=[MaxValueValidator(MOST_CLIENTS)], help_text=_("0: never.")
    )

    class Meta(FirmOwned.Meta):
        verbose_name = _("rules of the alerts")
        verbose_name_plural = _("rules of the alerts")
        constraints = [*wall("label"), models.UniqueConstraint(fields=["firm"], name="clients_alertrules_once")]

    def __str__(self) -> str:
        return f"{self.many}, {self.off_hours}, {self.guarded}"


class AccessAlert(FirmOwned):
    """That a member looked at remarkably many clients on a day. Written by the night, once."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("why"), max_length=10, choices=AlertKind.choices)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"))
    clients = models.PositiveIntegerField(_("clients"))
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    raised_at = models.DateTimeField(_("told on"))

    class Meta(FirmOwned.Meta):
        verbose_name = _("alert on consultations")
        verbose_name_plural = _("alerts on consultations")
        ordering = ["-day", "-id"]
        constraints = [
            *wall("by"),
            models.UniqueConstraint(fields=["firm", "day", "kind", "by"], name="clients_accessalert_once"),
        ]
        indexes = [models.Index(fields=["firm", "-day", "-id"], name="clients_accessalert_recent")]

    def __str__(self) -> str:
        return f"{self.day}: {self.kind}"
