"""What an import refused or doubted, as files: cell by cell with the reasons; the whole rows, to hand in again."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, cast

import xlsxwriter
from django.utils.translation import gettext as _

from clients.guarding import guarded
from clients.imports.queries import IN_MEMORY, Encoded, kept_rows_of, refused_of
from clients.models import ImportJob, ImportRow, RefusedRow

AT_ONCE = 2_000
# What a cell of Excel holds.
LONGEST_CELL = 32_767


def told_file(job: ImportJob) -> IO[bytes]:
    """The refused cells, and after them what went in with a warning, as a CSV for an Italian Excel."""
    file = SpooledTemporaryFile(IN_MEMORY, mode="w+b")  # noqa: SIM115 - the answer closes it
    file.write("\ufeff".encode())
    writer = csv.writer(Encoded(cast("IO[bytes]", file)), delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow([_("Line"), _("Column"), _("Value"), _("Code"), _("Reason"), _("Outcome")])
    for is_warning, outcome in ((False, _("not imported")), (True, _("imported, to be checked"))):
        for row in _told(job, is_warning=is_warning):
            cells = [row.line, guarded(row.column), guarded(row.value), row.code, row.message, outcome]
            writer.writerow(cells)
    file.seek(0)
    return cast("IO[bytes]", file)


def rows_file(job: ImportJob) -> IO[bytes]:
    """The rows that were not imported, cell by cell as they were handed in, each with its line and the reasons."""
    file = SpooledTemporaryFile(IN_MEMORY, mode="w+b")  # noqa: SIM115 - the answer closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    header = job.layout.get("header", [])
    for place, name in enumerate([*header, _("Line"), _("Reason")]):
        sheet.write_string(0, place, name[:LONGEST_CELL])
    for number, (row, reason) in enumerate(_rows(job), start=1):
        for place, cell in enumerate(row.cells[: len(header)]):
            sheet.write_string(number, place, cell[:LONGEST_CELL])
        sheet.write_number(number, len(header), row.line)
        sheet.write_string(number, len(header) + 1, reason[:LONGEST_CELL])
    book.close()
    file.seek(0)
    return cast("IO[bytes]", file)


def _told(job: ImportJob, *, is_warning: bool) -> Iterator[RefusedRow]:
    last = 0
    rows = RefusedRow.objects.filter(import_job=job, is_warning=is_warning).order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        last = page[-1].pk
        yield from page


def _rows(job: ImportJob) -> Iterator[tuple[ImportRow, str]]:
    last = 0
    while page := list(kept_rows_of(job).filter(line__gt=last).order_by("line")[:AT_ONCE]):
        last = page[-1].line
        reasons: dict[int, list[str]] = defaultdict(list)
        for row in refused_of(job).filter(line__in=[row.line for row in page]).order_by("line", "pk"):
            reasons[row.line].append(f"{row.column}: {row.message}" if row.column else row.message)
        yield from ((row, " ".join(reasons[row.line])) for row in page)
