"""What the rows of a file can be: clients, or what a higher app receives in the same way; and how it comes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from os import SEEK_END
from typing import Any, BinaryIO, Protocol

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.enums import ImportState, OnDuplicate
from clients.imports import guessing, offering, pieces, services, undoing
from clients.imports.guessing import Guess
from clients.imports.mapping import ImportMapping, parse_as
from clients.imports.offering import Choice
from clients.imports.progress import Progress
from clients.imports.sources import numbered
from clients.imports.staging import Staged, stage
from clients.models import ImportJob
from clients.signals import import_queued
from tenants.models import Membership

Text = str | Promise
# Some thousand rows: about a second.
AT_ONCE = 1024 * 1024
EXPECTED = """
    SELECT count(*) FILTER (WHERE client_id IS NULL AND row_id = head),
        count(DISTINCT client_id) FILTER (WHERE client_id IS NOT NULL) FROM import_stage
"""


@dataclass(frozen=True)
class Words:
    """What the wizard says of this kind of rows."""

    title: Text
    # Over the choices of a column; beside what becomes of rows that are known; over the figures of the check.
    field: Text
    known: Text
    new_rows: Text
    known_rows: Text


@dataclass(frozen=True)
class Steps:
    """What the wizard needs to lead through a file of this kind: columns, check, and what enters then."""

    words: Words
    mapping: type[ImportMapping]
    guess: Guess
    offered: Callable[[], list[tuple[str, list[Choice]]]]
    # Of the rows in the staging table: refuse what only the firm's data show, and count who is new and who is known;
    # and let them enter.
    foresee: Callable[[ImportJob, Staged, ImportMapping, datetime, Progress], tuple[int, int]]
    write: Callable[[ImportJob, Staged, ImportMapping, datetime, Progress], None]
    # The parts of the mapping that only files of this kind have.
    rules: tuple[str, ...] = ()


class Runner(Protocol):
    """Reads a file and enters its rows, in the caller's transaction, all of it."""

    def __call__(self, job: ImportJob, stream: BinaryIO, *, at: datetime) -> None: ...


@dataclass(frozen=True)
class ImportKind:
    """How a job of this kind is worked on, and the page that shows what it brought."""

    name: str
    label: Text
    page: str
    page_label: Text
    # Over the figures of the report: what is new, and what was changed.
    made: Text
    changed: Text
    can_be_undone: Callable[[ImportJob], bool]
    undo: Callable[[ImportJob, datetime], None]
    # One of them: a file that goes through the steps, or one that enters at once, as its headings say.
    wizard: Steps | None = None
    at_once: Runner | None = None

    @property
    def steps(self) -> Steps:
        if self.wizard is None:
            raise TypeError(f"files of {self.name} enter at once")
        return self.wizard

    def import_file(
        self,
        stream: BinaryIO,
        *,
        name: str,
        mapping: Mapping[str, Any] | None = None,
        dry_run: bool = False,
        by: Membership | None,
        at: datetime,
    ) -> ImportJob:
        """Import the file now. Raises FileRefused when nothing of it can be used."""
        job = self._job(name, mapping, dry_run=dry_run, by=by)
        job.state = ImportState.RUNNING
        with transaction.atomic():
            job.save()
            self.run(job, stream, at=at)
        return job

    def import_or_queue(
        self,
        stream: BinaryIO,
        *,
        name: str,
        mapping: Mapping[str, Any] | None,
        dry_run: bool,
        by: Membership | None,
        at: datetime,
    ) -> ImportJob:
        """A small file while the caller waits, a large one by a worker."""
        if stream.seek(0, SEEK_END) > AT_ONCE:
            return self.queue_file(stream, name=name, mapping=mapping, dry_run=dry_run, by=by)
        return self.import_file(stream, name=name, mapping=mapping, dry_run=dry_run, by=by, at=at)

    def queue_file(
        self,
        stream: BinaryIO,
        *,
        name: str,
        mapping: Mapping[str, Any] | None,
        dry_run: bool,
        by: Membership | None,
    ) -> ImportJob:
        """Keep the file for a worker. Raises FileRefused at once for what its first lines show."""
        job = self._job(name, mapping, dry_run=dry_run, by=by)
        chosen = parse_as(self.steps.mapping, mapping) if mapping else self.steps.mapping()
        with services.open_file(stream, chosen) as source:
            chosen.places(source.header)
            job.layout = {"kind": source.kind, "header": numbered(source.header)}
        pieces.keep(job, stream)
        import_queued.send(ImportJob, job=job)
        return job

    def run(self, job: ImportJob, stream: BinaryIO, *, at: datetime) -> None:
        """In the caller's transaction, all of it."""
        if self.at_once is not None:
            self.at_once(job, stream, at=at)
            return
        mapping = self.steps.mapping.of(job.mapping, at=at)
        progress = Progress(job)
        with services.as_a_batch(), services.open_file(stream, mapping) as source:
            staged = stage(source, mapping, progress=progress.read)
            self.steps.write(job, staged, mapping, at, progress)

    def _job(self, name: str, mapping: Mapping[str, Any] | None, *, dry_run: bool, by: Membership | None) -> ImportJob:
        job = ImportJob(kind=self.name, file_name=name[-255:], mapping=mapping or {}, dry_run=dry_run, by=by)
        if mapping is not None:
            job.on_duplicate = parse_as(self.steps.mapping, mapping).on_duplicate
        return job


def _foresee_clients(
    job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress
) -> tuple[int, int]:
    services.prepare(job, staged, mapping, at=at, progress=progress)
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED)
        created, found = cursor.fetchone()
    return created, found if mapping.on_duplicate == OnDuplicate.UPDATE else 0


def _write_clients(job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress) -> None:
    services.write_and_conclude(job, staged, mapping, at=at, progress=progress)


CLIENTS = ImportKind(
    name="clients",
    label=_("Clients"),
    page="clients:client_list",
    page_label=_("To the clients"),
    made=_("New clients"),
    changed=_("Updated clients"),
    can_be_undone=undoing.can_be_undone,
    undo=lambda job, at: undoing.undo(job, at=at),
    wizard=Steps(
        words=Words(
            title=_("Import clients"),
            field=_("Field of the client"),
            known=_("Clients who exist already"),
            new_rows=_("New clients"),
            known_rows=_("Known clients"),
        ),
        mapping=ImportMapping,
        guess=guessing.guess,
        offered=offering.offered,
        foresee=_foresee_clients,
        write=_write_clients,
        rules=("match_on", "keep_wrong_tax_codes", "new_companies"),
    ),
)
_kinds = {CLIENTS.name: CLIENTS}


def register(kind: ImportKind) -> None:
    """Called by a higher app, in its ``AppConfig.ready()``."""
    _kinds[kind.name] = kind


def of(job: ImportJob) -> ImportKind:
    return _kinds[job.kind]


def steps_of(job: ImportJob) -> Steps:
    return of(job).steps
