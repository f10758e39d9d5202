"""Work of clients in the background."""

from __future__ import annotations

from tempfile import TemporaryFile

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone

from clients import services, sweeping
from clients.bulk import services as bulk
from clients.exports import services as exports
from clients.imports import jobs
from clients.models import BulkJob, ExportJob, ImportJob
from tenants.archive.writing import one_moment
from tenants.binding import bound_firm, bound_firm_id, local_today, use_firm
from tenants.tasks import FirmTask
from tenants.unbound import all_firms

# An import waits for the one before it in the same firm.
SECONDS_BETWEEN_TRIES = 10


@shared_task
def run_import(*, firm_id: int, job_id: int) -> None:
    """What the job's row asks for: the attempt is committed before the work."""
    with use_firm(firm_id):
        worth_it = jobs.note_attempt(job_id)
    if worth_it:
        with use_firm(firm_id):
            is_over = jobs.work_on(job_id, at=timezone.now())
        if not is_over:
            run_import.apply_async(
                kwargs={"firm_id": firm_id, "job_id": job_id}, countdown=SECONDS_BETWEEN_TRIES, retry=False
            )


@shared_task(base=FirmTask)
def tend_imports(*, firm_id: int) -> None:
    """Every few minutes: what lost its message or its worker goes on, and what is old is forgotten."""
    jobs.forget_old(at=timezone.now())
    for job in jobs.lost_jobs(at=timezone.now()):
        ring(job)


@shared_task
def run_export(*, firm_id: int, job_id: int) -> None:
    """The attempt is committed before the work."""
    with use_firm(firm_id):
        worth_it = exports.note_attempt(job_id)
        whole_firm = exports.is_whole_firm(job_id)
    if worth_it and whole_firm:
        _export_firm(firm_id, job_id)
    elif worth_it:
        with use_firm(firm_id):
            exports.write_export(job_id, at=timezone.now())


def _export_firm(firm_id: int, job_id: int) -> None:
    """Read as of one moment, in a transaction that writes nothing; kept in another."""
    with TemporaryFile() as file:
        with use_firm(firm_id):
            one_moment()
            exports.write_firm(job_id, file, at=timezone.now())
        with use_firm(firm_id):
            exports.keep_firm(job_id, file, at=timezone.now())


@shared_task(base=FirmTask)
def tend_exports(*, firm_id: int) -> None:
    """Every few minutes: what was lost goes on, what has had its time goes."""
    exports.forget_expired(at=timezone.now())
    for job in exports.lost_jobs(at=timezone.now()):
        ring_export(job)


def ring_export(job: ExportJob) -> None:
    """Wake a worker after the commit."""
    firm_id, job_id = bound_firm_id(), job.pk
    transaction.on_commit(lambda: run_export.delay(firm_id=firm_id, job_id=job_id), robust=True)


def ring(job: ImportJob) -> None:
    """Wake a worker after the commit; the job's row decides whether there is anything to do (security.md 4.2)."""
    firm_id, job_id = bound_firm_id(), job.pk
    transaction.on_commit(lambda: run_import.delay(firm_id=firm_id, job_id=job_id), robust=True)


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
    services.purge_locked(today=local_today(bound_firm()))
    services.raise_alerts(at=timezone.now())
