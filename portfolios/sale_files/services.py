"""Importing a file of sales: what the command, the page and the REST interface lead to (GAT-18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from os import SEEK_END
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from clients import planner
from clients.enums import ImportState, OnDuplicate
from clients.imports import jobs, kinds, refusals
from clients.imports.kinds import ImportKind, Steps, Words
from clients.imports.mapping import ImportMapping, parse_as
from clients.imports.progress import Progress
from clients.imports.services import as_a_batch, conclude, open_file
from clients.imports.sources import numbered
from clients.imports.staging import Staged, stage
from clients.models import ImportJob
from portfolios.sale_files import columns, matching, undoing, writing
from portfolios.sale_files.columns import REFUSALS, SaleMapping
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

# Of a small file each row is sought by itself, whatever the planner of a batch would do.
SMALL = 5_000
# Some thousand rows: about a second.
AT_ONCE = 1024 * 1024


def register() -> None:
    """Called when the app is ready."""
    refusals.name_refusals(REFUSALS)
    kinds.register(SALES)


def import_sales(
    stream: BinaryIO,
    *,
    name: str,
    mapping: Mapping[str, Any] | None,
    dry_run: bool,
    by: Membership | None,
    at: datetime,
) -> ImportJob:
    """Import the file now. Raises FileRefused when nothing of it can be used."""
    job = _job(name, mapping, dry_run=dry_run, by=by)
    job.state = ImportState.RUNNING
    with transaction.atomic():
        job.save()
        run(job, stream, at=at)
    return job


def import_or_queue(
    stream: BinaryIO,
    *,
    name: str,
    mapping: Mapping[str, Any] | None,
    dry_run: bool,
    by: Membership | None,
    at: datetime,
) -> ImportJob:
    """A small file while the person waits, a large one by a worker."""
    if stream.seek(0, SEEK_END) > AT_ONCE:
        return queue_sales(stream, name=name, mapping=mapping, dry_run=dry_run, by=by)
    return import_sales(stream, name=name, mapping=mapping, dry_run=dry_run, by=by, at=at)


def queue_sales(
    stream: BinaryIO, *, name: str, mapping: Mapping[str, Any] | None, dry_run: bool, by: Membership | None
) -> ImportJob:
    """Keep the file for a worker. Raises FileRefused at once for what its first lines show."""
    job = _job(name, mapping, dry_run=dry_run, by=by)
    chosen = SaleMapping.of(job.mapping)
    with open_file(stream, chosen) as source:
        chosen.places(source.header)
        job.layout = {"kind": source.kind, "header": numbered(source.header)}
    return jobs.queue(job, stream)


def run(job: ImportJob, stream: BinaryIO, *, at: datetime) -> None:
    """In the caller's transaction, all of it; on a dry run what was written is undone, and the counts stay."""
    mapping = replace(SaleMapping.of(job.mapping), today=local_today(bound_firm(), at=at))
    progress = Progress(job)
    with as_a_batch(), open_file(stream, mapping) as source:
        staged = stage(source, mapping, progress=progress.read)
        _write(job, staged, mapping, at, progress)


def _foresee(
    job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress
) -> tuple[int, int]:
    """How many sales the rows would enter and correct."""
    _match(job, staged, progress)
    return writing.expected(staged, on_duplicate=OnDuplicate(job.on_duplicate))


def _write(job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress) -> None:
    _match(job, staged, progress)
    with transaction.atomic():
        counts = writing.write(job, staged, at=at)
        progress.check()
        if job.dry_run:
            transaction.set_rollback(True)
    conclude(job, staged, counts, action="sales.imported")


def _match(job: ImportJob, staged: Staged, progress: Progress) -> None:
    if staged.rows <= SMALL:
        with connection.cursor() as cursor:
            cursor.execute(planner.LOOPED)
    matching.match(staged, by=job.by, on_duplicate=OnDuplicate(job.on_duplicate))
    progress.check()


def _job(name: str, mapping: Mapping[str, Any] | None, *, dry_run: bool, by: Membership | None) -> ImportJob:
    chosen = SaleMapping() if mapping is None else parse_as(SaleMapping, mapping)
    return ImportJob(
        kind="sales",
        file_name=name[-255:],
        mapping=dict(mapping or {}),
        dry_run=dry_run,
        by=by,
        on_duplicate=chosen.on_duplicate,
    )


SALES = ImportKind(
    name="sales",
    label=_("Sales"),
    page="portfolios:sale_list",
    page_label=_("To the ledger"),
    made=_("New sales"),
    changed=_("Corrected sales"),
    run=lambda job, stream, at: run(job, stream, at=at),
    can_be_undone=undoing.can_be_undone,
    undo=undoing.undo,
    wizard=Steps(
        words=Words(
            title=_("Import sales"),
            field=_("Part of the sale"),
            known=_("Sales that are known by their external id"),
            new_rows=_("New sales"),
            known_rows=_("Sales to correct"),
        ),
        mapping=SaleMapping,
        guess=columns.guess,
        offered=columns.offered,
        foresee=_foresee,
        write=_write,
    ),
)
