"""Reads a spreadsheet that nobody trusts: a process of its own, with limits and without Django.

Started by ``spreadsheets`` as a script with the path of the file. It writes lines of JSON: first its sheets with their
first rows; then, once it has been told the number of a sheet, each row as [number, [text, …]], and at last ``null``.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import python_calamine

MEMORY = 1536 * 1024 * 1024
SECONDS = 120
MOST_SHEETS = 50
HEAD = 30
# Excel shows fifteen digits; what follows them is the noise of binary fractions.
SIGNIFICANT = ".15g"


def main(path: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    workbook = python_calamine.load_workbook(path)
    names = workbook.sheet_names[:MOST_SHEETS]
    _say([[name, [cells for _number, cells in islice(_rows(workbook, name), HEAD)]] for name in names])
    chosen = sys.stdin.readline().strip()
    if chosen:
        for row in _rows(workbook, names[int(chosen)]):
            _say(row)
        _say(None)
    sys.stdout.flush()


def _rows(workbook: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with its number in the sheet."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return
    for number, cells in enumerate(sheet.iter_rows(), start=sheet.start[0] + 1):
        row = [_text(cell) for cell in cells]
        if any(row):
            yield number, row


def _text(value: Any) -> str:
    """A cell as the text that a person would have typed; a whole number has no decimals, a day no hour."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds") if value.time() != time() else value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return "" if value is None else str(value)


def _number(value: float) -> str:
    """Three decimals would look like thousands to a reader of amounts: they get a fourth."""
    text = format(Decimal(format(value, SIGNIFICANT)), "f") if abs(value) < 1e15 else format(value, ".0f")
    whole, _point, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    if not fraction:
        return whole
    return f"{whole}.{fraction}0" if len(fraction) == 3 else f"{whole}.{fraction}"


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    if not isinstance(what, tuple):
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
