"""Tables as files, CSV and Excel, written by the writers that export clients (nothing in them is a formula)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.http import HttpResponse

from clients.enums import ExportFormat
from clients.exports.columns import Column
from clients.exports.writers import WRITERS, as_attachment

IN_MEMORY = 1024 * 1024
FORMATS = (ExportFormat.CSV.value, ExportFormat.XLSX.value)


def table_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, kind: str) -> HttpResponse:
    """The table as a file to save; an unknown kind is CSV."""
    writer_of = WRITERS[kind if kind in FORMATS else FORMATS[0]]
    with SpooledTemporaryFile(IN_MEMORY, mode="w+b") as file:
        writer: Any = writer_of(cast("IO[bytes]", file), [_column(place, head) for place, head in enumerate(heads)])
        for row in rows:
            writer.write(row, date.min)
        writer.close()
        file.seek(0)
        headers = as_attachment(f"{name}.{writer_of.suffix}")
        return HttpResponse(file.read(), content_type=writer_of.content_type, headers=headers)


def _column(place: int, head: str) -> Column:
    def read(row: Any, today: date) -> tuple[object, ...]:
        return (row[place],)

    return Column(head, head, read)
