"""Imports as they are read: whose they are, their rows, what they refused and what their undo left."""

from __future__ import annotations

import csv
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.guarding import guarded
from clients.models import Client, ImportedClient, ImportJob, ImportRow, RefusedRow, SavedMapping
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


def refused_file(job: ImportJob) -> IO[bytes]:
    """The refused cells as a CSV for an Italian Excel: line, column, value, code, message."""
    file = SpooledTemporaryFile(IN_MEMORY, mode="w+b")  # noqa: SIM115 - the answer closes it
    file.write("\ufeff".encode())
    writer = csv.writer(Encoded(cast("IO[bytes]", file)), delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow([_("Line"), _("Column"), _("Value"), _("Code"), _("Reason")])
    last = 0
    while page := list(refused_of(job).filter(pk__gt=last).order_by("pk")[:2_000]):
        last = page[-1].pk
        for row in page:
            writer.writerow([row.line, guarded(row.column), guarded(row.value), row.code, row.message])
    file.seek(0)
    return cast("IO[bytes]", file)


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


def saved_mappings() -> QuerySet[SavedMapping]:
    rows: QuerySet[SavedMapping] = SavedMapping.objects.order_by("name")
    return rows
