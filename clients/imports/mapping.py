"""Which column of the file goes to which field, and how the file is written (api.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeVar

from clients.enums import DateOrder, MatchKey, OnDuplicate
from clients.imports import decoding, headers
from clients.imports.cells import Notation
from clients.imports.reading import DELIMITERS
from clients.imports.refusals import FileRefused
from clients.imports.sources import HEADER_WITHIN, Format, numbered
from clients.imports.targets import Target, targets

PARTS = frozenset(
    {
        "columns", "delimiter", "encoding", "date_format", "decimal", "on_duplicate", "date_order", "header_line",
        "sheet", "match_on", "keep_wrong_tax_codes", "new_companies",
        "new_services",
    }
)  # fmt: skip
# A whole name goes where a last name goes.
WHOLE_NAME = "name"
NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "pipe": "|"}
DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "m": "%m", "dd": "%d", "d": "%d"}


@dataclass(frozen=True)
class ImportMapping:
    """How to read a file. Without ``columns`` the headers are recognised by name."""

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ""
    encoding: str = ""
    date_format: str = ""
    decimal: str = ""
    on_duplicate: OnDuplicate = OnDuplicate.UPDATE
    date_order: str = ""
    header_line: int = 0
    sheet: str = ""
    # By what a row is recognised as a client who exists already.
    match_on: tuple[str, ...] = tuple(MatchKey.values)

    # A wrong tax code does not stop its row: it is kept, with a warning.
    keep_wrong_tax_codes: bool = False
    # A company that a row names and that nobody knows is made.
    new_companies: bool = False
    # So is a service that may be proposed.
    new_services: bool = False

    @property
    def format(self) -> Format:
        return Format(self.encoding, self.delimiter, self.header_line, self.sheet, self.decimal)

    @property
    def notation(self) -> Notation:
        return Notation(
            self.date_format,
            self.decimal,
            month_first=self.date_order == DateOrder.MONTH_FIRST,
            keep_tax_codes=self.keep_wrong_tax_codes,
        )

    @classmethod
    def of(cls, document: object, *, at: datetime | None = None) -> Self:
        """A stored mapping, as of that moment or now; without one the headers are recognised by name."""
        return parse_as(cls, document) if document else cls()

    @classmethod
    def offered(cls) -> Mapping[str, Target]:
        """What a column may go to."""
        return targets()

    def recognise(self, cells: Sequence[str]) -> int:
        """How many cells of a record are headers that this mapping, or the list of known headers, names."""
        if self.columns:
            wanted = {headers.key(name) for name in self.columns}
            return len(wanted & {headers.key(cell) for cell in cells})
        return sum(headers.known(cell) is not None for cell in cells)

    def places(self, header: Sequence[str]) -> list[tuple[int, Target]]:
        """The position and the target of each column that is imported, or FileRefused."""
        return self._mapped(header) if self.columns else _recognised(header)

    def _mapped(self, header: Sequence[str]) -> list[tuple[int, Target]]:
        found: dict[str, list[int]] = {}
        for position, cell in enumerate(header):
            found.setdefault(headers.key(cell), []).append(position)
        return [(_position(name, header, found), self.offered()[target]) for name, target in self.columns.items()]


Kind = TypeVar("Kind", bound=ImportMapping)


def parse_as(kind: type[Kind], document: object) -> Kind:
    """A mapping from its JSON document, or FileRefused that names the part which is wrong."""
    if not isinstance(document, Mapping):
        raise FileRefused("not_a_mapping", field="mapping")
    for key in document:
        if key not in PARTS:
            raise FileRefused("unknown_key", field="mapping", key=str(key)[:40])
    if "columns" not in document:
        raise FileRefused("columns_required", field="mapping.columns")
    return kind(
        columns=_columns(document["columns"], kind.offered()),
        delimiter=_delimiter(document.get("delimiter")),
        encoding=decoding.known_encoding(str(document["encoding"])) if document.get("encoding") else "",
        date_format=_date_format(document.get("date_format")),
        decimal=_decimal(document.get("decimal")),
        on_duplicate=_on_duplicate(document.get("on_duplicate")),
        date_order=_date_order(document.get("date_order")),
        header_line=_header_line(document.get("header_line")),
        sheet=str(document.get("sheet") or "")[:100],
        match_on=_match_on(document.get("match_on")),
        keep_wrong_tax_codes=document.get("keep_wrong_tax_codes") is True,
        new_companies=document.get("new_companies") is True,
        new_services=document.get("new_services") is True,
    )


def _columns(document: object, offered: Mapping[str, Target]) -> dict[str, str]:
    if not isinstance(document, Mapping) or not all(isinstance(target, str) for target in document.values()):
        raise FileRefused("not_a_mapping", field="mapping.columns")
    if not document:
        raise FileRefused("columns_required", field="mapping.columns")
    columns = {str(header): str(target) for header, target in document.items()}
    if any("\0" in header for header in columns):
        raise FileRefused("not_a_mapping", field="mapping.columns")
    taken: set[str] = set()
    for header, target in columns.items():
        if target not in offered:
            raise FileRefused("unknown_target", field=f"mapping.columns.{header}", field_name=target[:60])
        if target in taken:
            raise FileRefused("duplicate_target", field=f"mapping.columns.{header}", field_name=target)
        taken.add(target)
    if WHOLE_NAME in taken and "last_name" in taken:
        raise FileRefused("duplicate_target", field="mapping.columns", field_name="last_name")
    return columns


def _delimiter(document: object) -> str:
    if document in (None, ""):
        return ""
    delimiter = NAMED_DELIMITERS.get(str(document), str(document))
    if delimiter not in DELIMITERS:
        raise FileRefused("unknown_delimiter", field="mapping.delimiter")
    return delimiter


def _date_format(document: object) -> str:
    """Either strptime's notation or dd/mm/yyyy."""
    if document in (None, ""):
        return ""
    written = str(document)
    if "%" not in written:
        written = re.sub("yyyy|yy|mm|m|dd|d", lambda part: DATE_PARTS[part[0]], written.lower())
    if {"d", "m"} - set(re.findall("%(.)", written)) or not re.search("%[yY]", written):
        raise FileRefused("unknown_date_format", field="mapping.date_format", example="dd/mm/yyyy")
    return written


def _decimal(document: object) -> str:
    if document in (None, ""):
        return ""
    if document not in (",", "."):
        raise FileRefused("unknown_decimal", field="mapping.decimal")
    return str(document)


def _on_duplicate(document: object) -> OnDuplicate:
    if document in (None, ""):
        return OnDuplicate.UPDATE
    if document not in OnDuplicate.values:
        raise FileRefused("unknown_on_duplicate", field="mapping.on_duplicate")
    return OnDuplicate(str(document))


def _date_order(document: object) -> str:
    if document in (None, ""):
        return ""
    if document not in DateOrder.values:
        raise FileRefused("unknown_date_order", field="mapping.date_order")
    return str(document)


def _header_line(document: object) -> int:
    if document in (None, "", 0):
        return 0
    if not isinstance(document, int) or isinstance(document, bool) or not 1 <= document <= 10 * HEADER_WITHIN:
        raise FileRefused("unknown_header_line", field="mapping.header_line")
    return document


def _match_on(document: object) -> tuple[str, ...]:
    if document is None:
        return tuple(MatchKey.values)
    if not isinstance(document, list) or not set(map(str, document)) <= set(MatchKey.values):
        raise FileRefused("unknown_match_on", field="mapping.match_on")
    return tuple(key for key in MatchKey.values if key in document)


def _position(name: str, header: Sequence[str], found: Mapping[str, list[int]]) -> int:
    exact = [position for position, cell in enumerate(header) if cell == name]
    names = numbered(header)
    places = exact or ([names.index(name)] if name in names else found.get(headers.key(name), []))
    if len(places) > 1:
        raise FileRefused("duplicate_column", column=name)
    if not places and len(header) == 1:
        raise FileRefused("one_column", column=header[0][:60])
    if not places:
        raise FileRefused("missing_column", column=name, found=_named(header))
    return places[0]


def _recognised(header: Sequence[str]) -> list[tuple[int, Target]]:
    """Each target gets the first column that is known for it."""
    chosen: dict[str, int] = {}
    for position, cell in enumerate(header):
        target = headers.known(cell)
        if target is not None:
            chosen.setdefault(target, position)
    if not chosen and len(header) == 1:
        raise FileRefused("one_column", column=header[0][:60])
    if not chosen:
        raise FileRefused("no_known_column", found=_named(header))
    if "last_name" in chosen or "first_name" in chosen:
        chosen.pop(WHOLE_NAME, None)
    known = targets()
    whole = [target for target in chosen if set(known[target].needed) <= chosen.keys()]
    return [(chosen[target], known[target]) for target in whole]


def _named(header: Sequence[str]) -> str:
    return ", ".join(cell[:40] for cell in header[:20])
