"""Spreadsheets (XLSX, XLS, ODS) as a header and rows, read by a process that may die of them (security.md T14)."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from clients.imports.refusals import FileRefused
from clients.imports.sources import HEADER_WITHIN, Format, Recognise, Row, Source, find_header

READER = Path(__file__).with_name("workbook.py")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a workbook's archive may be when unpacked. Real sheets shrink to a tenth; a bomb to a thousandth.
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 120
SMALL_ENTRY = 1024 * 1024
MOST_ENTRIES = 4_000
# An entry of the central directory takes at least 46 bytes and its name; it is read whole.
MOST_DIRECTORY = 1024 * 1024
WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
ODS = "content.xml"


class Spreadsheet(Source):
    """One sheet of a workbook. ``close`` ends the process that reads it."""

    kind = "spreadsheet"

    def __init__(self, stream: BinaryIO, said: Format, *, recognise: Recognise) -> None:
        check_archive(stream)
        self._decimal = said.decimal
        self._file = NamedTemporaryFile(prefix="cadenza-", suffix=".workbook")  # noqa: SIM115 - closed by close()
        stream.seek(0)
        copyfileobj(stream, self._file)
        self._file.flush()
        self._process = _start(self._file.name)
        self._said = _pipe(self._process.stdout)
        try:
            self._choose(recognise, said)
        except BaseException:
            self.close()
            raise

    def _choose(self, recognise: Recognise, said: Format) -> None:
        heads = self._heard()
        if not any(rows for _name, rows in heads):
            raise FileRefused("empty_file")
        self.sheets = [name for name, rows in heads if rows]
        if said.sheet and said.sheet not in self.sheets:
            raise FileRefused("no_sheet", sheet=said.sheet)
        promises = [(name == said.sheet, *_promise(rows, recognise)) for name, rows in heads]
        self._number = promises.index(max(promises))
        self.sheet, rows = heads[self._number]
        self._rows = self._started()
        first = list(islice(self._rows, len(rows)))
        header = find_header(first, recognise, said.header_line)
        if header is None:
            raise FileRefused("empty_file")
        self.header_line, self.header = header.line, [cell.strip() for cell in header.cells]
        self._first = [row for row in first if row.line > header.line]

    def _started(self) -> Iterator[Row]:
        stdin = _pipe(self._process.stdin)
        stdin.write(f"{self._number}\n")
        stdin.flush()
        while (row := self._heard()) is not None:
            yield Row(row[0], [self._localised(cell) for cell in row[1]] if self._decimal == "," else row[1])

    def rows(self) -> Iterator[Row]:
        yield from self._first
        yield from self._rows

    def _localised(self, cell: str) -> str:
        """A number of the sheet is written with the file's own decimal sign."""
        whole, point, fraction = cell.partition(".")
        return f"{whole},{fraction}" if point and whole.lstrip("-").isdecimal() and fraction.isdecimal() else cell

    def _heard(self) -> Any:
        """The next thing that the process says; whatever kills it, the file is at fault."""
        line = self._said.readline()
        if not line:
            raise FileRefused("unreadable_spreadsheet")
        return json.loads(line)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._file.close()


def is_spreadsheet(start: bytes) -> bool:
    return start.startswith((ZIP, OLE))


def check_archive(stream: BinaryIO) -> None:
    """Refuse an archive by its directory alone: nothing has been unpacked yet."""
    stream.seek(0)
    if not stream.read(4).startswith(ZIP):
        return
    entries = _entries(stream)
    names = {entry.filename for entry in entries}
    if not names & set(WORKBOOKS):
        raise FileRefused("wrong_kind", kind=_("a zip archive"))
    stream.seek(0, 2)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("encrypted_file")
    packed = sum(entry.compress_size for entry in entries)
    swollen = any(
        entry.file_size > SMALL_ENTRY and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if swollen or packed > stream.tell() or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileRefused("bomb")


def _entries(stream: BinaryIO) -> list[zipfile.ZipInfo]:
    try:
        _check_directory(stream)
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise FileRefused("wrong_kind", kind=_("a damaged spreadsheet or zip archive")) from None


def _check_directory(stream: BinaryIO) -> None:
    """The directory is read whole into memory: its size, as the last record of the archive states it, comes first."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise zipfile.BadZipFile
    entries = int.from_bytes(tail[place + 10 : place + 12], "little")
    directory = int.from_bytes(tail[place + 12 : place + 16], "little")
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise FileRefused("bomb")


def _start(path: str) -> subprocess.Popen[str]:
    """Isolated, without our environment and its secrets."""
    return subprocess.Popen(  # noqa: S603 - our own reader and a file of our own naming
        [sys.executable, "-I", str(READER), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        encoding="utf-8",
        errors="surrogatepass",
    )


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the process was started without a pipe")
    return pipe


def _promise(rows: list[list[str]], recognise: Recognise) -> tuple[int, int]:
    """How much of what is looked for a sheet has, and how many rows (as far as its head shows)."""
    return max((recognise(cells) for cells in rows[:HEADER_WITHIN]), default=0), len(rows)
