"""The changes of a record, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients import catalogue, normalising, profiles
from clients.models import Client, ClientEdit, Profile
from clients.snapshots import Rows, rows_of, thawed
from clients.sublists.cards import rows_in_words
from clients.sublists.kinds import SUBLISTS
from tenants.models import Membership

SHOWN = 100
LONGEST = 80


@dataclass(frozen=True)
class Part:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    edit: ClientEdit
    parts: tuple[Part, ...]


def latest(client: Client, *, by: Membership, at: datetime) -> ClientEdit | None:
    """What the caller has just changed; nothing, if it was so already."""
    return ClientEdit.objects.filter(client=client, by=by, at=at).order_by("-id").first()


def lines(client: Client) -> list[Line]:
    """The changes of a record, the latest first, in a number of statements that does not depend on them."""
    found = list(ClientEdit.objects.filter(client=client).select_related("by").order_by("-id")[:SHOWN])
    rows = rows_of([document for edit in found for document in (edit.before, edit.after)])
    return [Line(edit, _parts(edit, rows)) for edit in found]


def sentence(edit: ClientEdit) -> str:
    """ "RFA (AUM): 1.000,00 € → 2.000,00 €", or how many fields were changed."""
    parts = _parts(edit, rows_of([edit.before, edit.after]))
    if len(parts) != 1:
        return _("Changed: %(fields)s") % {"fields": ", ".join(part.label for part in parts)}
    [part] = parts
    return f"{part.label}: {_short(part.before)} → {_short(part.after)}"


def labels(names: Iterable[str]) -> str:
    return ", ".join(_label(name) for name in names)


def _parts(edit: ClientEdit, rows: Rows) -> tuple[Part, ...]:
    return tuple(
        Part(_label(name), _words(name, edit.before[name], rows), _words(name, edit.after[name], rows))
        for name in edit.before
    )


def _words(name: str, document: Any, rows: Rows) -> str:
    if name in SUBLISTS:
        return rows_in_words(SUBLISTS[name], thawed(document, rows)) or "–"
    if name == "phones":
        return ", ".join(normalising.shown_phone(phone["number"]) for phone in document) or "–"
    return profiles.in_words(
        (_choices(name).get(document) if isinstance(document, str) else None) or thawed(document, rows)
    )


@cache
def _choices(name: str) -> dict[Any, Any]:
    """The labels of a field whose values are codes."""
    for model in (Client, Profile):
        if name in {field.name for field in model._meta.concrete_fields}:
            field: Any = model._meta.get_field(name)
            return dict(field.flatchoices)
    return {}


def _label(name: str) -> str:
    if name in SUBLISTS:
        return str(SUBLISTS[name].title)
    entry = catalogue.fields().get(name)
    return capfirst(str(entry.label) if entry else profiles.label_of(name))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
