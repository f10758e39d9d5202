"""A firm's tables and files into a ZIP, page by page: memory does not depend on how much there is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from tenants.archive.contents import Row, Table, left_out, tables
from tenants.archive.layout import MANIFEST, Entry, Manifest, file_entry, schema_state, table_entry
from tenants.binding import bound_firm, bound_firm_id
from tenants.models import Firm

AT_ONCE = 2_000
CHUNK = 1 << 18
OF_THE_FIRM: list[Any] = [field for field in Firm._meta.concrete_fields if field.name != "id"]

# Told how many rows are written so far.
Progress = Callable[[int], None]


def one_moment() -> None:
    """Read the firm as it stands now, whatever is committed meanwhile. Before anything else in the transaction.

    Inside somebody's transaction, where it is too late for that, his isolation holds.
    """
    if len(connection.savepoint_ids):
        return
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def write_archive(file: IO[bytes], *, at: datetime, progress: Progress = lambda rows: None) -> Manifest:
    """The bound firm as an archive."""
    chosen = tables()
    firm = bound_firm()
    manifest = Manifest(
        made_at=at.isoformat(),
        firm=_plain({each.column: getattr(firm, each.attname) for each in OF_THE_FIRM}),
        schema=schema_state({table.model._meta.app_label for table in chosen}),
        left_out=dict(sorted(left_out().items())),
    )
    done = 0
    with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        for table in chosen:
            done = _write_table(archive, table, manifest, done, progress)
        document = json.dumps(manifest.document(), ensure_ascii=False, indent=1)
        archive.writestr(_info(MANIFEST), document.encode())
    return manifest


def count_rows() -> int:
    """How many rows an archive of the bound firm has about now."""
    total = 0
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT count(*) FROM {table.table} WHERE firm_id = %s", [bound_firm_id()])
            total += cursor.fetchone()[0]
    return total


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def _write_table(archive: ZipFile, table: Table, manifest: Manifest, done: int, progress: Progress) -> int:
    entry = Entry(0, "")
    files: list[tuple[int, str]] = []
    with _entry(archive, table_entry(table.name), entry) as write:
        for page in _pages(table):
            if table.files:
                files.extend((row["id"], row[table.files.column]) for row in page)
            table.prepare(page)
            for row in page:
                write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            entry.rows += len(page)
            progress(done + entry.rows)
    manifest.entries[table_entry(table.name)] = entry
    for pk, key in files:
        _write_file(archive, table, manifest, pk, key)
    return done + entry.rows


def _write_file(archive: ZipFile, table: Table, manifest: Manifest, pk: int, key: str) -> None:
    """A content that the storage has lost is told in the manifest; its row comes along."""
    content = table.files.read(key) if table.files else None
    name = file_entry(table.name, pk)
    if content is None:
        manifest.missing_files.append(name)
        return
    entry = Entry(0, "")
    with content, _entry(archive, name, entry, stored=True) as write:
        while piece := content.read(CHUNK):
            write(piece)
    manifest.entries[name] = entry


@contextmanager
def _entry(archive: ZipFile, name: str, entry: Entry, *, stored: bool = False) -> Iterator[Callable[[bytes], None]]:
    """One file of the archive, counted and hashed as it is written."""
    digest = hashlib.sha256()
    with archive.open(_info(name, stored=stored), "w", force_zip64=True) as out:

        def write(piece: bytes) -> None:
            out.write(piece)
            digest.update(piece)
            entry.bytes += len(piece)

        yield write
    entry.sha256 = digest.hexdigest()


def _info(name: str, *, stored: bool = False) -> ZipInfo:
    """Without the clock: the same firm gives the same bytes."""
    info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _pages(table: Table) -> Iterator[list[Row]]:
    """The rows in the order of their key, each page found by where the last one ended."""
    key = ", ".join(f'"{column}"' for column in table.key)
    exact = "".join(f" || jsonb_build_object('{column}', t.\"{column}\"::text)" for column in table.exact)
    asked = f"SELECT to_jsonb(t) - 'firm_id'{exact} FROM {table.table} t WHERE firm_id = %s"
    after: list[Any] = []
    while True:
        where = f" AND ({key}) > ({', '.join(['%s'] * len(after))})" if after else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{asked}{where} ORDER BY {key} LIMIT {AT_ONCE}", [bound_firm_id(), *after])
            page = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
        if not page:
            return
        after = [page[-1][column] for column in table.key]
        yield page
        if len(page) < AT_ONCE:
            return
