"""The base of every Celery task that works inside a firm, and the one task that does not."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.core.mail import EmailMessage

from tenants.binding import NoFirmBoundError, use_firm


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
