"""Work of clients in the background."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from clients import sweeping
from clients.bulk import services as bulk
from clients.imports import services
from clients.models import BulkJob, ImportJob
from tenants.tasks import FirmTask
from tenants.unbound import all_firms


@shared_task(base=FirmTask)
def run_import(*, firm_id: int, job_id: int) -> None:
    services.run_queued(job_id, at=timezone.now())


def ring(job: ImportJob) -> None:
    """Wake a worker; the job's row decides whether there is anything to do (security.md 4.2)."""
    run_import.delay(firm_id=job.firm_id, job_id=job.pk)


@shared_task(base=FirmTask, autoretry_for=(OperationalError,))
def run_bulk(*, firm_id: int, job_id: int) -> None:
    """One stretch of an action on many clients, in one transaction; the next one is a message of its own."""
    bulk.work_on(job_id, at=timezone.now(), ring=ring_bulk)


def ring_bulk(job: BulkJob) -> None:
    """Wake a worker; the job's row decides whether there is anything to do (security.md 4.2)."""
    run_bulk.delay(firm_id=job.firm_id, job_id=job.pk)


@shared_task(base=FirmTask)
def tend_bulk(*, firm_id: int) -> None:
    """Every few minutes: what lost its message or its worker goes on, and what is old is forgotten."""
    bulk.forget_old(at=timezone.now())
    for job in bulk.lost_jobs(at=timezone.now()):
        ring_bulk(job)


@shared_task
def sweep_attachments() -> None:
    """Beat, every day: one task for each firm."""
    for firm_id, _slug in all_firms():
        sweep_attachments_of_firm.delay(firm_id=firm_id)


@shared_task(base=FirmTask)
def sweep_attachments_of_firm(*, firm_id: int) -> None:
    sweeping.sweep(at=timezone.now())
