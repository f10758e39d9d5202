"""An appointment that repeats: the rule, from which its occurrences are made as ordinary appointments."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from scheduling.recurrence import Pattern
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Series(FirmOwned):
    """What its next occurrences will say. The rule is followed on the clock of ``zone``, whatever summer time does.

    ``next_at`` is the first occurrence that has no row yet; nothing when the rule has come to its end.
    """

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+", verbose_name=_("client"))
    rule = models.CharField(_("rule"), max_length=200, help_text=_("An RRULE of RFC 5545."))
    first_at = models.DateTimeField(_("first"))
    zone = models.CharField(_("time zone"), max_length=64)
    minutes = models.PositiveIntegerField(_("minutes"), validators=[MinValueValidator(1)])
    type = FirmForeignKey(
        "scheduling.AppointmentType", on_delete=models.PROTECT, related_name="+", verbose_name=_("type")
    )
    assignee = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("with"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    invited = models.EmailField(_("invited"), max_length=254, blank=True)
    next_at = models.DateTimeField(null=True)
    last_change = models.JSONField(
        null=True,
        editable=False,
        help_text=_("What was there before the last change of the whole, until the next one."),
    )
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("repeated appointment")
        verbose_name_plural = _("repeated appointments")
        constraints = wall("client", "type", "assignee", "created_by")
        indexes = [
            models.Index(fields=["firm", "client"], name="scheduling_series_by_client"),
            models.Index(
                fields=["firm", "next_at"],
                condition=models.Q(next_at__isnull=False),
                name="scheduling_series_to_go_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.rule}"

    @property
    def pattern(self) -> Pattern:
        """The rule on the wall."""
        first = self.first_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return Pattern(self.rule, first, self.zone)
