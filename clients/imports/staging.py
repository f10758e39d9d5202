"""The staging table: what the file says, checked, and streamed into PostgreSQL by COPY in constant memory.

Row-level security refuses COPY into the tables themselves, so the rows go into a temporary table first.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db import connection

from clients.guarding import freed
from clients.imports.cells import Notation, Value, shown
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
CACHED_CELLS = 2_000
VALUE_SHOWN = 200
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
    places = mapping.places(file.header)
    for _position, target in places:
        if target.check:
            target.check()
    _create_tables([target for _position, target in places])
    reading = _Reading(file, places, mapping.notation, progress)
    with SpooledTemporaryFile(SPOOLED_IN_MEMORY, mode="w+", encoding="utf-8", newline="") as refused:
        names = ["line", *(column.name for _position, target in places for column in target.columns)]
        _copy("import_stage", names, _Lines(reading.staged(refused)))
        refused.seek(0)
        _copy("import_refused", ["line", "place", "header", "value", "code", "message"], refused)
    if not reading.rows:
        raise FileRefused("no_rows", line=file.header_line)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_stage")
    headers = {target.name: file.header[position] for position, target in places}
    return Staged(tuple(target for _position, target in places), headers, reading.rows)


def drop_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_stage, import_refused, import_touched")


def _create_tables(targets: Sequence[Target]) -> None:
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
            "CREATE TEMP TABLE import_touched (client_id bigint PRIMARY KEY) ON COMMIT DROP"
        )


class _Reading:
    """One pass over the rows: each becomes a line for COPY, or refusals."""

    def __init__(
        self, file: Source, places: Sequence[tuple[int, Target]], notation: Notation, progress: Progress
    ) -> None:
        self.file, self.places, self.progress = file, places, progress
        self.rows = 0
        self.readers = [_Reader(target, notation) for _position, target in places]

    def staged(self, refused: IO[str]) -> Iterator[str]:
        for row in self.file.rows():
            self.rows += 1
            if self.rows % 1_000 == 0:
                self.progress(self.rows)
            line, refusals = self._read(row)
            if refusals:
                refused.writelines(
                    _line((each.line, place, each.column, each.value, each.code, each.message))
                    for place, each in refusals
                )
            else:
                yield line

    def _read(self, row: Row) -> tuple[str, list[tuple[int, Refusal]]]:
        wrong = self._wrong_shape(row)
        if wrong:
            return "", [(0, wrong)]
        parts = [str(row.line)]
        refusals: list[tuple[int, Refusal]] = []
        for (position, _target), reader in zip(self.places, self.readers, strict=True):
            cell = row.cells[position].strip()
            if self.file.has_guarded_cells and cell[:1] == "'":
                cell = freed(cell)
            try:
                parts.append(reader.read(cell) if cell else reader.empty)
            except CellRefused as fault:
                said = message(fault.code, fault.params)
                refusals.append(
                    (
                        position,
                        Refusal(row.line, self.file.header[position], shown(cell, VALUE_SHOWN), fault.code, said),
                    )
                )
        return "\t".join(parts) + "\n", refusals

    def _wrong_shape(self, row: Row) -> Refusal | None:
        columns, cells = len(self.file.header), row.cells
        if row.fault:
            value = shown(cells[-1], VALUE_SHOWN) if cells else ""
            return Refusal(row.line, "", value, row.fault, message(row.fault))
        if len(cells) == columns or (len(cells) > columns and not any(map(str.strip, cells[columns:]))):
            return None
        code = "too_many_cells" if len(cells) > columns else "too_few_cells"
        value = shown((self.file.delimiter or " ").join(cells[columns:]), VALUE_SHOWN)
        return Refusal(row.line, "", value, code, message(code, {"cells": len(cells), "columns": columns}))


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


class _Lines(io.TextIOBase):
    """A file to read from, made of an iterator of lines. Keeps what went wrong inside: COPY would swallow it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.fault: Exception | None = None

    def read(self, size: int | None = -1) -> str:
        parts: list[str] = []
        length = 0
        try:
            for line in self._lines:
                parts.append(line)
                length += len(line)
                if length >= (size or 0) // 4:  # psycopg2 asks for bytes; a character has at most four
                    break
        except Exception as fault:
            self.fault = fault
            raise
        return "".join(parts)


def _copy(table: str, columns: Sequence[str], source: Any) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", source)
        except Exception:
            if getattr(source, "fault", None):
                raise source.fault from None
            raise


def _line(values: Iterable[Value]) -> str:
    return "\t".join(map(_written, values)) + "\n"


def _written(value: Value) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).translate(ESCAPES)
