"""Checks (Verifiche): what raises a reminder, for whom, and with which words (REL-43, REL-44, REL-47)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from scheduling.enums import CheckKind, CheckRecipient
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

# "N days before": the one operator that waits for a date.
DUE = "due_within_days"


class Check(FirmOwned):
    """The planning check is predefined; any other asks one thing of a field of the catalogue (REL-45).

    ``condition`` is a condition of the filter language, ``scope`` a filter (none: every client). A deleted one is kept,
    so that deleting it can be undone; ``changed_at`` tells the night to hold everybody against it once.
    """

    kind = models.CharField(max_length=20, choices=CheckKind.choices)
    name = models.CharField(_("description"), max_length=100)
    lead_days = models.PositiveSmallIntegerField(
        _("days ahead"), default=7, validators=[MaxValueValidator(365)], help_text=_("7 by default (REL-41).")
    )
    text = models.CharField(_("notice"), max_length=300, blank=True)
    active = models.BooleanField(_("active"), default=True)
    condition = models.JSONField(null=True, blank=True)
    scope = models.JSONField(null=True, blank=True)
    recipient = models.CharField(
        _("shown to"), max_length=20, choices=CheckRecipient.choices, default=CheckRecipient.EVERYBODY
    )
    person = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("which person")
    )
    changed_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = [
            *wall("person"),
            models.UniqueConstraint(
                fields=["firm", "kind"], condition=models.Q(kind="planning"), name="scheduling_check_one_planning"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="planning") | models.Q(condition__isnull=False),
                name="scheduling_check_has_condition",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        if self.is_planning:
            return reverse("scheduling:planning_check", kwargs={"firm_slug": self.firm.slug})
        return reverse("scheduling:check_edit", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})

    @property
    def is_planning(self) -> bool:
        return self.kind == CheckKind.PLANNING

    @property
    def can_be_late(self) -> bool:
        """Whether its date is one by which something is to be done: a birthday that has passed is not overdue."""
        return self.is_planning or (self.condition or {}).get("op") == DUE
