"""Which column of the file goes to which field, and how the file is written (api.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clients.enums import OnDuplicate
from clients.imports import decoding, headers
from clients.imports.reading import DELIMITERS
from clients.imports.refusals import FileRefused
from clients.imports.targets import Target, targets

PARTS = frozenset({"columns", "delimiter", "encoding", "date_format", "decimal", "on_duplicate"})
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
        return [(_position(name, header, found), targets()[target]) for name, target in self.columns.items()]


def parse_mapping(document: object) -> ImportMapping:
    """A mapping from its JSON document, or FileRefused that names the part which is wrong."""
    if not isinstance(document, Mapping):
        raise FileRefused("not_a_mapping", field="mapping")
    for key in document:
        if key not in PARTS:
            raise FileRefused("unknown_key", field="mapping", key=str(key)[:40])
    if "columns" not in document:
        raise FileRefused("columns_required", field="mapping.columns")
    return ImportMapping(
        columns=_columns(document["columns"]),
        delimiter=_delimiter(document.get("delimiter")),
        encoding=decoding.known_encoding(str(document["encoding"])) if document.get("encoding") else "",
        date_format=_date_format(document.get("date_format")),
        decimal=_decimal(document.get("decimal")),
        on_duplicate=_on_duplicate(document.get("on_duplicate")),
    )


def _columns(document: object) -> dict[str, str]:
    if not isinstance(document, Mapping) or not all(isinstance(target, str) for target in document.values()):
        raise FileRefused("not_a_mapping", field="mapping.columns")
    if not document:
        raise FileRefused("columns_required", field="mapping.columns")
    columns = {str(header): str(target) for header, target in document.items()}
    if any("\0" in header for header in columns):
        raise FileRefused("not_a_mapping", field="mapping.columns")
    taken: set[str] = set()
    for header, target in columns.items():
        if target not in targets():
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


def _position(name: str, header: Sequence[str], found: Mapping[str, list[int]]) -> int:
    exact = [position for position, cell in enumerate(header) if cell == name]
    places = exact or found.get(headers.key(name), [])
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
    return [(position, targets()[target]) for target, position in chosen.items()]


def _named(header: Sequence[str]) -> str:
    return ", ".join(cell[:40] for cell in header[:20])
