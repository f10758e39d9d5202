"""What the columns of a file can be: how they are headed, how their cells are read, and what is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Read, Value
from clients.imports.guessing import holds
from clients.imports.offering import Choice, not_imported
from clients.imports.targets import Column, Place, Target

# How its cells are written, and what day it is: what lies after it is in the future.
Reader = Callable[[Notation, date], Callable[[str], tuple[Value, ...]]]


@dataclass(frozen=True)
class Part:
    """One thing that a column of a file says."""

    name: str
    label: str | Promise
    # Of several columns that could say it, the first of this list does.
    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    reader: Reader
    is_needed: bool = False
    # Whether a cell looks like it, where no heading tells.
    looks: Callable[[str], bool] | None = None


class Parts:
    """All parts of one kind of files, from the one whose look is the surest to the weakest."""

    def __init__(self, *parts: Part) -> None:
        self._parts = {part.name: part for part in parts}
        self._headings = frozenset(heading for part in parts for heading in part.headings)

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts.values())

    def __getitem__(self, name: str) -> Part:
        return self._parts[name]

    @property
    def needed(self) -> tuple[Part, ...]:
        return tuple(part for part in self if part.is_needed)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What statements may speak of, in the file or not."""
        return tuple(column for part in self for column in part.columns)

    def targets(self, today: date = date.max) -> Mapping[str, Target]:
        return {part.name: _target(part, today) for part in self}

    def told(self) -> list[tuple[str | Promise, bool]]:
        """Beside the form that takes such a file: each part, and whether it is needed."""
        return [(part.label, part.is_needed) for part in self]

    def offered(self) -> list[tuple[str, list[Choice]]]:
        """What is needed, and what may be there."""
        choices: dict[bool, list[Choice]] = {True: [], False: []}
        for part in self:
            choices[part.is_needed].append((part.name, str(capfirst(str(part.label)))))
        needed, others = str(_("Needed")), str(_("If it is there"))
        return [not_imported(), (needed, choices[True]), (others, choices[False])]

    def count_known(self, cells: Sequence[str]) -> int:
        return sum(_folded(cell) in self._headings for cell in cells)

    def recognise(self, header: Sequence[str]) -> list[tuple[int, Part]]:
        """Where each part stands, by the headings, in the order of the file."""
        places: dict[str, int] = {}
        for place, cell in enumerate(header):
            places.setdefault(_folded(cell), place)
        found = ((next((places[word] for word in part.headings if word in places), None), part) for part in self)
        return sorted(((place, part) for place, part in found if place is not None), key=lambda pair: pair[0])

    def guess(self, header: Sequence[str], names: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, str]:
        """The part of each column: by its heading, else by what it holds; no part twice."""
        found = {names[place]: part.name for place, part in self.recognise(header)}
        for name, column in zip(names, columns, strict=True):
            taken = set(found.values())
            free = [part.name for part in self if part.looks and part.name not in taken and holds(column, part.looks)]
            if name not in found and free:
                found[name] = free[0]
        return {name: found[name] for name in names if name in found}


def same(read: Read) -> Reader:
    """Of a part that is one value, however and whenever it is read."""
    return lambda notation, today: lambda cell: (read(cell),)


def key_parts(sources: tuple[str, ...], ids: tuple[str, ...]) -> tuple[Part, Part]:
    """By which the same file can come again, as it is headed: whose key it is, and the key."""
    return (
        Part(
            "external_source", _("external source"), sources, (Column("external_source", "text"),), same(cells.text(50))
        ),
        Part("external_id", _("external id"), ids, (Column("external_id", "text"),), same(cells.text(100))),
    )


def _target(part: Part, today: date) -> Target:
    return Target(part.name, part.label, Place.CONTRIBUTED, part.columns, partial(_read, part, today))


def _read(part: Part, today: date, notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    return part.reader(notation, today)


def _folded(cell: str) -> str:
    return fold(cell.replace("_", " "))
