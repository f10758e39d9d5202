"""Work of clients in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from clients.imports import services
from clients.models import ImportJob
from tenants.tasks import FirmTask


@shared_task(base=FirmTask)
def run_import(*, firm_id: int, job_id: int) -> None:
    services.run_queued(job_id, at=timezone.now())


def ring(job: ImportJob) -> None:
    """Wake a worker; the job's row decides whether there is anything to do (security.md 4.2)."""
    run_import.delay(firm_id=job.firm_id, job_id=job.pk)
