"""``import_sales --firm SLUG FILE [--mapping FILE] [--dry-run] [--json]`` (api.md)."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.utils import timezone

from clients.imports.commands import ImportCommand
from clients.models import ImportJob
from portfolios.sale_files.kind import SALES
from tenants.binding import use_firm


class Command(ImportCommand):
    help = "Import sales of a firm's clients from a CSV file. A row with an error is not imported; the other rows are."

    def import_into(self, firm: int, path: str, mapping: dict[str, Any] | None, *, dry_run: bool) -> None:
        with use_firm(firm):
            self.read(path, mapping, dry_run=dry_run)

    def imported(self, stream: BinaryIO, *, name: str, mapping: dict[str, Any] | None, dry_run: bool) -> ImportJob:
        return SALES.import_file(stream, name=name, mapping=mapping, dry_run=dry_run, by=None, at=timezone.now())
