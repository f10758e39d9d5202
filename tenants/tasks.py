"""The base of every Celery task that works inside a firm, identity mail, and what expires."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from tenants.binding import NoFirmBoundError, use_firm
from tenants.feed.reading import forget
from tenants.models import CacheEntry, IdempotentAnswer, Session, WebhookDelivery
from tenants.services.trail import seal_trail
from tenants.unbound import all_firms
from tenants.webhooks import sending

logger = logging.getLogger(__name__)


class FirmTask(DjangoTask[Any, Any]):
    """Binds the firm named by the keyword ``firm_id`` round the whole task, in one transaction.

    A task that works in several committed steps (the night) takes ``firm_id`` too, but derives from Task and opens one
    ``use_firm`` per step.
    """

    abstract = True
    max_retries = 3
    default_retry_delay = 10

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "firm_id" not in kwargs:
            raise NoFirmBoundError(f"The task {self.name} needs the keyword firm_id.")
        with use_firm(int(kwargs["firm_id"])):
            return super().__call__(*args, **kwargs)


@shared_task(autoretry_for=(OSError, SMTPException), retry_backoff=10, retry_jitter=True, max_retries=8)
def send_mail(*, subject: str, body: str, to: str, message_id: str) -> None:
    """Send one identity mail; a server that is away is asked again for about an hour."""
    EmailMessage(subject, body, to=[to], headers={"Message-ID": message_id}).send()


@shared_task
def forget_expired() -> None:
    """What has had its time: log-ins and cache entries; and in each firm, what integrations were answered."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    CacheEntry.objects.filter(expires__lt=now).delete()
    for firm_id, _slug in all_firms():
        forget_answers.delay(firm_id=firm_id)
        forget_changes.delay(firm_id=firm_id)
        forget_deliveries.delay(firm_id=firm_id)


@shared_task(base=FirmTask)
def forget_answers(*, firm_id: int) -> None:
    """Answers to POSTs with an Idempotency-Key are kept for a day (api.md)."""
    IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()


@shared_task(base=FirmTask)
def forget_changes(*, firm_id: int) -> None:
    """The feed reaches back so far; who has not come for longer reads the lists anew."""
    forget(before=timezone.now() - settings.CHANGES_KEPT)


@shared_task
def sweep_webhooks() -> None:
    """Beat: one task for each firm that has something to announce or to send."""
    for firm_id in sending.firms_due(timezone.now()):
        send_webhooks.delay(firm_id=firm_id)


@shared_task
def send_webhooks(*, firm_id: int) -> None:
    """One firm's announcements; not a FirmTask, since claim and outcome of each are transactions of their own."""
    sending.send_due(firm_id)


@shared_task
def seal_trails() -> None:
    """Beat, every night: one task for each firm."""
    for firm_id, _slug in all_firms():
        seal_trail_of_firm.delay(firm_id=firm_id)


@shared_task(base=FirmTask)
def seal_trail_of_firm(*, firm_id: int) -> None:
    """The head goes to the log as well, which lies elsewhere (docs/decisions/0027)."""
    report = seal_trail(at=timezone.now())
    logger.info("Trail of firm %s: %s lines, head %s, %s found.", firm_id, report.lines, report.head, report.found)


@shared_task(base=FirmTask)
def forget_deliveries(*, firm_id: int) -> None:
    """The log of deliveries is kept for thirty days."""
    old = timezone.now() - timedelta(days=30)
    WebhookDelivery.objects.filter(begun_at__lt=old).delete()
