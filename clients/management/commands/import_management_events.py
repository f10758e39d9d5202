"""``import_management_events --firm SLUG FILE [--json]``: what a management system tells of clients (O-54)."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone

from clients.imports.queries import refused_of
from clients.management_files.kind import EVENTS
from clients.models import ImportJob
from tenants.binding import use_firm
from tenants.management.reporting import OneLineCommand, firm_id_of

FIELDS = ("line", "column", "value", "code", "message")


class Command(OneLineCommand):
    help = "Enter receipts, invoices, commissions … from a table. A row with an error is left out; the others are not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--firm", required=True, metavar="SLUG", help="the firm's short name")
        parser.add_argument("file", metavar="FILE", help="the table (CSV, XLSX …); - reads standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        firm = firm_id_of(options["firm"])
        with use_firm(firm):
            job = _import(options["file"])
            errors = list(refused_of(job).order_by("line", "pk").values(*FIELDS))
        counts = {"rows": job.rows, "created": job.created, "updated": job.updated}
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "errors": errors}, ensure_ascii=False))
            return
        for error in errors:
            self.stderr.write(f"line {error['line']}: {error['column']}: {error['value']!r}: {error['message']}")
        self.stdout.write(f"{job.created} created, {job.updated} updated, {len(errors)} errors")


def _import(path: str) -> ImportJob:
    try:
        with sys.stdin.buffer if path == "-" else Path(path).open("rb") as stream:
            return EVENTS.import_file(stream, name=Path(path).name, by=None, at=timezone.now())
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}") from None
    except ValidationError as refused:
        raise CommandError(f"{path}: {' '.join(refused.messages)}") from None
