"""From the feed of changes to deliveries: what a webhook's member may see, thin, in the order of the commits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from uuid import uuid4

from django.utils import timezone

from tenants.enums import WebhookState
from tenants.feed import reading
from tenants.feed.notes import Kind
from tenants.feed.reading import Entry
from tenants.models import Membership, Webhook, WebhookDelivery

# How many entries of the feed one look takes.
AT_ONCE = 5_000
Show = Callable[[Membership, Iterable[Entry]], Iterable[tuple[Entry, Kind]]]
_show: list[Show] = []


def show_by(show: Show) -> None:
    """Who knows what a member may see of the feed: the composition."""
    _show[:] = [show]


def announce(*, at: datetime | None = None) -> int:
    """Turn what has happened since into deliveries of the bound firm's webhooks; how many."""
    head, made = reading.head(), 0
    waiting = Webhook.objects.filter(state=WebhookState.ACTIVE, position__lt=head).order_by("pk")
    for webhook in waiting.select_related("member").select_for_update(of=("self",), skip_locked=True):
        made += _announce(webhook, head, at or timezone.now())
    return made


def message(event: str, data: dict[str, object], *, at: datetime) -> tuple[str, str]:
    """A new message: its id, and its body as it is signed."""
    body = {"type": event, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    return f"msg_{uuid4().hex}", json.dumps(body, separators=(",", ":"))


def deliver_later(webhook: Webhook, event: str, data: dict[str, object], *, at: datetime) -> WebhookDelivery:
    made = _delivery(webhook, event, data, at)
    made.save()
    return made


def _announce(webhook: Webhook, head: int, at: datetime) -> int:
    until = min(webhook.position + AT_ONCE, head)
    since = max(webhook.position, reading.oldest())
    member = webhook.member
    found = reading.entries(since, until, webhook.resources or None) if member.is_active else []
    rows = [_delivery(webhook, event, data, at) for event, data in _events(_show[0](member, found))]
    WebhookDelivery.objects.bulk_create(rows, batch_size=1_000)
    Webhook.objects.filter(pk=webhook.pk).update(position=until)
    return len(rows)


def _events(shown: Iterable[tuple[Entry, Kind]]) -> Iterator[tuple[str, dict[str, object]]]:
    """One for all rows of a resource to which one transaction did the same."""
    for (resource, kind, at), group in groupby(shown, key=lambda each: (each[0].resource, each[1], each[0].at)):
        entries = [entry for entry, _kind in group]
        yield (
            f"{resource}.{kind.value}",
            {
                "resource": resource,
                "change": kind.value,
                "ids": [entry.row_id for entry in entries],
                "at": at.isoformat().replace("+00:00", "Z"),
                "cursor": str(entries[-1].number),
            },
        )


def _delivery(webhook: Webhook, event: str, data: dict[str, object], at: datetime) -> WebhookDelivery:
    message_id, body = message(event, data, at=at)
    return WebhookDelivery(webhook=webhook, message_id=message_id, event=event, body=body, begun_at=at, available_at=at)
