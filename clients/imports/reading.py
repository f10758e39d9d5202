"""A CSV file as a header and rows with the lines on which they stand, read as a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from clients.imports import decoding
from clients.imports.refusals import FileRefused

DELIMITERS = (";", ",", "\t", "|")
# How far the header may be from the top (some templates begin with instructions), and how much decides the separator.
HEADER_WITHIN = 20
SAMPLE_RECORDS = 60
SAMPLE_CHARACTERS = 256 * 1024

# How many cells of a record name something that is looked for.
Recognise = Callable[[Sequence[str]], int]


class Row(NamedTuple):
    """A record of the file; ``whole`` is False when its last quotation mark is never closed."""

    line: int
    cells: list[str]
    whole: bool = True


class CsvFile:
    """The file as far as its header; the rows are read once, as a stream."""

    def __init__(self, stream: BinaryIO, *, encoding: str = "", delimiter: str = "", recognise: Recognise) -> None:
        self._stream = stream
        found = decoding.encoding_of(stream)
        self.encoding = encoding or found
        sample = self._sample()
        self.delimiter = delimiter or _delimiter(sample, recognise)
        header = _header(_records(sample, self.delimiter), recognise)
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
        """Physical lines, whatever ends them. The stream stays open for its owner."""
        self._stream.seek(0)
        errors = decoding.error_handler(self.encoding)
        text = io.TextIOWrapper(self._stream, encoding=self.encoding, errors=errors, newline="")
        try:
            for line in text:  # noqa: UP028 - "yield from" would close the file with the generator
                yield line
        except UnicodeError:
            raise FileRefused("not_decodable", encoding=self.encoding) from None
        finally:
            text.detach()

    def _sample(self) -> list[str]:
        sample: list[str] = []
        size = 0
        for line in self._lines():
            sample.append(line)
            size += len(line)
            if size > SAMPLE_CHARACTERS:
                break
        return sample


class _Lines:
    """Hands lines to the csv reader and keeps those of the record at hand, to see whether its quotes are closed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.record: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.record.append(line)
        return line


def _records(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
    before = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield Row(before + 1, cells, _is_whole(source.record, delimiter))
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
    header = _header(records, recognise)
    if header is None:
        return (0, 0, 0.0, 0)
    columns = len(header.cells)
    below = [len(row.cells) for row in records if row.line > header.line]
    agreeing = sum(cells == columns for cells in below) / len(below) if below else 0.0
    return (recognise(header.cells), int(columns > 1), agreeing, columns)


def _header(records: Iterable[Row], recognise: Recognise) -> Row | None:
    """The first of the records near the top that names most of what is looked for."""
    first = list(islice(records, HEADER_WITHIN))
    return max(first, key=lambda row: recognise(row.cells), default=None)
