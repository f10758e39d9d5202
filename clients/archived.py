"""What of the tables of clients goes into a firm's archive, and which ids stand in documents and filters."""

from __future__ import annotations

import re
from typing import IO, Any

from django.apps import apps
from django.db import models

from clients import catalogue
from clients.attachments import storage
from clients.changes import mark_changed
from clients.holdings import holdings
from clients.models import Client
from clients.snapshots import ROW
from tenants.archive import contents, own
from tenants.archive.contents import Files, mark, marked, marked_columns, numbers, plain

CLIENT, MEMBER, ENTRY = "clients.Client", "tenants.Membership", "clients.ListEntry"

# Fields of the catalogue whose values are ids, and the table of each; higher apps add theirs.
_TARGETS: dict[str, str] = {
    "advisor": MEMBER,
    "contact": MEMBER,
    "specialist": MEMBER,
    "status": "clients.Status",
    "company": CLIENT,
    "parent_company": CLIENT,
    "household": "clients.Household",
    "labels": "clients.Label",
}
_PATTERNS: list[tuple[re.Pattern[str], str]] = []


def name_fields(**patterns: str) -> None:
    """The table of each of these fields; dots in names are written as two underscores."""
    _TARGETS.update({name.replace("__", "."): label for name, label in patterns.items()})


def name_fields_like(pattern: str, label: str) -> None:
    _PATTERNS.append((re.compile(pattern), label))


def target_of(name: str) -> str:
    """The table that a field's values name; nothing for a field of plain values."""
    if name in _TARGETS:
        return _TARGETS[name]
    for pattern, label in _PATTERNS:
        if pattern.fullmatch(name):
            return label
    field = catalogue.fields().get(name)
    return ENTRY if field is not None and field.list_name else ""


def filter_described(document: Any) -> Any:
    """A filter with its ids marked."""
    if isinstance(document, list):
        return [filter_described(part) for part in document]
    if not isinstance(document, dict):
        return document
    if "field" not in document:
        return {key: filter_described(part) for key, part in document.items()}
    label = target_of(str(document["field"]))
    return {**document, "value": marked(label, document["value"])} if label and "value" in document else document


def register() -> None:
    contents.leave_out(
        "work in hand, gone after some days",
        *("clients.ExportJob", "clients.ExportedClient", "clients.ExportPiece"),
        *("clients.ImportJob", "clients.ImportPiece", "clients.ImportRow", "clients.RefusedRow"),
        *("clients.ImportedClient", "clients.ImportedRow", "clients.BulkJob", "clients.BulkItem"),
    )
    contents.leave_out("the night's list of work; all clients are on it afterwards", "clients.ChangedClient")
    contents.leave_out("the same while a night is under way", "clients.ClaimedClient")
    plain("clients.SheetDefault", "hidden")
    plain("clients.SavedMapping", "mapping")
    plain("clients.Erasure", "counts")
    # In words, for whoever has to show it to an authority.
    plain("clients.LockedRecord", "content")
    plain("clients.Attachment", "size")
    numbers("clients.ClientWord", client_id=CLIENT)
    numbers("clients.Access", seen=CLIENT)
    numbers("clients.Household", taken_out="clients.ClientEdit")
    contents.describe("clients.ClientEdit", before=_snapshot, after=_snapshot)
    contents.describe("clients.ClientMerge", values=_taken_over, moved=_rows, made=_rows, remembered=_remembered)
    contents.with_files("clients.Attachment", Files("stored_as", _opened, _kept, storage.forget))
    contents.afterwards(lambda: mark_changed(Client.objects.all()))
    own.name_preference("client_view", "groups.View")


def _snapshot(document: Any) -> Any:
    """As clients/snapshots.py writes it: a row with its table."""
    match document:
        case {"$row": [str() as label, int() as number]}:
            return {ROW: [label, mark(label, number)]}
        case dict():
            return {key: _snapshot(part) for key, part in document.items()}
        case list():
            return [_snapshot(part) for part in document]
        case _:
            return document


def _taken_over(values: Any) -> Any:
    return {name: marked_columns(f"clients.{name}", columns) for name, columns in values.items()}


def _rows(held: Any) -> Any:
    """Keys of rows by holding; a row that shares its client's key is told by him."""
    return {name: marked(_key_of(name), keys) for name, keys in held.items()}


def _remembered(held: Any) -> Any:
    return {name: _told(name, document) for name, document in held.items()}


def _told(name: str, document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    rows = [{**row, "id": mark(_key_of(name), row.get("id"))} for row in document.get("rows", [])]
    return {**document, "clients": marked(CLIENT, document.get("clients", [])), "rows": rows}


def _key_of(name: str) -> str:
    model: Any = holdings()[name].model if name in holdings() else apps.get_model(".".join(name.split(".")[:2]))
    return str(model._meta.label) if isinstance(model._meta.pk, models.BigAutoField) else CLIENT


def _opened(key: str) -> IO[bytes] | None:
    return storage.open_stored(key) if storage.is_stored(key) else None


def _kept(content: IO[bytes] | None) -> str:
    """Of a content that was lost before the archive was made the row stays, under a key that leads nowhere."""
    return storage.keep(content) if content is not None else storage.new_key()
