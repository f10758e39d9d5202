"""What every kind of file has in common for an import: a header, and rows with the lines on which they stand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import NamedTuple, Self

# How far the header may be from the top: some templates begin with instructions.
HEADER_WITHIN = 20

# How many cells of a record name something that is looked for.
Recognise = Callable[[Sequence[str]], int]


class Format(NamedTuple):
    """How a file is written, as far as somebody says so; the rest is recognised."""

    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0
    sheet: str = ""
    decimal: str = ""


class Row(NamedTuple):
    """A record of the file. ``fault`` is the code of what is wrong with it as a whole, where something is."""

    line: int
    cells: list[str]
    fault: str = ""


class Source(ABC):
    """A file as far as its header; the rows are read once, as a stream."""

    kind: str
    header: list[str]
    header_line: int
    # What was recognised, where it applies: shown to the person who imports, who may say otherwise.
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: Sequence[str] = ()
    # Whether the cells are those of a foreign CSV, where a leading apostrophe may hold a formula down.
    has_guarded_cells: bool = False

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every record below the header, blank ones left out; FileRefused where the file cannot be read on."""

    def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of what reading needed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def find_header(records: Iterable[Row], recognise: Recognise, line: int = 0) -> Row | None:
    """The record on ``line``, else the first of those near the top that names most of what is looked for."""
    first = list(islice(records, HEADER_WITHIN))
    asked = [row for row in first if row.line == line]
    return asked[0] if asked else max(first, key=lambda row: recognise(row.cells), default=None)


def numbered(header: Sequence[str]) -> list[str]:
    """The header as names that are each there once: "RFA (1)", "RFA (2)", and "#7" for one without a name."""
    names = [cell or f"#{place}" for place, cell in enumerate(header, start=1)]
    seen: Counter[str] = Counter()
    repeated = {name for name, times in Counter(names).items() if times > 1}
    for place, name in enumerate(names):
        if name in repeated:
            seen[name] += 1
            names[place] = f"{name} ({seen[name]})"
    return names
