"""What a column of a file of sales can be, and how its cells are read (api.md: import_sales)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.files import naming
from clients.files.mapping import FileMapping
from clients.files.parts import Part, Parts, key_parts, same
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.guessing import reads
from clients.imports.refusals import CellRefused
from clients.imports.targets import Column, codes_of
from portfolios.enums import MOST_TYPOLOGIES, SaleKind
from portfolios.models import Typology

LARGEST = Decimal("9999999999999")
EARLIEST_YEAR = 1900
CENTS = re.compile(r"[.,][0-9]{2}[) ]*(€|eur)?$", re.IGNORECASE)
REFUSALS: Mapping[str, str | Promise] = {
    "unknown_typology": _("There is no typology of this number or name."),
    "inactive_typology": _("This typology is not active."),
    "unknown_portfolio": _("The typology has no active portfolio of this name."),
    "not_a_refund": _("Only a refund is negative."),
    "zero_refund": _("A refund has an amount."),
    "another_sale": _("The sale with this external id belongs to another client or typology."),
}


def _day(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    read = cells.past_day(notation, today)

    def reader(cell: str) -> tuple[Value, ...]:
        day = read(cell)
        if isinstance(day, date) and day.year < EARLIEST_YEAR:
            raise CellRefused("out_of_reach")
        return (day,)

    return reader


def _amount(notation: Notation, today: date = date.max) -> Callable[[str], tuple[Value, ...]]:
    """Cents, of a refund also negative: 1.234,56 or 1,234.56 or (1.234,56)."""
    read = cells.number(notation, places=2, largest=LARGEST)

    def reader(cell: str) -> tuple[Value, ...]:
        try:
            return (read(cell),)
        except CellRefused as why:
            raise (CellRefused("invalid_amount") if why.code == "invalid_number" else why) from None

    return reader


def _typology(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    rows = {row.position: row for row in Typology.objects.all()}
    named = {fold(row.name): row for row in rows.values()}

    def reader(cell: str) -> tuple[Value, ...]:
        number = int(cell) if cell.isascii() and cell.isdecimal() and int(cell) <= MOST_TYPOLOGIES else 0
        found = named.get(fold(cell)) or rows.get(number)
        if found is None or not found.active:
            raise CellRefused("inactive_typology" if found else "unknown_typology")
        return (found.pk,)

    return reader


PARTS = Parts(
    Part(
        "client",
        _("client (external id, tax code or VAT number)"),
        (
            "client", "client id", "codice cliente", "id cliente", "customer id", "customer", "codice fiscale",
            "tax code", "cf", "partita iva", "vat number", "cliente",
        ),
        naming.COLUMNS,
        naming.reader,
        is_needed=True,
        looks=naming.looks,
    ),
    Part(
        "date",
        _("date"),
        ("date", "data", "data vendita", "data operazione", "data sottoscrizione", "data valuta"),
        (Column("sold_on", "date"),),
        _day,
        is_needed=True,
        looks=reads(cells.day(Notation())),
    ),
    Part(
        "amount",
        _("amount"),
        ("amount", "importo", "controvalore", "premio", "totale", "valore"),
        (Column("amount", "bigint"),),
        _amount,
        is_needed=True,
        # An amount has cents.
        looks=lambda cell: CENTS.search(cell) is not None and reads(_amount(Notation()))(cell),
    ),
    Part(
        "typology",
        _("typology (its number or name)"),
        ("typology", "tipologia", "tipologia di portafoglio"),
        (Column("typology_id", "bigint"),),
        _typology,
    ),
    Part("portfolio", _("portfolio"), ("portfolio", "portafoglio"), (Column("portfolio_key", "text"),), same(fold)),
    Part(
        "kind",
        _("kind of sale"),
        ("kind", "tipo", "tipo vendita", "tipo operazione", "genere"),
        (Column("kind", "text"),),
        same(cells.choice(codes_of(SaleKind.choices))),
    ),
    Part(
        "description",
        _("description"),
        ("description", "descrizione", "prodotto", "causale"),
        (Column("description", "text"),),
        same(cells.text(200)),
    ),
    *key_parts(
        ("external source", "source", "fonte", "provenienza"),
        ("external id", "id", "codice", "id vendita", "id operazione", "numero operazione", "numero polizza"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class SaleMapping(FileMapping):
    """Which column of a file of sales is what."""

    parts = PARTS
