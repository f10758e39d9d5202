"""The cells of one row against each other: what goes in, and is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from clients import communes, doubts, normalising, places
from clients.doubts import Doubt
from clients.imports.cells import shown
from clients.imports.refusals import Refusal, message
from clients.imports.sources import Row
from clients.imports.targets import Target

NULL = "\\N"
VALUE_SHOWN = 200
PLACE = ("city", "province", "postal_code")
PHONES = ("mobile", "phone", "phone_2")
COMPARED = frozenset({"tax_code", "birth_date", "birth_place", "sex", "country", *PLACE})


class Checked(NamedTuple):
    """A row as it was read: its line for COPY, or the refusals; and the warnings. Each with its column's number."""

    line: str
    refusals: list[tuple[int | None, Refusal]]
    doubts: list[tuple[int | None, Refusal]]


class Comparison:
    """Knows where the cells stand that say something about each other."""

    def __init__(self, columns: Sequence[tuple[int, Target]]) -> None:
        self._found = {
            target.name: (number, position)
            for number, (position, target) in enumerate(columns, start=1)
            if target.name in COMPARED
        }
        self._phones = [place for place, target in columns if target.name in PHONES]
        self._has_code = "tax_code" in self._found
        self._has_place = "city" in self._found and len(self._found.keys() & set(PLACE)) > 1

    def doubts(self, row: Row, header: Sequence[str], parts: Sequence[str]) -> list[tuple[int | None, Refusal]]:
        """``parts`` is the row as COPY takes it, the line's number first."""
        found: list[tuple[int, str, str]] = []
        if self._has_code or self._has_place:
            found += [(self._found[doubt.field][1], doubt.code, doubt.message) for doubt in self._all(parts)]
        for position in self._phones:
            if extension := normalising.extension(row.cells[position]):
                said = message("extension_left_out", {"extension": extension})
                found.append((position, "extension_left_out", said))
        told: list[tuple[int | None, Refusal]] = []
        for position, code, said in found:
            value = shown(row.cells[position].strip(), VALUE_SHOWN)
            told.append((position, Refusal(row.line, header[position] or f"#{position + 1}", value, code, said)))
        return told

    def _all(self, parts: Sequence[str]) -> Iterator[Doubt]:
        cell = {name: self._cell(name, parts) for name in self._found}
        if code := cell.get("tax_code"):
            born = date.fromisoformat(cell["birth_date"]) if cell.get("birth_date") else None
            yield from doubts.of_tax_code(code, born, cell.get("birth_place", ""), cell.get("sex", ""))
        if self._has_place and cell["city"]:
            city, province, code = (cell.get(name, "") for name in PLACE)
            place = communes.Place(city, province, code, cell.get("country") or places.ITALY)
            for fault in communes.disagreements(place):
                yield Doubt("city", "address", fault)

    def _cell(self, name: str, parts: Sequence[str]) -> str:
        """The first column of a target; a text's folded copy stands after it."""
        number = self._found[name][0]
        text = parts[number].partition("\t")[0]
        return "" if text == NULL else text
