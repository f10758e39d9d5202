"""What the commands that import a file have in common (api.md): their arguments, their report, their refusals."""

from __future__ import annotations

import json
import sys
from abc import abstractmethod
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from clients.models import ImportJob, RefusedRow
from tenants.management.reporting import OneLineCommand, firm_id_of


class ImportCommand(OneLineCommand):
    """One file into one firm. A row with an error is not imported; the other rows are."""

    @abstractmethod
    def import_into(self, firm: int, path: str, mapping: dict[str, Any] | None, *, dry_run: bool) -> None:
        """With the firm bound: import the file and ``report`` what became of it."""

    @abstractmethod
    def imported(self, stream: BinaryIO, *, name: str, mapping: dict[str, Any] | None, dry_run: bool) -> ImportJob:
        """Lead to the service."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--firm", required=True, metavar="SLUG", help="the firm's short name")
        parser.add_argument("file", metavar="FILE", help="the CSV file; - reads standard input")
        parser.add_argument("--mapping", metavar="FILE", help="a JSON file that says which column goes to which field")
        parser.add_argument("--dry-run", action="store_true", help="only report what would happen")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        firm = firm_id_of(options["firm"])
        mapping = _mapping(options["mapping"]) if options["mapping"] else None
        self.as_json = options["json"]
        self.import_into(firm, options["file"], mapping, dry_run=options["dry_run"])

    def read(self, path: str, mapping: dict[str, Any] | None, *, dry_run: bool) -> None:
        """Import the file and report; what is wrong with it as a whole is one clear line."""
        try:
            with sys.stdin.buffer if path == "-" else Path(path).open("rb") as stream:
                job = self.imported(stream, name=Path(path).name, mapping=mapping, dry_run=dry_run)
        except OSError as problem:
            raise CommandError(f"{path}: {problem.strerror}") from None
        except ValidationError as refused:
            raise CommandError(f"{path}: {' '.join(refused.messages)}") from None
        self._report(job)

    def _report(self, job: ImportJob) -> None:
        if self.as_json:
            for part in _json(job):
                self.stdout.write(part, ending="")
            self.stdout.write("")
            return
        for row in RefusedRow.objects.filter(import_job=job).order_by("is_warning", "line", "id").iterator():
            told = f"line {row.line}: {row.column}: {row.value!r}: {row.message}"
            self.stderr.write(f"warning: {told}" if row.is_warning else told)
        counts = f"{job.created} created, {job.updated} updated, {job.skipped} skipped, {job.error_count} errors"
        warned = f", {job.warning_count} warnings" if job.warning_count else ""
        self.stdout.write(f"{counts}{warned}" + (" (dry run: nothing was written)" if job.dry_run else ""))


def _mapping(path: str) -> dict[str, Any]:
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}") from None
    except (ValueError, RecursionError) as problem:
        raise CommandError(f"{path} is not JSON: {problem}") from None
    if not isinstance(document, dict):
        raise CommandError(f"{path}: a mapping is a JSON object with columns.")
    return document


def _json(job: ImportJob) -> Iterator[str]:
    """The report piece by piece: there may be as many errors as rows."""
    counts = {"created": job.created, "updated": job.updated, "skipped": job.skipped}
    yield json.dumps(counts)[:-1]
    fields = ("line", "column", "value", "code", "message")
    for name, is_warning in (("errors", False), ("warnings", True)):
        yield f', "{name}": ['
        told = RefusedRow.objects.filter(import_job=job, is_warning=is_warning).values(*fields)
        for number, row in enumerate(told.iterator()):
            yield ("," if number else "") + json.dumps(row, ensure_ascii=False)
        yield "]"
    yield "}"
