"""The kept rows of a file as the preview shows them: the columns that are imported, bad cells with their reason."""

from __future__ import annotations

from dataclasses import dataclass

from clients.imports import kinds, offering
from clients.models import ImportJob, ImportRow


@dataclass(frozen=True)
class Column:
    place: int
    header: str
    target: str


@dataclass(frozen=True)
class Cell:
    place: int
    header: str
    text: str
    # Why it is refused; and whether somebody has corrected it, and from what.
    reason: str
    # What does not fit with another cell: told, not refused.
    doubt: str
    before: str | None
    # Bad ones, and every cell of a row that is wrong as a whole.
    is_open: bool


@dataclass(frozen=True)
class Line:
    number: int
    cells: tuple[Cell, ...]
    # What is wrong with the row as a whole.
    reasons: tuple[str, ...]
    dropped: bool
    is_wrong: bool
    is_doubtful: bool


def columns_of(job: ImportJob) -> list[Column]:
    header = job.layout["header"]
    places = kinds.steps_of(job).mapping.of(job.mapping).places(header)
    return [Column(place, header[place], offering.label_of(target)) for place, target in sorted(places, key=_place)]


def _place(pair: tuple[int, object]) -> int:
    return pair[0]


def line_of(columns: list[Column], row: ImportRow) -> Line:
    refusals = row.refusals or []
    reasons = {each["place"]: each["message"] for each in refusals if each["place"] is not None}
    doubts = {each["place"]: each["message"] for each in row.doubts or []}
    whole = tuple(each["message"] for each in refusals if each["place"] is None)
    corrected = row.corrected or {}
    cells = tuple(
        Cell(
            place=column.place,
            header=column.header,
            text=row.cells[column.place] if column.place < len(row.cells) else "",
            reason=reasons.get(column.place, ""),
            doubt=doubts.get(column.place, ""),
            before=corrected.get(str(column.place)),
            is_open=bool(whole) or column.place in reasons or column.place in doubts,
        )
        for column in columns
    )
    return Line(row.line, cells, whole, row.dropped, bool(refusals), bool(doubts))
