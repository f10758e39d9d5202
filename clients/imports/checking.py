"""The rows of a file between its check and its import: kept, shown, corrected, left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from clients.enums import ImportState
from clients.imports import households, kinds
from clients.imports.cells import shown
from clients.imports.mapping import ImportMapping
from clients.imports.refusals import FileRefused, Refusal
from clients.imports.sources import Row, Source
from clients.imports.staging import (
    ESCAPES,
    NULL,
    Progress,
    RowReader,
    Staged,
    copy,
    create_tables,
    staged_by,
)
from clients.models import ImportJob, ImportRow
from tenants.binding import bound_firm_id

LONGEST_CORRECTION = 10_000
# What the database cannot hold is stored as an escape: such a cell stays refused until somebody corrects it.
UNSTORABLE = "invalid_text"
STAGED_AT_ONCE = 5_000
# Warnings that only the other rows, or the firm's data, give rise to.
OF_THE_WHOLE_FILE = (households.TWO_KNOWN, households.SHARED)
CREATE = """
    DROP TABLE IF EXISTS import_checked;
    CREATE TEMP TABLE import_checked (line integer, cells text, staged text, refusals text, doubts text) ON COMMIT DROP
"""
KEEP = """
    INSERT INTO clients_importrow (firm_id, import_job_id, line, cells, staged, refusals, doubts, corrected, dropped)
    SELECT %(firm)s, %(job)s, line, cells::jsonb, staged, refusals::jsonb, doubts::jsonb, NULL, false
    FROM import_checked
"""
# The rows that cannot be read, as the report names them.
REFUSED = """
    INSERT INTO import_refused (line, place, header, value, code, message)
    SELECT r.line, coalesce(f.place, 0), coalesce(%(header)s::jsonb ->> f.place, ''), coalesce(f.value, ''), f.code,
        f.message
    FROM clients_importrow r, jsonb_to_recordset(r.refusals) AS f(place integer, value text, code text, message text)
    WHERE r.firm_id = %(firm)s AND r.import_job_id = %(job)s AND r.refusals IS NOT NULL AND NOT r.dropped
"""
DOUBTED = """
    INSERT INTO import_doubted (line, place, header, value, code, message)
    SELECT r.line, f.place, coalesce(%(header)s::jsonb ->> f.place, ''), coalesce(f.value, ''), f.code, f.message
    FROM clients_importrow r, jsonb_to_recordset(r.doubts) AS f(place integer, value text, code text, message text)
    WHERE r.firm_id = %(firm)s AND r.import_job_id = %(job)s AND r.doubts IS NOT NULL AND NOT r.dropped
"""
# What only the whole file shows (a name is missing, somebody has the value already) is said on its row too.
SAY_ON_ROWS = """
    UPDATE clients_importrow r SET refusals = f.refusals FROM (
        SELECT line, jsonb_agg(jsonb_build_object('place', NULL, 'code', code, 'message', message, 'value', value,
                                                  'header', header, 'whole', true)) AS refusals
        FROM import_refused GROUP BY line
    ) f WHERE r.firm_id = %(firm)s AND r.import_job_id = %(job)s AND r.line = f.line AND r.refusals IS NULL
"""
# So is what goes in and is to be looked at: on the cell of the column that it is about.
DOUBT_ROWS = """
    UPDATE clients_importrow r SET doubts = coalesce(r.doubts, '[]') || f.doubts FROM (
        SELECT line, jsonb_agg(jsonb_build_object('place', (%(places)s::jsonb ->> header)::integer, 'code', code,
                                                  'message', message, 'value', value, 'whole', true)) AS doubts
        FROM import_doubted WHERE code = ANY(%(codes)s) GROUP BY line
    ) f WHERE r.firm_id = %(firm)s AND r.import_job_id = %(job)s AND r.line = f.line
"""
# … and asked again each time: what is in the firm may have changed.
ASK_AGAIN = """
    UPDATE clients_importrow SET refusals = NULL
    WHERE firm_id = %(firm)s AND import_job_id = %(job)s AND refusals @> '[{"whole": true}]';
    UPDATE clients_importrow SET doubts = (
        SELECT jsonb_agg(told) FROM jsonb_array_elements(doubts) AS told WHERE told -> 'whole' IS NULL
    ) WHERE firm_id = %(firm)s AND import_job_id = %(job)s AND doubts @> '[{"whole": true}]'
"""


def keep_rows(job: ImportJob, file: Source, mapping: ImportMapping, *, progress: Progress) -> int:
    """Check every row and keep it, whether it can be read or not; how many there are."""
    reader = RowReader(file.header, mapping, separator=file.delimiter, guarded=file.has_guarded_cells)
    ImportRow.objects.filter(import_job=job).delete()
    counted = _Counted(file, progress)
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        columns = ["line", "cells", "staged", "refusals", "doubts"]
        copy("import_checked", columns, _checked(counted, reader), between=counted.told)
        if not counted.rows:
            raise FileRefused("no_rows", line=file.header_line)
        cursor.execute(KEEP, _params(job))
        cursor.execute("DROP TABLE import_checked")
    return counted.rows


def stage_kept(job: ImportJob, mapping: ImportMapping, *, progress: Progress) -> Staged:
    """Fill the staging table with the kept rows that nothing is wrong with, and the refused ones with the others."""
    reader = _reader(job, mapping)
    create_tables(reader.targets)
    with connection.cursor() as cursor:
        cursor.execute(ASK_AGAIN, _params(job))
    rows = last = 0
    while page := _staged_after(job, last):
        rows += len(page)
        copy("import_stage", reader.names, _current(job, reader, page), between=lambda: None)
        progress(rows)
        last = page[-1][0]
    with connection.cursor() as cursor:
        for kept in (REFUSED, DOUBTED):
            cursor.execute(kept, {**_params(job), "header": json.dumps(job.layout["header"])})
    return staged_by(reader, job.rows)


def say_on_rows(job: ImportJob) -> None:
    places = {name: place for place, name in enumerate(job.layout["header"])}
    told: dict[str, Any] = {"places": json.dumps(places), "codes": list(OF_THE_WHOLE_FILE)}
    with connection.cursor() as cursor:
        cursor.execute(SAY_ON_ROWS, _params(job))
        cursor.execute(DOUBT_ROWS, {**_params(job), **told})


def correct_cell(job: ImportJob, line: int, place: int, text: str) -> ImportRow:
    """Put ``text`` into one cell and read its row again. Raises ValidationError where there is no such cell."""
    row = _row_to_change(job, line)
    if not 0 <= place < len(job.layout["header"]):
        raise ValidationError({"column": ValidationError(_("The file has no such column."), code="unknown_column")})
    if len(text) > LONGEST_CORRECTION:
        raise ValidationError({"value": ValidationError(_("This text is too long."), code="too_long")})
    cells = _of_length(row.cells, len(job.layout["header"]))
    row.corrected = {str(place): cells[place], **(row.corrected or {})}
    cells[place] = shown(text, LONGEST_CORRECTION)
    row.cells = cells
    _read_again(job, row)
    row.save(update_fields=["cells", "corrected", "staged", "refusals", "doubts"])
    return row


def drop_row(job: ImportJob, line: int, *, dropped: bool) -> ImportRow:
    """Leave a row out of the import, or take it in again."""
    row = _row_to_change(job, line)
    row.dropped = dropped
    row.save(update_fields=["dropped"])
    return row


def _row_to_change(job: ImportJob, line: int) -> ImportRow:
    if job.state != ImportState.CHECKED:
        raise ValidationError(_("The rows can be changed only between the check and the import."), code="not_checked")
    row: ImportRow | None = ImportRow.objects.select_for_update().filter(import_job=job, line=line).first()
    if row is None:
        raise ValidationError({"line": ValidationError(_("The file has no row on this line."), code="unknown_line")})
    return row


def _read_again(job: ImportJob, row: ImportRow) -> None:
    """The whole row, since it may have been too short before; cells that could not be stored stay refused."""
    reader = _reader(job, kinds.steps_of(job).mapping.of(job.mapping))
    staged, refusals, doubts = reader.read(Row(row.line, row.cells))
    corrected = set(row.corrected or {})
    unstorable = [
        each
        for each in row.refusals or ()
        if each["code"] == UNSTORABLE and each["place"] is not None and str(each["place"]) not in corrected
    ]
    told = unstorable + [_as_json(place, each) for place, each in refusals]
    row.staged, row.refusals = ("" if told else staged), told or None
    row.doubts = [_as_json(place, each) for place, each in doubts] or None


def _reader(job: ImportJob, mapping: ImportMapping) -> RowReader:
    """A reader of kept cells: those of a CSV may still be guarded against formulas."""
    return RowReader(job.layout["header"], mapping, guarded=job.layout["kind"] == "csv")


class _Counted:
    def __init__(self, file: Source, progress: Progress) -> None:
        self.file, self.progress, self.rows = file, progress, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.file.rows():
            self.rows += 1
            yield row

    def told(self) -> None:
        self.progress(self.rows)


def _checked(rows: _Counted, reader: RowReader) -> Iterator[str]:
    for row in rows:
        staged, *told = reader.read(row)
        cells = json.dumps(_storable(row.cells), ensure_ascii=False)
        refused, doubted = (_told(each) for each in told)
        yield f"{row.line}\t{cells.translate(ESCAPES)}\t{staged.translate(ESCAPES)}\t{refused}\t{doubted}\n"


def _told(said: list[tuple[int | None, Refusal]]) -> str:
    if not said:
        return NULL
    return json.dumps([_as_json(place, each) for place, each in said]).translate(ESCAPES)


def _storable(cells: Sequence[str]) -> list[str]:
    return [cell if cell.isprintable() else shown(cell, len(cell)) for cell in cells]


def _as_json(place: int | None, refusal: Refusal) -> dict[str, Any]:
    return {"place": place, "code": refusal.code, "message": refusal.message, "value": refusal.value}


def _of_length(cells: Sequence[str], length: int) -> list[str]:
    return [*cells[:length], *[""] * (length - len(cells))]


def _staged_after(job: ImportJob, line: int) -> list[tuple[int, str]]:
    rows = ImportRow.objects.filter(import_job=job, line__gt=line, refusals__isnull=True, dropped=False)
    return list(rows.order_by("line").values_list("line", "staged")[:STAGED_AT_ONCE])


def _current(job: ImportJob, reader: RowReader, page: list[tuple[int, str]]) -> Iterator[str]:
    """The kept lines; rows that were kept before a target got another column are read again from their cells."""
    separators = len(reader.names) - 1
    old = [number for number, line in page if line.count("\t") != separators]
    cells = dict(ImportRow.objects.filter(import_job=job, line__in=old).values_list("line", "cells")) if old else {}
    for number, line in page:
        yield reader.read(Row(number, cells[number])).line if number in cells else line


def _params(job: ImportJob) -> dict[str, Any]:
    return {"firm": bound_firm_id(), "job": job.pk}
