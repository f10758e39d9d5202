"""What the firm holds about a client: one entry for every table that names him, whoever owns it (architecture.md 1.5).

Merging, the dossier, erasure and the undo of an import know no table by name: they read this registry. Higher apps add
theirs in ``AppConfig.ready()``; a guard test derives every reference to a client from the models and fails for one that
nobody has registered (tests/architecture/test_holdings.py).

The defaults are the safe ones: everything is shown in the dossier, everything is deleted by erasure, and a row that
somebody has entered keeps an imported client from being removed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from clients.enums import RetentionClass
from clients.models import Client
from tenants.models import FirmOwned

# Columns of every table that say nothing about the person.
TECHNICAL = frozenset({"id", "firm", "version", "created_at", "updated_at", "position"})


class OnMerge(StrEnum):
    """What becomes of the rows of a client who is merged into another one; the undo takes exactly that back."""

    # They go to the survivor, unless he has the same already (``once``): those stay behind.
    MOVE = "move"
    # The survivor receives copies of those that he lacks: parts of a record, whose originals stay with the other one.
    COPY = "copy"
    # They stay with the merged client: his own identity, or what the survivor's page has no use for.
    STAY = "stay"
    # They follow from other rows: their owner computes them anew (``clients_changed`` with "merged").
    DERIVED = "derived"


class OnErasure(StrEnum):
    """What becomes of the rows of a person who is erased, after what must be kept has been locked away."""

    DELETE = "delete"
    # The row stays for the firm's own figures, without what says who it was (``emptied``).
    EMPTY = "empty"
    # Nothing in it is personal, or the erasure itself writes it.
    KEEP = "keep"
    # The row is somebody else's and only points to him: it no longer does.
    UNLINK = "unlink"


class OnImportUndo(StrEnum):
    """What becomes of the rows of a client whom an import has created, when that import is undone."""

    DELETE = "delete"
    # Somebody has worked with the client since: he stays, and the report of the undo says why.
    BLOCK = "block"


Rows = Callable[[], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One reference to a client, and what the four functions do with the rows that have it."""

    model: type[FirmOwned]
    # The field that names the client; where the table names him twice (contact and company), one holding for each.
    field: str = "client"
    label: str | Promise = ""

    on_merge: OnMerge = OnMerge.MOVE
    # Which rows a merge moves, where it is not all of them: the others are derived.
    moving: Rows | None = None
    # What two rows of one client may not share (fields beside ``field`` of a unique constraint).
    once: tuple[str, ...] = ()
    # What only its owner can put back after the undo of a merge: both ids in, JSON out, and that JSON in again.
    remember: Callable[[Sequence[int]], Any] | None = None
    recall: Callable[[Any], None] | None = None

    # Left out of the dossier: secrets, technical columns of the table's own. ``in_dossier=False``: a mere index of
    # other rows, or the company's side of a row that the contact's dossier shows.
    in_dossier: bool = True
    hidden: tuple[str, ...] = ()

    on_erasure: OnErasure = OnErasure.DELETE
    emptied: tuple[str, ...] = ()
    # Free of personal data although of a type that could hold some; the guard asks for each such column.
    harmless: tuple[str, ...] = ()
    # Why the law obliges the firm to keep it for a time (security.md 6), counted from the day in ``since``.
    retention: RetentionClass | None = None
    since: str = "created_at"
    # What must go with the rows and is no row: files in a storage. Called with the rows, before they are deleted.
    discard: Callable[[QuerySet[Any]], None] | None = None

    on_import_undo: OnImportUndo = OnImportUndo.BLOCK
    # Rows that the import itself wrote do not block its undo: they go with the client.
    imported: Q | None = None

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def column(self) -> str:
        """The field by which ids are compared."""
        field: Any = self.model._meta.get_field(self.field)
        return str(field.attname)

    def of(self, client_ids: Iterable[int]) -> QuerySet[Any]:
        """The rows that name one of the clients."""
        rows: QuerySet[Any] = self.model.objects.filter(**{f"{self.column}__in": list(client_ids)})
        return rows

    def shown_fields(self) -> list[models.Field[Any, Any]]:
        """What the dossier says of a row."""
        hidden = TECHNICAL | set(self.hidden) | {self.field}
        own: list[Any] = list(self.model._meta.concrete_fields)
        return [field for field in own if field.name not in hidden and not _is_a_folded_copy(field)]


def _is_a_folded_copy(field: models.Field[Any, Any]) -> bool:
    return bool(getattr(field, "of", ""))


_holdings: dict[str, Holding] = {}


def register(*entries: Holding) -> None:
    """Add an app's entries. Called when the app is ready; a reference can be registered only once."""
    for entry in entries:
        if entry.name in _holdings:
            raise ValueError(f"{entry.name} is registered already")
        _holdings[entry.name] = entry


def holdings() -> Mapping[str, Holding]:
    """Every reference to a client by its name, in the order in which the dossier shows them."""
    return MappingProxyType(_holdings)


def blocked(client_ids: Sequence[int]) -> dict[int, list[str]]:
    """Of clients whom an import has created, those who must stay when it is undone, and what speaks against it."""
    found: dict[int, list[str]] = {}
    for holding in _holdings.values():
        if holding.on_import_undo == OnImportUndo.BLOCK:
            rows = holding.of(client_ids)
            rows = rows.exclude(holding.imported) if holding.imported is not None else rows
            for pk in rows.order_by().values_list(holding.column, flat=True).distinct():
                found.setdefault(pk, []).append(str(holding.label or holding.model._meta.verbose_name_plural))
    return found


def delete_clients(client_ids: Sequence[int]) -> None:
    """Remove the clients and everything that names them, a constant number of statements however many they are.

    Only for clients who should never have been there: the undo of an import, after ``blocked``.
    """
    for holding in reversed(_holdings.values()):
        clear(holding, client_ids)
    Client.objects.filter(pk__in=client_ids).delete()


def clear(holding: Holding, client_ids: Sequence[int]) -> int:
    """Delete the rows that name one of the clients, or let them name nobody where they are somebody else's."""
    rows = holding.of(client_ids)
    if holding.on_erasure == OnErasure.UNLINK:
        return int(rows.update(**{holding.column: None}))
    if holding.discard is not None:
        holding.discard(rows)
    return int(rows.delete()[0])
