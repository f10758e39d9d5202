"""Handovers whose day is still to come: they take effect in the night of that day, and can be taken back before."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import BulkJob
from portfolios.enums import HandoverAction, PlannedState
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class PlannedHandover(FirmOwned):
    """Whoever is linked on that day moves: as the same action, done by hand on the day, would have done (O-62)."""

    action = models.CharField(_("action"), max_length=60, choices=HandoverAction.choices)
    # As a bulk action keeps it: ids, and the day. ``group``: only its members.
    argument = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    on = models.DateField(_("from"))
    state = models.CharField(
        _("state"), max_length=10, choices=PlannedState.choices, default=PlannedState.WAITING, editable=False
    )
    job = FirmForeignKey(BulkJob, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    failure = models.TextField(blank=True, editable=False)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("planned handover")
        verbose_name_plural = _("planned handovers")
        ordering = ["on", "id"]
        constraints = wall("job", "by")
        indexes = [
            models.Index(
                fields=["firm", "on"],
                condition=models.Q(state=PlannedState.WAITING),
                name="portfolios_handover_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.on}"
