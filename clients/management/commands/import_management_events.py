"""``import_management_events --firm SLUG FILE [--json]``: what a management system tells of clients (O-54)."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clients.imports.management import Report, import_management_events
from tenants.binding import use_firm
from tenants.unbound import all_firms


class Command(BaseCommand):
    help = "Enter receipts, invoices, commissions … from a table. A row with an error is left out; the others are not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--firm", required=True, metavar="SLUG", help="the firm's short name")
        parser.add_argument("file", metavar="FILE", help="the table (CSV, XLSX …); - reads standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        firm = next((pk for pk, slug in all_firms() if slug == options["firm"]), None)
        if firm is None:
            raise CommandError(f"There is no firm named {options['firm']}.")
        with use_firm(firm):
            report = _import(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        for error in report.errors:
            self.stderr.write(f"line {error.line}: {error.column}: {error.value!r}: {error.message}")
        self.stdout.write(f"{report.created} created, {report.updated} updated, {len(report.errors)} errors")


def _import(path: str) -> Report:
    try:
        with sys.stdin.buffer if path == "-" else Path(path).open("rb") as stream:
            return import_management_events(stream, by=None)
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}") from None
    except ValidationError as refused:
        raise CommandError(f"{path}: {' '.join(refused.messages)}") from None
