"""What the firm draws: outcomes, and what each of them does after a type of appointment."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import Tone
from clients.models import Status
from outcomes.enums import OutcomeSymbol
from scheduling.enums import Recipient
from scheduling.models import AppointmentType
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

MOST_DAYS, MOST_HOURS, MOST_POINTS = 3_650, 8_760, 100_000


class Outcome(FirmOwned):
    """An outcome (Esito) that the firm defines (IFY-17 … IFY-20); deactivated where in use, not deleted."""

    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    symbol = models.CharField(_("symbol"), max_length=40, choices=OutcomeSymbol.choices, default=OutcomeSymbol.CIRCLE)
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.GRAY)
    note_required = models.BooleanField(_("asks for a note"), default=False)
    counts_as_held = models.BooleanField(
        _("the appointment took place"),
        default=True,
        help_text=_("Otherwise it is recorded as a no-show and does not count for the cadence."),
    )

    class Meta(FirmOwned.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["position", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "name"], name="outcomes_outcome_name")]

    def __str__(self) -> str:
        return self.name


class Relation(FirmOwned):
    """An outcome ticked for a type, and what it does there (IFY-26 … IFY-36). Unticked, it keeps its settings."""

    type = FirmForeignKey(AppointmentType, on_delete=models.CASCADE, related_name="+", verbose_name=_("type"))
    outcome = FirmForeignKey(Outcome, on_delete=models.CASCADE, related_name="relations", verbose_name=_("outcome"))
    active = models.BooleanField(_("ticked"), default=True)
    status = FirmForeignKey(
        Status,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commercial status"),
    )
    points = models.PositiveIntegerField(_("points"), default=0, validators=[MaxValueValidator(MOST_POINTS)])
    concluding = models.BooleanField(_("conclusive"), default=False, help_text=_("Closes the client's activity."))
    counts_as_held = models.BooleanField(
        _("the appointment took place"), null=True, blank=True, help_text=_("Empty: as the outcome says.")
    )
    follow_up_type = FirmForeignKey(
        AppointmentType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next appointment"),
    )
    recipient = models.CharField(_("recipient"), max_length=10, choices=Recipient.choices, blank=True)
    operator = FirmForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator"),
    )
    days = models.PositiveIntegerField(_("days"), default=0, validators=[MaxValueValidator(MOST_DAYS)])
    hours = models.PositiveIntegerField(_("hours"), default=0, validators=[MaxValueValidator(MOST_HOURS)])

    class Meta(FirmOwned.Meta):
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["type__position", "outcome__position", "id"]
        constraints = [
            *wall("type", "outcome", "status", "follow_up_type", "operator"),
            models.UniqueConstraint(fields=["firm", "type", "outcome"], name="outcomes_relation_pair"),
            models.CheckConstraint(
                condition=models.Q(follow_up_type__isnull=True, recipient="", days=0, hours=0)
                | models.Q(follow_up_type__isnull=False) & ~models.Q(recipient=""),
                name="outcomes_relation_follow_up_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(operator__isnull=False, recipient="fixed")
                | models.Q(operator__isnull=True) & ~models.Q(recipient="fixed"),
                name="outcomes_relation_fixed_operator",
            ),
        ]

    def is_held(self, outcome: Outcome) -> bool:
        """Whether an appointment of the type with this outcome took place: the pair's word before the outcome's."""
        return outcome.counts_as_held if self.counts_as_held is None else self.counts_as_held

    def __str__(self) -> str:
        return f"{self.type} → {self.outcome}"
