"""Sending deliveries: claim one, commit, send, mark, commit. At least once, always under the same ``webhook-id``."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from uuid import UUID, uuid4

import httpcore
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Signer

from tenants import audit
from tenants.binding import use_firm
from tenants.enums import DeliveryState, WebhookState
from tenants.models import Webhook, WebhookDelivery
from tenants.webhooks import signing
from tenants.webhooks.announcing import announce
from web import outbound
from web.sealing import UnopenedError

logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
# After each failed attempt: about three days in all.
PAUSES = [
    timedelta(seconds=5), 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 300 * MINUTE, 600 * MINUTE, 840 * MINUTE,
    1200 * MINUTE, 1440 * MINUTE,
]  # fmt: skip
# So many failures in a row give the other side a rest; so many switch the webhook off.
FAILURES_TO_PAUSE, FAILURES_TO_DISABLE = 4, 40
REST = timedelta(hours=1)
LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 100
GONE = 410


@dataclass(frozen=True, slots=True)
class Claimed:
    firm_id: int
    token: UUID
    delivery: WebhookDelivery


def firms_due(at: datetime) -> list[int]:
    """The firms with something to announce or to send: asked with no firm bound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT firm_id FROM app.firms_with_work_due('webhooks', %s)", [at])
        return [int(firm_id) for (firm_id,) in cursor.fetchall()]


def send_due(firm_id: int) -> int:
    """Announce what is new of one firm, then send what is due, oldest first; how many arrived."""
    with use_firm(firm_id):
        announce()
    arrived = 0
    for _number in range(MOST_AT_ONCE):
        claimed = claim(firm_id)
        if claimed is None:
            break
        arrived += deliver(claimed)
    return arrived


def claim(firm_id: int) -> Claimed | None:
    """Take what has waited longest for a webhook that is neither off nor resting. Committed before it is sent."""
    now = timezone.now()
    with use_firm(firm_id):
        due = Q(state=DeliveryState.PENDING, available_at__lte=now) | Q(
            state=DeliveryState.SENDING, lease_until__lte=now
        )
        awake = Q(webhook__paused_until__isnull=True) | Q(webhook__paused_until__lte=now)
        rows = WebhookDelivery.objects.filter(due & awake, webhook__state=WebhookState.ACTIVE)
        rows = rows.select_related("webhook").select_for_update(of=("self",), skip_locked=True)
        delivery: WebhookDelivery | None = rows.order_by("available_at", "pk").first()
        if delivery is None:
            return None
        token = uuid4()
        delivery.attempts += 1
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.SENDING, attempts=delivery.attempts, lease_token=token, lease_until=now + LEASE
        )
        return Claimed(firm_id, token, delivery)


def deliver(claimed: Claimed) -> bool:
    """Send it, and write down what became of it."""
    delivery, status, error = claimed.delivery, None, ""
    try:
        status = outbound.post(delivery.webhook.url, delivery.body.encode(), _headers(delivery, timezone.now())).status
    except outbound.RefusedError as refused:
        error = refused.code
    except UnopenedError:
        error = "unsealed"
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as failed:
        error = type(failed).__name__
    arrived = status is not None and 200 <= status < 300
    with use_firm(claimed.firm_id):
        _mark(claimed, status, error, arrived=arrived, at=timezone.now())
    return arrived


def _headers(delivery: WebhookDelivery, now: datetime) -> dict[str, str]:
    """Signed with each secret that is in force."""
    secrets = signing.in_force(delivery.webhook, at=now)
    signatures = [Signer(each).sign(delivery.message_id, now, delivery.body) for each in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Cadenza-Webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _mark(claimed: Claimed, status: int | None, error: str, *, arrived: bool, at: datetime) -> None:
    """Fence: a sender whose lease has gone to another writes nothing."""
    delivery = claimed.delivery
    outcome: dict[str, object] = {"status_code": status, "last_error": error, "lease_token": None, "lease_until": None}
    if arrived:
        outcome |= {"state": DeliveryState.SENT, "sent_at": at}
    elif delivery.attempts > len(PAUSES):
        outcome |= {"state": DeliveryState.DEAD}
    else:
        pause = PAUSES[delivery.attempts - 1] * uniform(0.9, 1.1)  # noqa: S311 - so that not all come back at once
        outcome |= {"state": DeliveryState.PENDING, "available_at": at + pause}
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=claimed.token, state=DeliveryState.SENDING)
    if mine.update(**outcome):
        _judge(delivery.webhook, arrived=arrived, gone=status == GONE, at=at)


def _judge(webhook: Webhook, *, arrived: bool, gone: bool, at: datetime) -> None:
    """A receiver that fails again and again rests, then is switched off; so is one that says it is gone."""
    own = Webhook.objects.filter(pk=webhook.pk)
    if arrived:
        own.exclude(failures=0, paused_until=None).update(failures=0, paused_until=None)
        return
    own.update(failures=F("failures") + 1)
    failures = own.values_list("failures", flat=True).get()
    if gone or failures >= FAILURES_TO_DISABLE:
        before = {"state": own.values_list("state", flat=True).get()}
        own.update(state=WebhookState.DISABLED, version=F("version") + 1)
        after = {"state": WebhookState.DISABLED.value, "url": webhook.url}
        audit.record("webhook.disabled", webhook, by=None, before=before, after=after)
    elif failures % FAILURES_TO_PAUSE == 0:
        own.update(paused_until=at + REST)
