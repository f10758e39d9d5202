"""The doorbell of the calendars outside: their rows decide what is read and written (security.md 4.2)."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from scheduling.calendars import claims, rounds
from tenants.binding import bound_firm_id


@shared_task
def sweep_calendars() -> None:
    """Beat: one task for each firm whose calendars have something to read or to write."""
    for firm_id in claims.firms_due(timezone.now()):
        sync_calendars.delay(firm_id=firm_id)


@shared_task
def sync_calendars(*, firm_id: int) -> None:
    """One firm's calendars; not a FirmTask, since what is said to the other side stands between transactions."""
    rounds.sync_due(firm_id)


def ring_calendars() -> None:
    """Wake a worker for the bound firm after the commit, so that nobody waits for the sweep."""
    firm_id = bound_firm_id()
    transaction.on_commit(lambda: sync_calendars.delay(firm_id=firm_id), robust=True)
