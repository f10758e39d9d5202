"""Old ids and new ones. Every row gets an id of its own in this installation, so that no other firm's is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models

from tenants.archive.contents import MARK
from tenants.archive.layout import ArchiveRefused
from tenants.models import FirmOwned

Named = dict[str, set[int]]
NUMBER = re.compile(r"[1-9][0-9]{0,17}")

CREATE = """
CREATE TEMP TABLE archive_ids (model text, old bigint, new bigint NOT NULL, PRIMARY KEY (model, old)) ON COMMIT DROP
"""
# In the order of the old ones, so that what was entered later still comes later.
GIVE = """
INSERT INTO archive_ids (model, old, new)
SELECT %s, named.old, nextval(pg_get_serial_sequence(%s, 'id'))
FROM (SELECT old FROM unnest(%s::bigint[]) AS old ORDER BY old) named
"""
FIND = "SELECT old, new FROM archive_ids WHERE model = %s AND old = ANY(%s)"


def begin() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)


def give(label: str, numbers: list[int]) -> None:
    """New ids for rows that come along."""
    table = apps.get_model(label)._meta.db_table
    try:
        with connection.cursor() as cursor:
            cursor.execute(GIVE, [label, table, numbers])
    except IntegrityError:
        raise ArchiveRefused(f"{label}: an id stands there twice.") from None


def new_of(label: str, old: int) -> int | None:
    """Of one row, if the archive has it."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [label, [old]])
        found: tuple[int, int] | None = cursor.fetchone()
    return found[1] if found else None


class Ids:
    """The new ids of what one page of rows names, found with a statement for each table named."""

    def __init__(self, named: Named) -> None:
        self._found: dict[str, dict[int, int]] = {}
        for label, numbers in named.items():
            with connection.cursor() as cursor:
                cursor.execute(FIND, [label, sorted(numbers)])
                self._found[label] = dict(cursor.fetchall())

    def of(self, label: str, number: Any) -> int:
        """Of a row that must be there. Raises ArchiveRefused."""
        found = self._found.get(label, {}).get(number)
        if found is None:
            raise ArchiveRefused(f"names a row of {label} that is not in the archive.")
        return found

    def of_gone(self, label: str, number: int) -> int:
        """Of a row that documents still name and that may be gone: then an id that no row will ever have."""
        found = self._found.setdefault(label, {})
        if number not in found:
            give(label, [number])
            with connection.cursor() as cursor:
                cursor.execute(FIND, [label, [number]])
                found.update(cursor.fetchall())
        return found[number]


def marks(document: Any) -> Iterable[tuple[str, int]]:
    """Every id that a document marks."""
    if isinstance(document, list):
        for part in document:
            yield from marks(part)
    elif isinstance(document, dict):
        if set(document) == {MARK}:
            yield _mark(document[MARK])
        else:
            for part in document.values():
                yield from marks(part)


def resolved(document: Any, ids: Ids) -> Any:
    """The document with new ids where old ones were marked."""
    if isinstance(document, list):
        return [resolved(part, ids) for part in document]
    if not isinstance(document, dict):
        return document
    if set(document) == {MARK}:
        found = ids.of_gone(*_mark(document[MARK]))
        return str(found) if isinstance(document[MARK][1], str) else found
    return {key: resolved(part, ids) for key, part in document.items()}


def _mark(said: Any) -> tuple[str, int]:
    match said:
        case [str() as label, (int() | str()) as told] if NUMBER.fullmatch(str(told)):
            model = _model(label)
            if model is not None and issubclass(model, FirmOwned) and isinstance(model._meta.pk, models.BigAutoField):
                return label, int(told)
    raise ArchiveRefused("a document marks an id of no table.")


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
