"""A kind of files as one of the imports: what an app declares of it is checked, entered and taken back in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from clients import planner
from clients.enums import OnDuplicate
from clients.files.rows import Row, Rows
from clients.imports import undoing
from clients.imports.mapping import ImportMapping
from clients.imports.progress import Progress
from clients.imports.services import conclude
from clients.imports.staging import Staged
from clients.models import ImportJob

# Of a small file each row is sought by itself, whatever the planner of a batch would do.
SMALL = 5_000
Matcher = Callable[[Staged, ImportJob, ImportMapping, datetime], None]


def nothing_before(job: ImportJob) -> None:
    """For files whose rows need nothing made first."""


@dataclass(frozen=True)
class Frame:
    rows: Rows
    # Refuses what only the firm's data show, and finds out what is known (``import_known``).
    match: Matcher
    # What follows for these clients from rows that came, changed or went.
    follow: Callable[[ImportJob, Sequence[int], datetime], None]
    # Takes out what the import entered and nobody has touched since.
    take_out: Callable[[ImportJob, datetime], list[Row]]
    # The actions of the audit trail.
    imported: str
    undone: str
    # What has to be there before the rows.
    before: Callable[[ImportJob], None] = nothing_before

    def foresee(
        self, job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress
    ) -> tuple[int, int]:
        """How many rows would enter, and how many would change what is known."""
        self._match(job, staged, mapping, at, progress)
        return self.rows.expected(staged, on_duplicate=OnDuplicate(job.on_duplicate))

    def write(self, job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress) -> None:
        """On a dry run what was written is undone, and the counts stay."""
        self._match(job, staged, mapping, at, progress)
        with transaction.atomic():
            self.before(job)
            counts = self.rows.write(job, staged, at=at)
            self.follow(job, _touched(), at)
            progress.check()
            if job.dry_run:
                transaction.set_rollback(True)
        conclude(job, staged, counts, action=self.imported)

    def can_be_undone(self, job: ImportJob) -> bool:
        return self.rows.entered_by(job).filter(version=1).exists() or self.rows.kept_of(job).exists()

    def undo(self, job: ImportJob, at: datetime) -> None:
        """In the caller's transaction: all of it, or nothing. Whatever somebody has touched since stays as it is."""
        written = self.rows.count_written(job)
        removed = self.take_out(job, at)
        restored = self.rows.restore(job, at=at)
        self.follow(job, sorted({client for _pk, client in (*removed, *restored)}), at)
        job.removed, job.restored = len(removed), len(restored)
        job.kept = written - job.removed - job.restored
        undoing.conclude(job, action=self.undone, at=at)

    def _match(self, job: ImportJob, staged: Staged, mapping: ImportMapping, at: datetime, progress: Progress) -> None:
        if staged.rows <= SMALL:
            with connection.cursor() as cursor:
                cursor.execute(planner.LOOPED)
        self.match(staged, job, mapping, at)
        progress.check()


def _touched() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_id FROM import_touched ORDER BY client_id")
        return [pk for (pk,) in cursor.fetchall()]
