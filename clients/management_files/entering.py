"""Management events from a table (O-54). A row that is refused stops no other.

A batch of rows takes a handful of statements; the same file again brings what it tells up to date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import capfirst

from clients import normalising
from clients.enums import ManagementKind
from clients.imports.cells import Notation, Value
from clients.imports.reading import open_source
from clients.imports.refusals import CellRefused, Refusal, message
from clients.imports.sources import Row, Source
from clients.management_files.columns import PARTS, EventMapping
from clients.models import Client
from clients.queries import visible_clients
from clients.services import NewManagementEvent, enter_management_events, refusals_of
from clients.services.management import Entered
from tenants.models import Membership

BATCH = 2_000
LONGEST_SHOWN = 200


class Memory(Protocol):
    """Is told of each batch before it is entered and afterwards: what it takes to undo it."""

    def before(self, entries: Sequence[NewManagementEvent]) -> None: ...

    def after(self, entered: Sequence[Entered]) -> None: ...


@dataclass
class Report:
    rows: int = 0
    created: int = 0
    updated: int = 0
    errors: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """A row whose cells are understood, and the client as the file calls him."""

    line: int
    client: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each part of an event stands, and what the file calls it."""

    places: Mapping[str, int]
    headers: Sequence[str]

    def named(self, part: str) -> str:
        """A part without a column is missed under its own name."""
        place = self.places.get(part)
        return str(capfirst(str(PARTS[part].label))) if place is None else self.headers[place]


@transaction.atomic
def import_management_events(stream: BinaryIO, *, by: Membership | None, memory: Memory | None = None) -> Report:
    """Enter what the file tells. Raises FileRefused when nothing of it can be used."""
    with open_source(stream, recognise=PARTS.count_known) as source:
        columns = _columns(source)
        report, seen = Report(), set[tuple[str, str]]()
        rows = _read(source, columns, report)
        while batch := list(islice(rows, BATCH)):
            _enter(batch, columns, report, seen, by=by, memory=memory)
    report.errors.sort(key=lambda refusal: refusal.line)
    return report


def _columns(source: Source) -> _Columns:
    found = EventMapping().places(source.header)
    return _Columns({target.name: place for place, target in found}, source.header)


def _read(source: Source, columns: _Columns, report: Report) -> Iterator[_Read]:
    readers = {name: target.reader(Notation()) for name, target in PARTS.targets().items()}
    for row in source.rows():
        report.rows += 1
        values, refused = _values(row, columns, readers)
        if row.fault:
            report.errors.append(Refusal(row.line, "", "", row.fault, message(row.fault, _counts(row, source))))
        elif refused:
            report.errors += refused
        else:
            yield _Read(row.line, str(values.pop("client")), values)


def _counts(row: Row, source: Source) -> dict[str, object]:
    return {"cells": len(row.cells), "columns": len(source.header)}


def _values(
    row: Row, columns: _Columns, readers: Mapping[str, Callable[[str], tuple[Value, ...]]]
) -> tuple[dict[str, Any], list[Refusal]]:
    values: dict[str, Any] = {}
    refused = []
    for name, place in columns.places.items():
        cell = row.cells[place].strip() if place < len(row.cells) else ""
        try:
            if cell:
                [values[name]] = readers[name](cell)
            elif PARTS[name].is_needed:
                raise CellRefused("missing_value")
        except CellRefused as why:
            told = message(why.code, why.params)
            refused.append(Refusal(row.line, columns.named(name), cell[:LONGEST_SHOWN], why.code, told))
    return values, refused


def _enter(
    batch: Sequence[_Read],
    columns: _Columns,
    report: Report,
    seen: set[tuple[str, str]],
    *,
    by: Membership | None,
    memory: Memory | None,
) -> None:
    clients = _clients({row.client for row in batch}, by)
    entries: list[NewManagementEvent] = []
    rows: list[_Read] = []
    for row in batch:
        refuse = _refuser(row, columns, report)
        found = clients.get(row.client, set())
        if len(found) != 1:
            refuse("client", row.client, "ambiguous_client" if found else "unknown_client")
            continue
        entry = _entry(row, next(iter(found)))
        problem = next(iter(refusals_of([entry]).values()), None)
        if problem is not None or entry.key in seen:
            refuse(_key_part(entry), entry.key[1], _code(problem))
            continue
        seen.add(entry.key)
        entries.append(entry)
        rows.append(row)
    for place in sorted(refusals_of(entries, by=by), reverse=True):
        _refuser(rows[place], columns, report)(_key_part(entries[place]), entries[place].key[1], "not_your_client")
        del entries[place]
    if memory:
        memory.before(entries)
    entered = enter_management_events(entries, by=by)
    if memory:
        memory.after(entered)
    new = sum(each.is_new for each in entered)
    report.created += new
    report.updated += len(entered) - new


def _refuser(row: _Read, columns: _Columns, report: Report) -> Callable[[str, str, str], None]:
    def refuse(part: str, value: str, code: str) -> None:
        report.errors.append(Refusal(row.line, columns.named(part), value[:LONGEST_SHOWN], code, message(code)))

    return refuse


def _key_part(entry: NewManagementEvent) -> str:
    return "external_id" if entry.external_id else "number"


def _code(problem: ValidationError | None) -> str:
    return str(problem.code) if problem is not None else "repeated_key"


def _entry(row: _Read, client_id: int) -> NewManagementEvent:
    values = dict(row.values)
    cents = values.pop("amount", None)
    return NewManagementEvent(
        client_id=client_id,
        kind=ManagementKind(values.pop("kind")),
        amount=None if cents is None else Decimal(cents).scaleb(-2),
        **values,
    )


def _clients(names: set[str], by: Membership | None) -> dict[str, set[int]]:
    """Whom of those that the member sees the file means by each name, in one statement."""
    codes, numbers = ({name: clean(name) for name in names} for clean in (normalising.code, normalising.vat_number))
    seen = Client.objects.all() if by is None else visible_clients(by)
    rows = seen.filter(merged_into__isnull=True, erased_at__isnull=True).filter(
        Q(external_id__in=names) | Q(tax_code__in=codes.values()) | Q(vat_number__in=numbers.values())
    )
    by_key: defaultdict[str, set[int]] = defaultdict(set)
    for pk, *keys in rows.values_list("pk", "external_id", "tax_code", "vat_number"):
        for key in filter(None, keys):
            by_key[key].add(pk)
    return {
        name: by_key.get(name, set()) | by_key.get(codes[name], set()) | by_key.get(numbers[name], set())
        for name in names
    }
