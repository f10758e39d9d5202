"""The dossier as a file: JSON, CSV tables and the attached files in a zip, or a tagged PDF."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import typst
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clients.attachments import storage
from clients.dossier import Dossier, Row
from web.formatting import moment

FORMATS = ("pdf", "json", "zip")
IN_MEMORY = 8 * 1024 * 1024
TEMPLATE = Path(__file__).with_name("dossier.typ")
# A cell that begins like this would be a formula where people open it (security.md T15).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: IO[bytes]


def write(dossier: Dossier, kind: str) -> File:
    content_type, make = _MAKERS[kind]
    name = f"{slugify(_('Dossier'))}-{dossier.client.pk}.{kind}"
    return File(name, content_type, make(dossier))


def _json(dossier: Dossier) -> IO[bytes]:
    return io.BytesIO(json.dumps(dossier.as_json(), ensure_ascii=False, indent=2).encode())


def _zip(dossier: Dossier) -> IO[bytes]:
    """A table for each section, for Italian Excel; the record as a table of two columns; the files as they are."""
    record = [{_("Field"): name, _("Value"): value} for name, value in dossier.record.items()]
    held: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.csv", _csv([_("Field"), _("Value")], record))
        for section in dossier.sections:
            archive.writestr(f"{section.name}.csv", _csv(section.columns, section.rows))
        for attachment in dossier.files:
            if storage.is_stored(attachment.stored_as):
                # Two files may have the same name.
                with (
                    storage.open_stored(attachment.stored_as) as kept,
                    archive.open(f"files/{attachment.pk}-{attachment.name}", "w") as copy,
                ):
                    shutil.copyfileobj(kept, copy)
    held.seek(0)
    return held


def _csv(columns: list[str], rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _pdf(dossier: Dossier) -> IO[bytes]:
    """People's own texts go in as data, never as source."""
    data = {
        "language": translation.get_language() or "it",
        "title": _("Personal data of %(name)s") % {"name": dossier.client.name},
        "made": _("Made on %(when)s") % {"when": moment(dossier.at)},
        "record_title": _("The record"),
        "record": list(dossier.record.items()),
        "sections": [
            {"title": section.title, "rows": [list(row.items()) for row in section.rows]}
            for section in dossier.sections
        ],
    }
    made: bytes = typst.compile(str(TEMPLATE), sys_inputs={"data": json.dumps(data)}, format="pdf")
    return io.BytesIO(made)


_MAKERS: dict[str, tuple[str, Callable[[Dossier], IO[bytes]]]] = {
    "json": ("application/json", _json),
    "zip": ("application/zip", _zip),
    "pdf": ("application/pdf", _pdf),
}
