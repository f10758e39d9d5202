"""Commercial activities: actions towards one goal, from the first call to the renewal or the loss (IFY-48)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import Tone
from clients.models import Client, Status
from outcomes.enums import OutcomeSymbol
from scheduling.models import AppointmentType
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ActivityKind(FirmOwned):
    """An activity as the firm defines it: a name and the types of action that belong to it (IFY-52)."""

    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    symbol = models.CharField(_("symbol"), max_length=40, choices=OutcomeSymbol.choices, default=OutcomeSymbol.TARGET)
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.INDIGO)

    class Meta(FirmOwned.Meta):
        verbose_name = _("kind of activity")
        verbose_name_plural = _("kinds of activity")
        ordering = ["position", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "name"], name="outcomes_activitykind_name")]

    def __str__(self) -> str:
        return self.name


class ActivityKindType(FirmOwned):
    """That actions of a type belong to a kind of activity."""

    kind = FirmForeignKey(ActivityKind, on_delete=models.CASCADE, related_name="kind_types")
    type = FirmForeignKey(AppointmentType, on_delete=models.CASCADE, related_name="+")

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("kind", "type"),
            models.UniqueConstraint(fields=["firm", "kind", "type"], name="outcomes_activitykindtype_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.type}"


class Activity(FirmOwned):
    """One activity of one client, open until an action concludes it; several may be open at once (IFY-49)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="activities", verbose_name=_("client"))
    kind = FirmForeignKey(ActivityKind, on_delete=models.PROTECT, related_name="+", verbose_name=_("activity"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    owner = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("followed by")
    )
    status = FirmForeignKey(
        Status,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commercial status"),
    )
    status_at = models.DateTimeField(_("status since"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    closing_reason = models.CharField(_("reason"), max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("commercial activity")
        verbose_name_plural = _("commercial activities")
        ordering = ["-opened_at", "-id"]
        constraints = wall("client", "kind", "owner", "status", "opened_by", "closed_by")
        indexes = [
            models.Index(fields=["firm", "client", "closed_at"], name="outcomes_activity_by_client"),
            models.Index(fields=["firm", "-opened_at", "-id"], name="outcomes_activity_recent"),
            models.Index(fields=["firm", "kind", "-opened_at"], name="outcomes_activity_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}" if self.subject else str(self.kind)
