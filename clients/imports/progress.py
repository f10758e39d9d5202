"""How far an import has come, for whoever watches, and whether he still wants it.

It runs in one transaction that nobody can look into: the count goes through the cache, the wish to stop through the
job's row, which the watcher commits.
"""

from __future__ import annotations

from django.core.cache import cache

from clients.enums import ImportState
from clients.models import ImportJob
from tenants.binding import bound_firm_id

KEPT_SECONDS = 3600
# Reading is about two thirds of the work; the parts of writing share the rest.
READING, PARTS = 65, 8


class ImportCancelled(Exception):  # noqa: N818 - named for what happened
    """Whoever started the import has stopped it: nothing of it stays."""


class Progress:
    """Of one run. ``expected`` is the number of rows, where it is known."""

    def __init__(self, job: ImportJob, *, expected: int = 0) -> None:
        self._job, self._expected = job, expected
        self._rows = self._parts = 0

    def read(self, rows: int) -> None:
        """So many rows have been read."""
        self._rows = rows
        self.check(part=False)

    def check(self, *, part: bool = True) -> None:
        """A part of the work is done. Raises ImportCancelled when it is wanted no more."""
        self._parts += part
        cache.set(_key(self._job), {"rows": self._rows, "percent": self._percent()}, KEPT_SECONDS)
        if ImportJob.objects.filter(pk=self._job.pk, cancel_requested=True).exists():
            raise ImportCancelled

    def _percent(self) -> int:
        read = READING * self._rows // self._expected if self._expected else READING // 2
        return min(99, min(read, READING) + (100 - READING) * min(self._parts, PARTS) // PARTS)


def rows_read(job: ImportJob) -> int:
    """How many rows have been read so far."""
    return job.rows if not _is_running(job) else int(_told(job).get("rows", 0))


def percent(job: ImportJob) -> int:
    return int(_told(job).get("percent", 0)) if _is_running(job) else 100


def _is_running(job: ImportJob) -> bool:
    return job.state in ImportState.under_way()


def _told(job: ImportJob) -> dict[str, int]:
    told = cache.get(_key(job), None)
    return told if isinstance(told, dict) else {}


def _key(job: ImportJob) -> str:
    return f"import:{bound_firm_id()}:{job.pk}"
