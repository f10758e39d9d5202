"""Importing a text as a file, and reading what it left."""

import io
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from clients.imports.kinds import CLIENTS
from clients.models import Client, ImportJob, RefusedRow
from tenants.models import Membership


def import_text(
    content: str | bytes,
    columns: Mapping[str, str] | None = None,
    *,
    dry_run: bool = False,
    by: Membership | None = None,
    **mapping: Any,
) -> ImportJob:
    data = content if isinstance(content, bytes) else content.encode()
    asked: dict[str, Any] | None = {"columns": columns, **mapping} if columns else None
    return CLIENTS.import_file(
        io.BytesIO(data), name="clients.csv", mapping=asked, dry_run=dry_run, by=by, at=timezone.now()
    )


def refusals(job: ImportJob) -> list[dict[str, Any]]:
    return _told(job, is_warning=False)


def warnings(job: ImportJob) -> list[dict[str, Any]]:
    return _told(job, is_warning=True)


def _told(job: ImportJob, *, is_warning: bool) -> list[dict[str, Any]]:
    rows = RefusedRow.objects.filter(import_job=job, is_warning=is_warning)
    return list(rows.values("line", "column", "value", "code"))


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    return job.created, job.updated, job.skipped, job.error_count


def clients() -> list[Client]:
    return list(Client.objects.select_related("profile").order_by("pk"))
