"""Where changes are announced to, and what became of each announcement."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.enums import DeliveryState, WebhookState
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Webhook(FirmOwned):
    """An address of another system, told of what its member may see. Signed by the Standard Webhooks specification."""

    member = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=200, blank=True)
    resources = models.JSONField(default=list, blank=True)
    # Sealed (tenants/webhooks/signing.py).
    secret = models.TextField(editable=False)
    # Signs along with the new one until then, so that the other side can change over.
    former_secret = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    # How far in the feed of changes.
    position = models.BigIntegerField(default=0, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=WebhookState.choices, default=WebhookState.ACTIVE)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = wall("member")

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(FirmOwned):
    """One announcement: a row is the queue of record, Celery only wakes."""

    webhook = FirmForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40)
    event = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    available_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("delivery of a webhook")
        verbose_name_plural = _("deliveries of webhooks")
        constraints = [
            *wall("webhook"),
            models.UniqueConstraint(fields=["firm", "message_id"], name="tenants_webhookdelivery_message"),
        ]
        indexes = [
            models.Index(
                fields=["available_at", "firm"],
                condition=models.Q(state__in=["pending", "sending"]),
                name="tenants_delivery_due",
            ),
            models.Index(fields=["firm", "webhook", "-id"], name="tenants_delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"
