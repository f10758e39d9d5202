"""A CSV file as a header and rows with the lines on which they stand, read as a stream."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from clients.imports import decoding, spreadsheets
from clients.imports.refusals import FileRefused
from clients.imports.sources import Format, Recognise, Row, Source, find_header
from clients.imports.spreadsheets import Spreadsheet
from clients.imports.vcards import CardFile

DELIMITERS = (";", ",", "\t", "|")
# How much decides the separator.
SAMPLE_RECORDS = 60
SAMPLE_CHARACTERS = 256 * 1024
# More than all cells of a wide row; what is longer would only fill the memory.
LONGEST_LINE = 2_000_000
CARD = re.compile(r"([\w-]+\.)?begin\s*:\s*vcard", re.IGNORECASE)


def open_source(stream: BinaryIO, said: Format = Format(), *, recognise: Recognise) -> Source:  # noqa: B008 - a tuple
    """The file as what it is, whatever its name says; FileRefused for what is no table of clients."""
    stream.seek(0)
    if spreadsheets.is_spreadsheet(stream.read(8)):
        return Spreadsheet(stream, said, recognise=recognise)
    found = decoding.encoding_of(stream)
    said = said._replace(encoding=said.encoding or found)
    first = (line.strip("\ufeff \r\n\t") for line in _decoded(stream, said.encoding))
    if CARD.match(next(filter(None, first), "")):
        return CardFile(_decoded(stream, said.encoding), encoding=said.encoding)
    return CsvFile(stream, said, recognise=recognise)


class CsvFile(Source):
    """Text whose cells are separated by a sign."""

    kind = "csv"
    has_guarded_cells = True

    def __init__(self, stream: BinaryIO, said: Format = Format(), *, recognise: Recognise) -> None:  # noqa: B008
        self._stream = stream
        self.encoding = said.encoding or decoding.encoding_of(stream)
        sample = self._sample()
        self.delimiter = said.delimiter or _delimiter(sample, recognise)
        header = find_header(_records(sample, self.delimiter), recognise, said.header_line)
        if header is None:
            raise FileRefused("empty_file")
        self.header_line = header.line
        self.header = [cell.strip() for cell in header.cells]

    def rows(self) -> Iterator[Row]:
        """Every record below the header, blank lines left out; FileRefused where the text cannot be read."""
        for row in _records(self._lines(), self.delimiter):
            if row.line > self.header_line:
                yield row

    def _lines(self) -> Iterator[str]:
        return _decoded(self._stream, self.encoding)

    def _sample(self) -> list[str]:
        sample: list[str] = []
        size = 0
        for line in self._lines():
            sample.append(line)
            size += len(line)
            if size > SAMPLE_CHARACTERS:
                break
        return sample


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Physical lines, whatever ends them, none longer than LONGEST_LINE. The stream stays open for its owner."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors=decoding.error_handler(encoding), newline="")
    try:
        while line := text.readline(LONGEST_LINE):
            yield line
    except UnicodeError:
        raise FileRefused("not_decodable", encoding=encoding) from None
    finally:
        text.detach()


class _Lines:
    """Hands lines to the csv reader and keeps those of the record at hand, to see whether its quotes are closed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.record: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if len(line) == LONGEST_LINE:
            raise FileRefused("line_too_long")
        self.record.append(line)
        return line


def _records(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
    before = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield Row(before + 1, cells, "" if _is_whole(source.record, delimiter) else "unclosed_quote")
            before = reader.line_num
            source.record.clear()
    except csv.Error:
        raise FileRefused("cell_too_long", line=before + 1) from None


def _is_whole(record: list[str], delimiter: str) -> bool:
    """A record of one line that ends in a line break, or with an even number of quotes, is closed."""
    if '"' not in record[-1] and len(record) == 1:
        return True
    if sum(line.count('"') for line in record) % 2 == 0:
        return True
    try:
        list(csv.reader(record, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as fault:
        return "unexpected end" not in str(fault)
    return True


def _delimiter(sample: list[str], recognise: Recognise) -> str:
    """The separator under which most columns are recognised, then the one under which the rows agree best."""
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter, recognise))


def _agreement(sample: list[str], delimiter: str, recognise: Recognise) -> tuple[int, int, float, int]:
    try:
        records = list(islice(_records(sample, delimiter), SAMPLE_RECORDS))
    except FileRefused:
        return (0, 0, 0.0, 0)
    header = find_header(records, recognise)
    if header is None:
        return (0, 0, 0.0, 0)
    columns = len(header.cells)
    below = [len(row.cells) for row in records if row.line > header.line]
    agreeing = sum(cells == columns for cells in below) / len(below) if below else 0.0
    return (recognise(header.cells), int(columns > 1), agreeing, columns)
