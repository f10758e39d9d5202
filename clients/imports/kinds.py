"""What the rows of a file can be: clients, or what a higher app receives in the same way: sales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.enums import OnDuplicate
from clients.imports import guessing, offering, services, undoing
from clients.imports.guessing import Guess
from clients.imports.mapping import ImportMapping
from clients.imports.offering import Choice
from clients.imports.progress import Progress
from clients.imports.staging import Staged
from clients.models import ImportJob

Text = str | Promise
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
    run: Callable[[ImportJob, BinaryIO, datetime], None]
    can_be_undone: Callable[[ImportJob], bool]
    undo: Callable[[ImportJob, datetime], None]
    # None: such a file enters at once, as its headings say.
    wizard: Steps | None = None

    @property
    def steps(self) -> Steps:
        if self.wizard is None:
            raise TypeError(f"files of {self.name} enter at once")
        return self.wizard


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
    run=lambda job, stream, at: services.run_from_file(job, stream, at=at),
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
