"""Challenges (Sfide), the mail "Punti operatori", and where the editor draws what (IFY-41, IFY-46, IFY-39)."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Challenge(FirmOwned):
    """A name, a period, who takes part, the points to reach and what there is to win (O-36)."""

    name = models.CharField(_("name"), max_length=100)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    target = models.PositiveIntegerField(_("target in points"), validators=[MinValueValidator(1)])
    prize = models.TextField(_("prize"), blank=True)
    for_everybody = models.BooleanField(_("everybody takes part"), default=True)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["-ends_on", "-id"]
        constraints = [
            *wall("created_by"),
            models.UniqueConstraint(fields=["firm", "name"], name="outcomes_challenge_name"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="outcomes_challenge_period"),
        ]

    def __str__(self) -> str:
        return self.name


class ChallengeMember(FirmOwned):
    """That somebody takes part in a challenge that is not for everybody."""

    challenge = FirmForeignKey(Challenge, on_delete=models.CASCADE, related_name="entrants")
    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("challenge", "member"),
            models.UniqueConstraint(fields=["firm", "challenge", "member"], name="outcomes_challengemember_once"),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id}: {self.member_id}"


class PointsMail(FirmOwned):
    """Strumenti → Email notifier → Punti operatori (IFY-47): to whom it goes every Monday. No address: not sent."""

    automatic = models.BooleanField(_("sent every Monday"), default=True)
    addresses = models.JSONField(_("addresses"), default=list)
    starts_on = models.DateField(help_text=_("The first Monday on which it is sent."))

    class Meta(FirmOwned.Meta):
        verbose_name = _("mail about points")
        verbose_name_plural = _("mails about points")
        constraints = [*wall(), models.UniqueConstraint(fields=["firm"], name="outcomes_pointsmail_one")]

    def __str__(self) -> str:
        return str(self.firm)


class GraphLayout(FirmOwned):
    """Where the editor draws each node: ``{"type-3": [x, y]}``. What is not in it is laid out by itself."""

    positions = models.JSONField(default=dict)

    class Meta(FirmOwned.Meta):
        verbose_name = _("layout of the graph")
        verbose_name_plural = _("layouts of the graph")
        constraints = [*wall(), models.UniqueConstraint(fields=["firm"], name="outcomes_graphlayout_one")]

    def __str__(self) -> str:
        return str(self.firm)
