"""Periodic work: each task is one call; the database knows what is to be done (security.md 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from celery import shared_task
from django.utils import timezone

from crm import nightly


@shared_task(name="crm.tasks.dispatch_nights")
def dispatch_nights() -> None:
    """Beat, every 15 minutes: one task for each firm whose night is due."""
    nightly.dispatch_nights(at=timezone.now(), ring=ring)


@shared_task(name="crm.tasks.resume_nights")
def resume_nights() -> None:
    """Beat, every minute: nights whose message or worker was lost, and nights asked for by hand."""
    nightly.resume_nights(at=timezone.now(), ring=ring)


@shared_task(name="crm.tasks.run_firm_night")
def run_firm_night(*, firm_id: int, days: Sequence[str]) -> None:
    """One firm's nights; not a FirmTask, since each step is a transaction of its own."""
    nightly.run_nights(firm_id, [date.fromisoformat(day) for day in days], at=timezone.now())


def ring(firm_id: int, days: Sequence[date]) -> None:
    run_firm_night.delay(firm_id=firm_id, days=[day.isoformat() for day in days])
