"""An archive is looked at as a whole before anything of it is taken: names, sizes, hashes, state of the schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tenants.archive import layout
from tenants.archive.contents import Row, Table, tables
from tenants.archive.layout import ArchiveRefused, Manifest

CHUNK = 1 << 18


class Archive:
    """A file that was found sound: its lines and contents can be read as often as it takes."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = ZipFile(file)
        except (BadZipFile, OSError, ValueError, NotImplementedError):
            raise ArchiveRefused("This is no ZIP file, or a damaged one.") from None
        self.tables = {layout.table_entry(table.name): table for table in tables()}
        self._look_at_directory()
        self.manifest = Manifest.read(self._document())
        self._compare_state()
        self._compare_entries()
        for name in self.manifest.entries:
            self._compare_content(name)

    def close(self) -> None:
        self._zip.close()

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of a table, one by one."""
        name = layout.table_entry(table.name)
        if name not in self.manifest.entries:
            return
        with self._zip.open(name) as lines:
            number = 0
            while line := lines.readline(layout.LONGEST_LINE):
                number += 1
                yield self._row(line, f"{name}, line {number}")

    def content(self, table: Table, pk: int) -> IO[bytes] | None:
        name = layout.file_entry(table.name, pk)
        return self._zip.open(name) if name in self.manifest.entries else None

    def _row(self, line: bytes, where: str) -> Row:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ArchiveRefused(f"{where}: not a JSON document.") from None
        if not isinstance(row, dict):
            raise ArchiveRefused(f"{where}: not a JSON object.")
        return row

    def _look_at_directory(self) -> None:
        """Before a byte is unpacked: nothing has a name of its own choosing, and nothing swells."""
        entries = self._zip.infolist()
        if len(entries) > layout.MOST_ENTRIES:
            raise ArchiveRefused("The archive has too many files.")
        if len({entry.filename for entry in entries}) != len(entries):
            raise ArchiveRefused("A file stands in the archive twice.")
        if sum(entry.file_size for entry in entries) > layout.MOST_BYTES:
            raise ArchiveRefused("The archive is too large when it is unpacked.")
        for entry in entries:
            _check(entry)

    def _document(self) -> Any:
        try:
            info = self._zip.getinfo(layout.MANIFEST)
        except KeyError:
            raise ArchiveRefused("The archive has no manifest.json.") from None
        if info.file_size > layout.MOST_MANIFEST:
            raise ArchiveRefused("manifest.json is too large.")
        try:
            return json.loads(self._zip.read(info))
        except (ValueError, RecursionError, BadZipFile):
            raise ArchiveRefused("manifest.json is not a JSON document.") from None

    def _compare_state(self) -> None:
        here = layout.schema_state({table.model._meta.app_label for table in self.tables.values()})
        differing = sorted(set(here.items()) ^ set(self.manifest.schema.items()), key=str)
        if differing:
            raise ArchiveRefused(
                f"The archive was made by another version ({differing[0][0]}). Upgrade where it was "
                "made, and export it again."
            )

    def _compare_entries(self) -> None:
        said, there = set(self.manifest.entries), {entry.filename for entry in self._zip.infolist()} - {layout.MANIFEST}
        if said != there:
            raise ArchiveRefused(f"{min(said ^ there)}: the manifest and the archive do not name the same files.")
        with_files = {table.name for table in self.tables.values() if table.files}
        for name in sorted(said):
            kind, _, rest = name.partition("/")
            known = name in self.tables if kind == "tables" else rest.partition("/")[0] in with_files
            if not known:
                raise ArchiveRefused(f"{name}: there is no such table.")

    def _compare_content(self, name: str) -> None:
        expected, digest, size = self.manifest.entries[name], hashlib.sha256(), 0
        try:
            with self._zip.open(name) as content:
                read: Callable[[], bytes] = lambda: content.read(CHUNK)  # noqa: E731
                for piece in iter(read, b""):
                    digest.update(piece)
                    size += len(piece)
        except (BadZipFile, OSError, EOFError, NotImplementedError):
            raise ArchiveRefused(f"{name}: damaged.") from None
        if (size, digest.hexdigest()) != (expected.bytes, expected.sha256):
            raise ArchiveRefused(f"{name}: not what the manifest says (size or SHA-256).")


def _check(entry: ZipInfo) -> None:
    name = entry.filename[:100]
    if not layout.NAME.fullmatch(entry.filename):
        raise ArchiveRefused(f"{name!r}: no file of an archive is called that.")
    if entry.flag_bits & 0x1 or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ArchiveRefused(f"{name}: encrypted, or packed in a way that is not read here.")
    swells = entry.file_size > layout.MOST_RATIO * max(entry.compress_size, 1)
    if swells and entry.file_size > layout.RATIO_COUNTS_FROM:
        raise ArchiveRefused(f"{name}: unpacked it would be more than {layout.MOST_RATIO} times as large.")
