"""The outbox: mail that the firm has decided to send, written in the transaction that decided it (security.md 4.3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from communications.enums import CANCELLABLE, STUCK, MailState, Promise
from tenants.constraints import wall
from tenants.models import FirmOwned


class OutgoingMail(FirmOwned):
    """One message to one address. ``dedupe_key`` names its occasion: the same occasion is never posted twice."""

    kind = models.CharField(_("kind"), max_length=40)
    promise = models.CharField(max_length=20, choices=Promise.choices, default=Promise.AT_LEAST_ONCE)
    dedupe_key = models.CharField(max_length=400)
    recipient = models.EmailField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField()
    html = models.TextField(blank=True)
    reply_to = models.EmailField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=100, blank=True, help_text=_("Empty: as the installation says."))
    unsubscribe_url = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200, help_text=_("The same at each attempt: a double is seen as one."))
    state = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    posted_at = models.DateTimeField(_("posted"))
    available_at = models.DateTimeField(help_text=_("When it may be tried next."))
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    last_error = models.TextField(blank=True)
    soft_bounces = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("How often it came back as one that may be tried again.")
    )

    class Meta(FirmOwned.Meta):
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-posted_at", "-id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "dedupe_key"], name="communications_mail_once"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "available_at"],
                condition=models.Q(state__in=["pending", "sending"]),
                name="communications_mail_due",
            ),
            models.Index(fields=["firm", "-posted_at", "-id"], name="communications_mail_recent"),
        ]

    @property
    def tone(self) -> str:
        return MailState(self.state).tone

    @property
    def is_stuck(self) -> bool:
        return self.state in STUCK

    @property
    def may_be_cancelled(self) -> bool:
        return self.state in CANCELLABLE

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
