"""Imports as they are read: whose they are, their rows, what they refused and what their undo left."""

from __future__ import annotations

from typing import IO

from django.db.models import QuerySet

from clients.models import Client, ImportedClient, ImportJob, ImportRow, RefusedRow
from clients.queries import visible_clients
from tenants.models import Membership
from tenants.permissions import Permission

SHOWN = 50
IN_MEMORY = 1024 * 1024


def imports_of(member: Membership) -> QuerySet[ImportJob]:
    """One's own; who sees every client sees every import."""
    jobs: QuerySet[ImportJob] = ImportJob.objects.select_related("by", "undone_by")
    return jobs if member.can(Permission.VIEW_ALL_CLIENTS) else jobs.filter(by=member)


def rows_of(job: ImportJob, *, only_refused: bool = False) -> QuerySet[ImportRow]:
    rows: QuerySet[ImportRow] = ImportRow.objects.filter(import_job=job)
    return rows.filter(refusals__isnull=False) if only_refused else rows


def refused_of(job: ImportJob) -> QuerySet[RefusedRow]:
    rows: QuerySet[RefusedRow] = RefusedRow.objects.filter(import_job=job, is_warning=False)
    return rows


def doubted_of(job: ImportJob) -> QuerySet[RefusedRow]:
    """What went in and is to be checked."""
    rows: QuerySet[RefusedRow] = RefusedRow.objects.filter(import_job=job, is_warning=True)
    return rows


def kept_rows_of(job: ImportJob) -> QuerySet[ImportRow]:
    """Of an import that is over, the rows that did not go in: kept for whoever mends them."""
    rows: QuerySet[ImportRow] = ImportRow.objects.filter(import_job=job, dropped=False)
    return rows if job.finished_at is not None else rows.none()


class Encoded:
    """What csv writes to: text in, UTF-8 out."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


def kept_of(job: ImportJob, member: Membership) -> list[tuple[Client, ImportedClient]]:
    """Clients whom the undo left as they are, and why; the first of those that the member may see."""
    kept = {row.client_id: row for row in ImportedClient.objects.filter(import_job=job).exclude(kept="")[:SHOWN]}
    clients = visible_clients(member).filter(pk__in=list(kept)).order_by("name_key", "pk")
    return [(client, kept[client.pk]) for client in clients]
