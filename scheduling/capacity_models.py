"""What bounds an advisor's week: his working hours, the days on which the firm is closed or he is away."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from scheduling.hours import LONGEST_MEETING, SHORTEST_MEETING
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class WorkingWeek(FirmOwned):
    """When somebody meets clients; who has none keeps office hours. ``hours`` maps a weekday to spans in minutes."""

    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+", verbose_name=_("advisor"))
    hours = models.JSONField(default=dict)
    meeting_minutes = models.PositiveSmallIntegerField(
        _("minutes for a meeting"),
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST_MEETING), MaxValueValidator(LONGEST_MEETING)],
        help_text=_("Empty: as long as the usual meeting of the firm."),
    )
    most_a_day = models.PositiveSmallIntegerField(
        _("meetings a day at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Empty: as many as fit."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("working week")
        verbose_name_plural = _("working weeks")
        constraints = [
            *wall("member"),
            models.UniqueConstraint(fields=["firm", "member"], name="scheduling_workingweek_member"),
        ]

    def __str__(self) -> str:
        return str(self.member)


class Closure(FirmOwned):
    """Days on which the firm is closed, or (``member``) one person is away."""

    member = FirmForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("who is away")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=100)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_on", "id"]
        constraints = [
            *wall("member", "created_by"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="scheduling_closure_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["firm", "ends_on"], name="scheduling_closure_by_end")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.starts_on}"
