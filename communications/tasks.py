"""The doorbell of the outbox: the rows decide what is sent (security.md 4.2)."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone

from communications import outbox
from communications.services import generation
from tenants.binding import bound_firm_id
from tenants.tasks import FirmTask


@shared_task
def sweep_outbox() -> None:
    """Beat, every half minute: one task for each firm that has mail to send."""
    for firm_id in outbox.firms_with_mail_due(timezone.now()):
        send_mails.delay(firm_id=firm_id)


@shared_task
def send_mails(*, firm_id: int) -> None:
    """One firm's mail; not a FirmTask, since claim and outcome of each are transactions of their own."""
    if outbox.send_due(firm_id) >= outbox.MOST_AT_ONCE:
        send_mails.delay(firm_id=firm_id)


@shared_task(base=FirmTask, autoretry_for=(OperationalError,))
def run_generation(*, firm_id: int, run_id: int) -> None:
    """One stretch of a generation, in one transaction; the next one is a message of its own."""
    generation.work_on(run_id, at=timezone.now(), ring=ring_generation)


def ring_generation(run_id: int) -> None:
    """Wake a worker; the run's row decides whether there is anything to do (security.md 4.2)."""
    run_generation.delay(firm_id=bound_firm_id(), run_id=run_id)


@shared_task(base=FirmTask)
def tend_generations(*, firm_id: int) -> None:
    """Every few minutes: what lost its message or its worker goes on, and dry runs of yesterday are forgotten."""
    generation.forget_drafts(at=timezone.now())
    for run_id in generation.lost_runs(at=timezone.now()):
        ring_generation(run_id)


def ring_outbox() -> None:
    """Wake a sender of the bound firm after the commit, so that nobody waits for the sweep."""
    firm_id = bound_firm_id()
    transaction.on_commit(lambda: send_mails.delay(firm_id=firm_id), robust=True)
