"""Webhooks: made, changed, tried out, their secrets renewed, deliveries sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit
from tenants.enums import DeliveryState, WebhookState
from tenants.feed import reading
from tenants.models import Membership, Webhook, WebhookDelivery
from tenants.webhooks.announcing import deliver_later
from tenants.webhooks.signing import new_secret, sealed
from web import outbound

# How long the former secret still signs.
CHANGE_OVER = timedelta(hours=24)
MOST = 20


@dataclass(frozen=True)
class NewSecret:
    """A webhook at the one moment when its secret is shown."""

    row: Webhook
    secret: str


@transaction.atomic
def create_webhook(
    url: str, *, resources: Sequence[str], description: str = "", by: Membership, at: datetime
) -> NewSecret:
    """Announce from now on what ``by`` may see."""
    _check_url(url)
    if Webhook.objects.count() >= MOST:
        message = _("A firm has at most %(most)s webhooks.") % {"most": MOST}
        raise ValidationError({"url": ValidationError(message, code="too_many")})
    secret = new_secret()
    row = Webhook(
        member=by,
        url=url,
        description=description,
        resources=sorted(set(resources)),
        secret=sealed(secret, firm_id=by.firm_id),
        position=reading.head(),
    )
    row.clean_fields(exclude=["former_secret"])
    row.save()
    audit.record("webhook.created", row, by=by, after={"url": url})
    return NewSecret(row, secret)


@transaction.atomic
def change_webhook(webhook: Webhook, values: dict[str, object], *, by: Membership, at: datetime) -> Webhook:
    """Switched on again it goes on with what happens from then on."""
    row: Webhook = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    if "url" in values:
        _check_url(str(values["url"]))
    before, after = audit.changes(row, values)
    if "state" in after and after["state"] == WebhookState.ACTIVE:
        row.failures, row.paused_until, row.position = 0, None, reading.head()
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.version += 1
        row.save()
        audit.record("webhook.changed", row, by=by, before=before, after=after)
    return row


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: Membership, at: datetime) -> NewSecret:
    """A new secret; the former one signs along for a day."""
    row: Webhook = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    secret = new_secret()
    row.former_secret, row.former_until = row.secret, at + CHANGE_OVER
    row.secret = sealed(secret, firm_id=row.firm_id)
    row.version += 1
    row.save()
    audit.record("webhook.secret_renewed", row, by=by)
    return NewSecret(row, secret)


@transaction.atomic
def delete_webhook(webhook: Webhook, *, by: Membership) -> None:
    audit.record("webhook.deleted", webhook, by=by, before={"url": webhook.url})
    webhook.delete()


@transaction.atomic
def ping(webhook: Webhook, *, by: Membership, at: datetime) -> WebhookDelivery:
    """A test event, sent like any other."""
    return deliver_later(webhook, "ping", {"webhook": webhook.pk}, at=at)


@transaction.atomic
def send_again(delivery: WebhookDelivery, *, at: datetime) -> WebhookDelivery:
    """The same message under the same id, as often as it takes."""
    row: WebhookDelivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if row.state in (DeliveryState.PENDING, DeliveryState.SENDING):
        raise ValidationError(_("It is on its way already."), code="not_over")
    row.state, row.attempts, row.available_at = DeliveryState.PENDING, 0, at
    row.save()
    return row


def _check_url(url: str) -> None:
    """Refused at once where the address itself says it; where its name leads is looked at before each delivery."""
    try:
        outbound.check_url(url)
    except outbound.RefusedError as refused:
        message = _("Only public addresses that begin with https:// can be told.")
        raise ValidationError({"url": ValidationError(message, code=refused.code)}) from None
