"""The doorbell of the outbox: the rows decide what is sent (security.md 4.2)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from communications import outbox


@shared_task
def sweep_outbox() -> None:
    """Beat, every half minute: one task for each firm that has mail to send."""
    for firm_id in outbox.firms_with_mail_due(timezone.now()):
        send_mails.delay(firm_id=firm_id)


@shared_task
def send_mails(*, firm_id: int) -> None:
    """One firm's mail; not a FirmTask, since claim and outcome of each are transactions of their own."""
    outbox.send_due(firm_id)
