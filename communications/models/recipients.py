"""To whom the firm writes: its settings, who is enabled, and which addresses it must leave in peace."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from communications.enums import SuppressionReason
from tenants.constraints import wall
from tenants.fields import FirmForeignKey, FirmOneToOneField
from tenants.models import FirmOwned, Membership

# What goes into a header is one line (security.md T17).
ONE_LINE = RegexValidator(r"\A[^\x00-\x1f\x7f\u0085\u2028\u2029]*\Z", _("One line, without control characters."))


class MailSettings(FirmOwned):
    """One row per firm: whether writing to clients has begun (SIS-24), in whose name it is done, and how fast."""

    begun_at = models.DateTimeField(_("begun"), null=True, editable=False)
    begun_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    sender_name = models.CharField(
        _("name of the sender"),
        max_length=100,
        blank=True,
        validators=[ONE_LINE],
        help_text=_("Empty: the name of the firm."),
    )
    reply_to = models.EmailField(
        _("address for replies"),
        max_length=254,
        blank=True,
        help_text=_("Empty: replies go to the address from which the mail server sends."),
    )
    pressure_days = models.PositiveSmallIntegerField(
        _("days between two communications"),
        default=7,
        validators=[MaxValueValidator(365)],
        help_text=_("Whoever was written to in so many last days is left out; 0: nobody is."),
    )
    per_minute = models.PositiveSmallIntegerField(
        _("communications a minute"),
        default=60,
        validators=[MaxValueValidator(6_000)],
        help_text=_("As many as the provider allows; 0: as fast as it takes them."),
    )
    next_at = models.DateTimeField(null=True, editable=False, help_text="When the next one may leave, on average.")

    class Meta(FirmOwned.Meta):
        verbose_name = _("settings of communications")
        verbose_name_plural = _("settings of communications")
        constraints = [
            *wall("begun_by"),
            models.UniqueConstraint(fields=["firm"], name="communications_mailsettings_one"),
        ]

    def __str__(self) -> str:
        return str(self.firm)


class Enablement(FirmOwned):
    """Whether communications may be sent to a client. Without a row nobody has decided yet (SIS-25, O-43)."""

    client = FirmOneToOneField(Client, on_delete=models.CASCADE, primary_key=True, related_name="mail_enablement")
    enabled = models.BooleanField(_("enabled for e-mail"))
    at = models.DateTimeField()
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("enablement for e-mail")
        verbose_name_plural = _("enablements for e-mail")
        constraints = [*wall("client", "by", key="client")]
        indexes = [
            models.Index(fields=["firm", "enabled", "client"], name="communications_enabled_clients"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.enabled}"


class Suppression(FirmOwned):
    """An address to which no communication goes any more. It outlives the person's erasure as a digest."""

    digest = models.CharField(max_length=64, editable=False)
    address = models.EmailField(_("e-mail"), max_length=254, blank=True)
    client = FirmForeignKey(
        Client, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("client"), editable=False
    )
    reason = models.CharField(_("reason"), max_length=15, choices=SuppressionReason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("since"))
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))

    class Meta(FirmOwned.Meta):
        verbose_name = _("address not to write to")
        verbose_name_plural = _("addresses not to write to")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("client", "by"),
            models.UniqueConstraint(fields=["firm", "digest"], name="communications_suppression_once"),
        ]
        indexes = [
            models.Index(fields=["firm", "-at", "-id"], name="communications_suppr_recent"),
            models.Index(
                fields=["firm", "client"],
                condition=models.Q(client__isnull=False),
                name="communications_suppr_by_client",
            ),
        ]

    @property
    def tone(self) -> str:
        return SuppressionReason(self.reason).tone

    def __str__(self) -> str:
        return self.address or self.digest[:12]
