"""The staging table: what the file says, checked, and streamed into PostgreSQL by COPY in constant memory.

Row-level security refuses COPY into the tables themselves, so the rows go into a temporary table first.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import connection

from clients.guarding import freed
from clients.imports.cells import Notation, Value, shown
from clients.imports.comparing import VALUE_SHOWN, Checked, Comparison
from clients.imports.mapping import ImportMapping
from clients.imports.refusals import CellRefused, FileRefused, Refusal, message
from clients.imports.sources import Row, Source
from clients.imports.targets import Column, Place, Target

# Columns that matching and writing always speak of, mapped or not.
ALWAYS = (
    Column("kind", "text"),
    *(Column(name, "text") for part in ("last_name", "first_name", "company_name") for name in (part, f"{part}_key")),
    Column("tax_code", "text"),
    Column("external_source", "text"),
    Column("external_id", "text"),
    Column("advisor_id", "bigint"),
    Column("status_id", "bigint"),
)
STATE = """
    client_id bigint,
    head integer,
    created boolean NOT NULL DEFAULT false,
    name text,
    name_key text
"""
SPOOLED_IN_MEMORY = 1 << 20
PIECE_LINES, PIECE_CHARACTERS = 5_000, 4_000_000
CACHED_CELLS = 2_000
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Staged:
    """What stands in the staging table: the targets, and the header of each."""

    targets: tuple[Target, ...]
    headers: dict[str, str]
    rows: int

    def columns(self, place: Place) -> list[Column]:
        return [column for target in self.targets if target.place == place for column in target.columns]

    def named(self, place: Place) -> list[str]:
        return [target.name for target in self.targets if target.place == place]

    def header(self, *names: str) -> str:
        """The header of the first of these targets that the file has."""
        return next((self.headers[name] for name in names if name in self.headers), "")


def stage(file: Source, mapping: ImportMapping, *, progress: Progress) -> Staged:
    """Fill import_stage with the rows that can be read and import_refused with what is wrong with the others."""
    reader = RowReader(file.header, mapping, separator=file.delimiter, guarded=file.has_guarded_cells)
    create_tables(reader.targets)
    reading = _Reading(file, reader, progress)
    with _aside() as refused, _aside() as doubted:
        told = reading.told
        copy("import_stage", reader.names, reading.staged(refused, doubted), between=told)
        for table, lines in (("import_refused", refused), ("import_doubted", doubted)):
            lines.seek(0)
            copy(table, ["line", "place", "header", "value", "code", "message"], lines, between=told)
    if not reading.rows:
        raise FileRefused("no_rows", line=file.header_line)
    return staged_by(reader, reading.rows)


def _aside() -> IO[str]:
    return SpooledTemporaryFile(SPOOLED_IN_MEMORY, mode="w+", encoding="utf-8", newline="")


def staged_by(reader: RowReader, rows: int) -> Staged:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_stage")
    headers = {target.name: reader.header[position] for position, target in reader.places}
    return Staged(reader.targets, headers, rows)


def drop_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_stage, import_refused, import_doubted, import_touched, import_made")


def create_tables(targets: Sequence[Target]) -> None:
    columns = {column.name: column for column in ALWAYS}
    columns.update({column.name: column for target in targets for column in target.columns})
    declared = ", ".join(f"{column.name} {column.sql}" for column in columns.values())
    drop_tables()
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE import_stage (row_id integer GENERATED ALWAYS AS IDENTITY, line integer, {declared},"
            f"{STATE}) ON COMMIT DROP;"
            "CREATE TEMP TABLE import_refused (line integer, place integer, header text, value text, code text,"
            " message text) ON COMMIT DROP;"
            # Rows that go in although something of them does not fit together.
            "CREATE TEMP TABLE import_doubted (LIKE import_refused) ON COMMIT DROP;"
            "CREATE TEMP TABLE import_touched (client_id bigint PRIMARY KEY) ON COMMIT DROP;"
            # What was put in (before is empty) or changed, in the order of writing: for the undo.
            "CREATE TEMP TABLE import_made (seq integer GENERATED ALWAYS AS IDENTITY, made text, row_id bigint,"
            " client_id bigint, before jsonb) ON COMMIT DROP"
        )


class RowReader:
    """Reads the rows of one file: each becomes a line for COPY, or refusals with the number of their column."""

    def __init__(
        self, header: Sequence[str], mapping: ImportMapping, *, separator: str = "", guarded: bool = False
    ) -> None:
        self.header, self.separator, self.guarded = header, separator or " ", guarded
        self.places = mapping.places(header)
        for _position, target in self.places:
            if target.check:
                target.check()
        self._readers = [_Reader(target, mapping.notation) for _position, target in self.places]

        self._comparison = Comparison(self.places)

    @property
    def targets(self) -> tuple[Target, ...]:
        return tuple(target for _position, target in self.places)

    @property
    def names(self) -> list[str]:
        """The columns of a line."""
        return ["line", *(column.name for target in self.targets for column in target.columns)]

    def read(self, row: Row) -> Checked:
        """The row for COPY, or what is wrong with it; and what of a good one does not fit together."""
        wrong = self._wrong_shape(row)
        if wrong:
            return Checked("", [(None, wrong)], [])
        parts = [str(row.line)]
        refusals: list[tuple[int | None, Refusal]] = []
        for (position, _target), reader in zip(self.places, self._readers, strict=True):
            cell = row.cells[position].strip()
            if self.guarded and cell[:1] == "'":
                cell = freed(cell)
            try:
                parts.append(reader.read(cell) if cell else reader.empty)
            except CellRefused as fault:
                said = message(fault.code, fault.params)
                column = self.header[position] or f"#{position + 1}"
                refusals.append((position, Refusal(row.line, column, shown(cell, VALUE_SHOWN), fault.code, said)))
        doubts = [] if refusals else self._comparison.doubts(row, self.header, parts)
        return Checked("\t".join(parts) + "\n", refusals, doubts)

    def _wrong_shape(self, row: Row) -> Refusal | None:
        columns, cells = len(self.header), row.cells
        if row.fault:
            value = shown(cells[-1], VALUE_SHOWN) if cells else ""
            return Refusal(row.line, "", value, row.fault, message(row.fault))
        if len(cells) == columns or (len(cells) > columns and not any(map(str.strip, cells[columns:]))):
            return None
        code = "too_many_cells" if len(cells) > columns else "too_few_cells"
        value = shown(self.separator.join(cells[columns:]), VALUE_SHOWN)
        return Refusal(row.line, "", value, code, message(code, {"cells": len(cells), "columns": columns}))


class _Reading:
    """One pass over a file: good rows go on, refused ones aside."""

    def __init__(self, file: Source, reader: RowReader, progress: Progress) -> None:
        self.file, self.reader, self.progress = file, reader, progress
        self.rows = 0

    def told(self) -> None:
        self.progress(self.rows)

    def staged(self, refused: IO[str], doubted: IO[str]) -> Iterator[str]:
        for row in self.file.rows():
            self.rows += 1
            line, refusals, doubts = self.reader.read(row)
            for told, into in ((refusals, refused), (doubts, doubted)):
                into.writelines(
                    written((each.line, place or 0, each.column, each.value, each.code, each.message))
                    for place, each in told
                )
            if not refusals:
                yield line


class _Reader:
    """Reads the cells of one column into the text of COPY; equal cells are read once, as far as memory is constant."""

    def __init__(self, target: Target, notation: Notation) -> None:
        self._read = target.reader(notation)
        self._known: dict[str, str] = {}
        self.empty = "\t".join([NULL] * len(target.columns))

    def read(self, cell: str) -> str:
        known = self._known.get(cell)
        if known is None:
            known = "\t".join(_written(value) for value in self._read(cell))
            if len(self._known) < CACHED_CELLS:
                self._known[cell] = known
        return known


def copy(table: str, columns: Sequence[str], lines: Iterable[str], *, between: Callable[[], None]) -> None:
    """COPY the lines in pieces of constant size. ``between`` is called after each: inside one nobody may be asked."""
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size > PIECE_CHARACTERS or len(piece) == PIECE_LINES:
            _copy(table, columns, piece)
            between()
            piece, size = [], 0
    if piece:
        _copy(table, columns, piece)


def _copy(table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", io.StringIO("".join(lines)))


def written(values: Iterable[Value]) -> str:
    return "\t".join(map(_written, values)) + "\n"


def _written(value: Value) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).translate(ESCAPES)
