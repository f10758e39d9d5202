"""Weeks that were planned in one step, so that they can be taken back in one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class PlannedWeeks(FirmOwned):
    """An accepted proposal: for whom, by whom, how many meetings; and whether it was taken back."""

    member = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("advisor"))
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    made = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True)
    undone_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    kept = models.PositiveIntegerField(default=0, help_text=_("What an undo left: fulfilled or changed since."))

    class Meta(FirmOwned.Meta):
        verbose_name = _("planned weeks")
        verbose_name_plural = _("planned weeks")
        ordering = ["-at", "-id"]
        constraints = wall("member", "by", "undone_by")
        indexes = [models.Index(fields=["firm", "member", "-at"], name="scheduling_weeks_recent")]

    def __str__(self) -> str:
        return f"{self.member}: {self.at}"


class PlannedVisit(FirmOwned):
    """That an appointment came from planned weeks."""

    weeks = FirmForeignKey(PlannedWeeks, on_delete=models.CASCADE, related_name="visits")
    appointment = FirmForeignKey("scheduling.Appointment", on_delete=models.CASCADE, related_name="planned_visits")

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("weeks", "appointment"),
            models.UniqueConstraint(fields=["firm", "appointment"], name="scheduling_visit_once"),
        ]
        indexes = [models.Index(fields=["firm", "weeks"], name="scheduling_visit_by_weeks")]

    def __str__(self) -> str:
        return f"{self.weeks_id}: {self.appointment_id}"
