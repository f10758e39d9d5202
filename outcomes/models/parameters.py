"""Impostazioni → CRM → Parametri: one row per firm (IFY-54 … IFY-56)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import ListName
from clients.models import ListEntry
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned


class Parameters(FirmOwned):
    """What holds for all outcomes of the firm."""

    standard_time = models.TimeField(
        _("standard time of follow-ups"),
        null=True,
        blank=True,
        help_text=_("Empty: the time of day at which the outcome is recorded (O-23)."),
    )
    charge_days = models.PositiveSmallIntegerField(
        _("days in charge"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_("After so many days what is not fulfilled is for everybody again; empty or 0: never (O-29)."),
    )
    call_centre_category = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"list_name": ListName.CATEGORY},
        verbose_name=_("category for the call centre"),
        help_text=_("Set on the clients that an operator creates (O-30)."),
    )

    class Meta(FirmOwned.Meta):
        verbose_name = _("parameters")
        verbose_name_plural = _("parameters")
        constraints = [
            *wall("call_centre_category"),
            models.UniqueConstraint(fields=["firm"], name="outcomes_parameters_one"),
        ]

    def __str__(self) -> str:
        return str(self.firm)
