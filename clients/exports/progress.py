"""How far an export has come, for whoever watches, and whether he still wants it.

It runs in one transaction that nobody can look into: the count goes through the cache, the wish to stop through the
job's row.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache

from clients.enums import ExportState
from clients.models import ExportJob
from tenants.binding import bound_firm_id

KEPT_SECONDS = 3600


class ExportCancelled(Exception):  # noqa: N818 - named for what happened
    """Whoever asked for the file does not want it any more."""


def handled(job: ExportJob, clients: int) -> None:
    """So many clients are written. Raises ExportCancelled."""
    tell(job, clients)
    if ExportJob.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise ExportCancelled


def tell(job: ExportJob, handled: int) -> None:
    cache.set(_key(job), handled, KEPT_SECONDS)


def look_at(jobs: Sequence[ExportJob]) -> None:
    """Let those that run know how far they are: one look for all of them."""
    running = {_key(job): job for job in jobs if job.state == ExportState.RUNNING}
    for key, clients in (cache.get_many(list(running)) if running else {}).items():
        running[key].handled = min(int(clients), running[key].total)


def _key(job: ExportJob) -> str:
    return f"export:{bound_firm_id()}:{job.pk}"
