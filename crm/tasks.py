"""Periodic work: each task is one call; the database knows what is to be done (security.md 4.2)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from celery import shared_task
from django.db import close_old_connections, transaction
from django.utils import timezone

import clients.tasks
import communications.tasks
from crm import nightly
from scheduling import nights
from scheduling.models import NightlyRun
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership
from tenants.unbound import all_firms

logger = logging.getLogger(__name__)


@shared_task(name="crm.tasks.dispatch_nights")
def dispatch_nights() -> None:
    """Beat, every 15 minutes: tasks for the firms whose night is due."""
    nightly.dispatch_nights(at=timezone.now(), ring=ring)


@shared_task(name="crm.tasks.resume_nights")
def resume_nights() -> None:
    """Beat, every minute: nights whose message or worker was lost, and nights asked for by hand."""
    nightly.resume_nights(at=timezone.now(), ring=ring)


@shared_task(name="crm.tasks.run_nights")
def run_nights(*, work: Sequence[tuple[int, Sequence[str]]]) -> None:
    """The nights of some firms, one after the other; not a FirmTask, since a night is several transactions."""
    for firm_id, days in work:
        try:
            nightly.run_nights(firm_id, [date.fromisoformat(day) for day in days], at=timezone.now())
        except Exception:
            logger.exception("The nights of firm %s were not run.", firm_id)
            close_old_connections()


@shared_task(name="crm.tasks.tend_firms")
def tend_firms() -> None:
    """Beat, every ten minutes: each firm looks after the work that its members left in the background."""
    for firm_id, _slug in all_firms():
        clients.tasks.tend_bulk.delay(firm_id=firm_id)
        clients.tasks.tend_imports.delay(firm_id=firm_id)
        clients.tasks.tend_exports.delay(firm_id=firm_id)
        communications.tasks.tend_generations.delay(firm_id=firm_id)


def ring(work: Sequence[nightly.Work]) -> None:
    """Have a worker run these nights."""
    run_nights.delay(work=[(firm_id, [day.isoformat() for day in days]) for firm_id, days in work])


def ask_for_night(day: date, *, by: Membership | None) -> NightlyRun | None:
    """Have a worker run the full night of ``day`` of the bound firm; None while it is being run.

    The row is what counts: when the broker is away the bell is not heard, and the next beat rings again.
    """
    run = nights.request_night(day, by=by)
    if run is not None:
        audit.record("night.requested", run, by=by, after={"date": day.isoformat()})
        firm_id = bound_firm_id()
        transaction.on_commit(lambda: ring([(firm_id, [day])]), robust=True)
    return run
