"""What a column of a file of management events can be: receipts, invoices, commissions … (O-54)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext_lazy as _

from clients.enums import ManagementKind
from clients.files.mapping import FileMapping
from clients.files.parts import Part, Parts, key_parts, same
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.refusals import CellRefused
from clients.imports.targets import Column, codes_of

LARGEST = Decimal("9999999999999")


@cache
def _kinds() -> Mapping[str, str]:
    return codes_of(ManagementKind.choices)


def _kind(cell: str) -> str:
    """By its code or its name in either language; the refusal lists them as the reader calls them."""
    kind = _kinds().get(fold(cell))
    if kind is None:
        raise CellRefused("invalid_choice", choices=", ".join(str(kind.label) for kind in ManagementKind))
    return kind


def _day(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    read = cells.day(notation)
    return lambda cell: (read(cell),)


def _cents(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    read = cells.number(notation, places=2, largest=LARGEST)
    return lambda cell: (read(cell),)


PARTS = Parts(
    Part(
        "client",
        # By an integration's key, by tax code or by VAT number.
        _("client"),
        ("client", "cliente", "codice cliente", "codice fiscale", "partita iva", "tax code", "vat number"),
        (Column("client", "text"),),
        same(cells.text(100)),
        is_needed=True,
    ),
    Part("kind", _("kind"), ("kind", "tipo", "tipo documento"), (Column("kind", "text"),), same(_kind), is_needed=True),
    Part("on", _("date"), ("on", "date", "data", "data documento"), (Column("on", "date"),), _day, is_needed=True),
    Part(
        "number",
        _("number"),
        ("number", "numero", "numero documento"),
        (Column("number", "text"),),
        same(cells.text(50)),
    ),
    Part("amount", _("amount"), ("amount", "importo", "totale"), (Column("amount", "bigint"),), _cents),
    Part(
        "description",
        _("description"),
        ("description", "descrizione", "causale"),
        (Column("description", "text"),),
        same(cells.text(300)),
    ),
    *key_parts(("external source", "source", "fonte"), ("external id", "id", "codice")),
)  # fmt: skip


@dataclass(frozen=True)
class EventMapping(FileMapping):
    """Which column of a file of events is what: always as it is headed."""

    parts = PARTS
