"""The ledger of points: append-only (IFY-40, IFY-42)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from outcomes.enums import PointsKind
from outcomes.models.fulfilments import Fulfilment
from scheduling.models import AppointmentType
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned, Membership


class PointsEntry(FirmOwned):
    """One line: every recorded outcome has one, of nought points too; a correction is another line, never a change.

    ``at`` is the moment of the recording; a reversal carries the moment of the undo, so that what was reported for
    a past week stays as it was reported.
    """

    member = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("operator"))
    at = models.DateTimeField()
    points = models.IntegerField(_("points"))
    kind = models.CharField(max_length=10, choices=PointsKind.choices, default=PointsKind.AWARD)
    # What was recorded may go (an appointment that was undone and deleted), the ledger keeps its lines.
    fulfilment = FirmForeignKey(Fulfilment, on_delete=models.SET_NULL, null=True, related_name="points_entries")
    type = FirmForeignKey(AppointmentType, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    # Of the counter-entry to a correction by hand: the correction.
    reverses = FirmForeignKey("self", on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("entry of points")
        verbose_name_plural = _("entries of points")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("member", "fulfilment", "type", "by", "reverses"),
            models.UniqueConstraint(
                fields=["firm", "fulfilment", "kind"],
                condition=models.Q(fulfilment__isnull=False),
                name="outcomes_pointsentry_once",
            ),
            models.UniqueConstraint(
                fields=["firm", "reverses"],
                condition=models.Q(reverses__isnull=False),
                name="outcomes_pointsentry_reversed_once",
            ),
        ]
        indexes = [
            # All that a ranking of a period reads.
            models.Index(
                fields=["firm", "at"], include=["member", "points", "kind", "type"], name="outcomes_points_by_time"
            ),
            models.Index(fields=["firm", "member", "at", "id"], name="outcomes_points_by_member"),
        ]

    @property
    def told(self) -> str:
        """Why the line stands there, in words."""
        return str(_("Counter-entry")) if self.reverses_id else self.get_kind_display()

    def __str__(self) -> str:
        return f"{self.member}: {self.points}"


class PointsTally(Derived):
    """What a ranking adds up: one row beside each line of the ledger, until a night sums those of a day.

    A loose one stands at its line's moment; a ``settled`` one at the first moment of the firm's day, for all lines that
    one night found of that day, operator and type. However they are split up, the sums are those of the ledger.
    """

    member = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    type = FirmForeignKey(AppointmentType, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    points = models.BigIntegerField()
    items = models.IntegerField()
    settled = models.BooleanField(default=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("sum of points")
        verbose_name_plural = _("sums of points")
        constraints = wall("member", "type")
        indexes = [
            # All that a ranking of a period reads.
            models.Index(
                fields=["firm", "at"], include=["member", "type", "points", "items"], name="outcomes_tally_by_time"
            ),
            models.Index(fields=["firm"], condition=models.Q(settled=False), name="outcomes_tally_loose"),
        ]

    def __str__(self) -> str:
        return f"{self.at}: {self.member_id}, {self.points}"
