"""The dossier as a file: JSON, CSV tables in a zip, or a tagged PDF."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typst
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clients.dossier import Dossier, Row
from web.formatting import moment

FORMATS = ("pdf", "json", "zip")
TEMPLATE = Path(__file__).with_name("dossier.typ")
# A cell that begins like this would be a formula where people open it (security.md T15).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


def write(dossier: Dossier, kind: str) -> File:
    content_type, make = _MAKERS[kind]
    name = f"{slugify(_('Dossier'))}-{dossier.client.pk}.{kind}"
    return File(name, content_type, make(dossier))


def _json(dossier: Dossier) -> bytes:
    return json.dumps(dossier.as_json(), ensure_ascii=False, indent=2).encode()


def _zip(dossier: Dossier) -> bytes:
    """A table for each section, for Italian Excel; the record as a table of two columns."""
    record = [{_("Field"): name, _("Value"): value} for name, value in dossier.record.items()]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.csv", _csv([_("Field"), _("Value")], record))
        for section in dossier.sections:
            archive.writestr(f"{section.name}.csv", _csv(section.columns, section.rows))
    return held.getvalue()


def _csv(columns: list[str], rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _pdf(dossier: Dossier) -> bytes:
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
    return made


_MAKERS: dict[str, tuple[str, Callable[[Dossier], bytes]]] = {
    "json": ("application/json", _json),
    "zip": ("application/zip", _zip),
    "pdf": ("application/pdf", _pdf),
}
