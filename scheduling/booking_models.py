"""What goes out to a client about a meeting: the link on which he picks a time, and the invitation for his calendar."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from communications.models import OutgoingMail
from scheduling.enums import InvitationMethod
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class BookingLink(FirmOwned):
    """A private link of one client: on it he picks a free time of one advisor. Only the secret's hash is kept (T8)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+", verbose_name=_("client"))
    member = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("with"))
    secret_hash = models.CharField(max_length=64)
    address = models.EmailField(_("sent to"), max_length=254, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(_("works until"))
    withdrawn_at = models.DateTimeField(null=True)
    outgoing = FirmForeignKey(OutgoingMail, on_delete=models.PROTECT, null=True, related_name="+")
    # What was booked on it, until it is deleted: then the link is free again.
    appointment = FirmForeignKey("scheduling.Appointment", on_delete=models.CASCADE, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("booking link")
        verbose_name_plural = _("booking links")
        ordering = ["-made_at", "-id"]
        constraints = [
            *wall("client", "member", "made_by", "outgoing", "appointment"),
            models.UniqueConstraint(fields=["firm", "secret_hash"], name="scheduling_booking_secret"),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-made_at"], name="scheduling_booking_by_client"),
            models.Index(
                fields=["firm", "appointment"],
                condition=models.Q(appointment__isnull=False),
                name="scheduling_booking_by_appt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.member}"

    def is_open(self, at: datetime) -> bool:
        """Whether it still works."""
        return self.withdrawn_at is None and at < self.expires_at


class CalendarMail(FirmOwned):
    """A mail with a calendar file in it (RFC 5545, 5546): what was said of an appointment, and to whom."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="+", verbose_name=_("client"))
    appointment = FirmForeignKey("scheduling.Appointment", on_delete=models.CASCADE, null=True, related_name="+")
    outgoing = FirmForeignKey(OutgoingMail, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=10, choices=InvitationMethod.choices)
    recipient = models.EmailField(_("recipient"), max_length=254)
    to_client = models.BooleanField(default=True)
    at = models.DateTimeField()
    content = models.TextField()

    class Meta(FirmOwned.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("client", "appointment", "outgoing"),
            models.UniqueConstraint(fields=["firm", "outgoing"], name="scheduling_calendarmail_outgoing"),
        ]
        indexes = [
            models.Index(fields=["firm", "client", "-at"], name="scheduling_calmail_by_client"),
            models.Index(
                fields=["firm", "appointment", "id"],
                condition=models.Q(appointment__isnull=False),
                name="scheduling_calmail_by_appt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method}: {self.recipient}"
