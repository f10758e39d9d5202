"""What a file seems to be: how it is written, what its columns are called, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from clients.enums import DateOrder
from clients.guarding import freed
from clients.imports import cells, headers
from clients.imports.mapping import ImportMapping
from clients.imports.refusals import CellRefused
from clients.imports.sources import Row, Source, numbered
from clients.imports.targets import targets

SAMPLE = 300
SHOWN = 3
SHOWN_CHARACTERS = 60
# A column is taken for what this share of its cells is, where there are enough of them.
SHARE, ENOUGH = 0.8, 3
# The header, its names made to differ, and the cells that are there: where each column goes.
Guess = Callable[[Sequence[str], Sequence[str], Sequence[Sequence[str]]], dict[str, str]]
POSTAL_CODE = re.compile(r"\d{5}", re.ASCII)
NUMERIC_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}", re.ASCII)


def layout_of(source: Source, guess: Guess) -> dict[str, Any]:
    """What the first steps of the wizard show; of a file as far as its first rows tell."""
    rows = [row for row in islice(source.rows(), SAMPLE) if not row.fault]
    columns = _columns(rows, len(source.header))
    names = numbered(source.header)
    return {
        "kind": source.kind,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "sheet": source.sheet,
        "sheets": list(source.sheets),
        "header": names,
        "header_line": source.header_line,
        "samples": [_shown(column) for column in columns],
        "date_order": date_order(cell for column in columns for cell in column),
        "columns": guess(source.header, names, columns),
    }


def guess(header: Sequence[str], names: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, str]:
    """The target of each column: by its name, else by what it holds; no target twice."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    if any(headers.known(cell) for cell in header):
        for position, target in ImportMapping().places(header):
            found[names[position]] = target.name
            taken.add(target.name)
    for name, column in zip(names, columns, strict=True):
        target_name = None if name in found else _by_content(column, taken)
        if target_name:
            found[name] = target_name
            taken.add(target_name)
    return {name: found[name] for name in names if name in found}


def date_order(texts: Iterable[str]) -> str:
    """Day first, unless a number that can only be a day stands in the second place and none in the first."""
    first = second = 0
    for text in texts:
        if match := NUMERIC_DAY.fullmatch(text):
            first, second = max(first, int(match[1])), max(second, int(match[2]))
    return (DateOrder.MONTH_FIRST if second > 12 >= first else DateOrder.DAY_FIRST).value


def _columns(rows: Sequence[Row], width: int) -> list[list[str]]:
    """The cells that are there, column by column."""
    return [
        [cell for row in rows if place < len(row.cells) and (cell := freed(row.cells[place].strip()))]
        for place in range(width)
    ]


def _shown(column: Sequence[str]) -> list[str]:
    return [cells.shown(" ".join(cell.split()), SHOWN_CHARACTERS) for cell in list(dict.fromkeys(column))[:SHOWN]]


def _by_content(column: Sequence[str], taken: set[str]) -> str | None:
    for names, fits in _SIGNS:
        free = [name for name in names if name not in taken and name in targets()]
        if free and holds(column, fits):
            return free[0]
    return None


def holds(column: Sequence[str], fits: Callable[[str], bool]) -> bool:
    """Whether enough of the column's cells are of that kind."""
    return len(column) >= ENOUGH and sum(map(fits, column)) >= SHARE * len(column)


def reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether a cell can be read so."""

    def fits(cell: str) -> bool:
        try:
            read(cell)
        except CellRefused:
            return False
        return True

    return fits


def _is_phone(cell: str) -> bool:
    """Written as one: any number of ten digits could be a telephone's."""
    return cell.startswith(("+", "00", "0", "3")) and reads(cells.phone())(cell)


def _is_mobile(cell: str) -> bool:
    return cells.ITALIAN_MOBILE.fullmatch(cell.translate(cells.SEPARATORS)) is not None


# From the surest sign to the weakest; a person's tax code has letters, so that it is no company's VAT number.
_SIGNS: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...] = (
    (("email", "email_2", "email_3"), reads(cells.email(254))),
    (("tax_code",), lambda cell: len(cell) == 16 and reads(cells.tax_code())(cell)),
    (("iban",), reads(cells.iban())),
    (("vat_number",), reads(cells.vat_number())),
    (("mobile", "phone", "phone_2"), _is_mobile),
    (("phone", "phone_2"), _is_phone),
    (("postal_code",), lambda cell: POSTAL_CODE.fullmatch(cell) is not None),
)
