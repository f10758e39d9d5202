"""What a column of a file of sales can be, and how its cells are read (api.md: import_sales)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final, Self

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients.filters.folding import fold
from clients.imports import cells, naming
from clients.imports.cells import Notation, Read, Value
from clients.imports.guessing import holds, reads
from clients.imports.mapping import ImportMapping
from clients.imports.offering import Choice, not_imported
from clients.imports.refusals import CellRefused, FileRefused
from clients.imports.targets import Column, Place, Target, codes_of
from portfolios.enums import MOST_TYPOLOGIES, SaleKind
from portfolios.models import Typology
from tenants.binding import bound_firm, local_today

NEEDED: Final = ("client", "date", "amount")
LARGEST = Decimal("9999999999999")
EARLIEST_YEAR = 1900
CENTS = re.compile(r"[.,][0-9]{2}[) ]*(€|eur)?$", re.IGNORECASE)
# Of several columns that could say it, the first of this list does: a code says more than a name.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "client": (
        "client", "client id", "codice cliente", "id cliente", "customer id", "customer", "codice fiscale",
        "tax code", "cf", "partita iva", "vat number", "cliente",
    ),
    "date": ("date", "data", "data vendita", "data operazione", "data sottoscrizione", "data valuta"),
    "amount": ("amount", "importo", "controvalore", "premio", "totale", "valore"),
    "typology": ("typology", "tipologia", "tipologia di portafoglio"),
    "portfolio": ("portfolio", "portafoglio"),
    "kind": ("kind", "tipo", "tipo vendita", "tipo operazione", "genere"),
    "description": ("description", "descrizione", "prodotto", "causale"),
    "external_source": ("external source", "source", "fonte", "provenienza"),
    "external_id": (
        "external id", "id", "codice", "id vendita", "id operazione", "numero operazione", "numero polizza",
    ),
}  # fmt: skip
LABELS: Mapping[str, str | Promise] = {
    "client": _("client (external id, tax code or VAT number)"),
    "date": _("date"),
    "amount": _("amount"),
    "typology": _("typology (its number or name)"),
    "portfolio": _("portfolio"),
    "kind": _("kind of sale"),
    "description": _("description"),
    "external_source": _("external source"),
    "external_id": _("external id"),
}
REFUSALS: Mapping[str, str | Promise] = {
    "unknown_typology": _("There is no typology of this number or name."),
    "inactive_typology": _("This typology is not active."),
    "unknown_portfolio": _("The typology has no active portfolio of this name."),
    "not_a_refund": _("Only a refund is negative."),
    "zero_refund": _("A refund has an amount."),
    "external_id_taken": _("This external id is taken."),
    "another_sale": _("The sale with this external id belongs to another client or typology."),
}
_Columns = tuple[Column, ...]
_Reader = Callable[[Notation], Callable[[str], tuple[Value, ...]]]


@dataclass(frozen=True)
class SaleMapping(ImportMapping):
    """Which column of a file of sales is what. Without ``columns`` the headers are recognised by name."""

    # What lies after it is in the future.
    today: date = date.max

    @classmethod
    def of(cls, document: object) -> Self:
        """A sale that lies after today is refused."""
        return replace(super().of(document), today=local_today(bound_firm()))

    @classmethod
    def offered(cls) -> Mapping[str, Target]:
        return MappingProxyType(_TARGETS)

    def recognise(self, cells: Sequence[str]) -> int:
        return super().recognise(cells) if self.columns else sum(fold(cell) in _KNOWN for cell in cells)

    def places(self, header: Sequence[str]) -> list[tuple[int, Target]]:
        found = super().places(header) if self.columns else _recognised(header)
        missing = [name for name in NEEDED if name not in {target.name for _place, target in found}]
        if missing and self.columns:
            raise FileRefused("target_needed", field="mapping.columns", field_name=missing[0])
        if missing:
            shown = ", ".join(cell[:40] for cell in header[:20])
            raise FileRefused("missing_column", column=str(LABELS[missing[0]]), found=shown)
        return [(place, self._until_today(target)) for place, target in found]

    def _until_today(self, target: Target) -> Target:
        return replace(target, reader=partial(_day, today=self.today)) if target.name == "date" else target


def _recognised(header: Sequence[str]) -> list[tuple[int, Target]]:
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        places.setdefault(fold(cell.replace("_", " ")), place)
    found = {name: [places[word] for word in words if word in places] for name, words in HEADERS.items()}
    return sorted(((own[0], _TARGETS[name]) for name, own in found.items() if own), key=lambda pair: pair[0])


def guess(header: Sequence[str], names: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, str]:
    """The target of each column: by its name, else by what it holds; no target twice."""
    found = {names[place]: target.name for place, target in _recognised(header)}
    for name, column in zip(names, columns, strict=True):
        taken = set(found.values())
        free = [target for target, fits in _SIGNS if target not in taken and holds(column, fits)]
        if name not in found and free:
            found[name] = free[0]
    return {name: found[name] for name in names if name in found}


def offered() -> list[tuple[str, list[Choice]]]:
    """What is needed, and what may be there."""
    choices = [(name, str(capfirst(str(label)))) for name, label in LABELS.items()]
    needed = [choice for choice in choices if choice[0] in NEEDED]
    others = [choice for choice in choices if choice[0] not in NEEDED]
    return [not_imported(), (str(_("Needed")), needed), (str(_("If it is there")), others)]


def _day(notation: Notation, today: date = date.max) -> Callable[[str], tuple[Value, ...]]:
    read = cells.past_day(notation, today)

    def reader(cell: str) -> tuple[Value, ...]:
        day = read(cell)
        if isinstance(day, date) and day.year < EARLIEST_YEAR:
            raise CellRefused("out_of_reach")
        return (day,)

    return reader


def _amount(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    """Cents, of a refund also negative: 1.234,56 or 1,234.56 or (1.234,56)."""
    read = cells.number(notation, places=2, largest=LARGEST)

    def reader(cell: str) -> tuple[Value, ...]:
        try:
            return (read(cell),)
        except CellRefused as why:
            raise (CellRefused("invalid_amount") if why.code == "invalid_number" else why) from None

    return reader


def _typology(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    rows = {row.position: row for row in Typology.objects.all()}
    named = {fold(row.name): row for row in rows.values()}

    def reader(cell: str) -> tuple[Value, ...]:
        number = int(cell) if cell.isascii() and cell.isdecimal() and int(cell) <= MOST_TYPOLOGIES else 0
        found = named.get(fold(cell)) or rows.get(number)
        if found is None or not found.active:
            raise CellRefused("inactive_typology" if found else "unknown_typology")
        return (found.pk,)

    return reader


def _same(read: Read) -> _Reader:
    return lambda notation: lambda cell: (read(cell),)


def _target(name: str, columns: _Columns, reader: _Reader) -> Target:
    return Target(name, LABELS[name], Place.CONTRIBUTED, columns, reader)


def _text(name: str, longest: int) -> Target:
    return _target(name, (Column(name, "text"),), _same(cells.text(longest)))


_TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        _target("client", naming.COLUMNS, naming.reader),
        _target("date", (Column("sold_on", "date"),), _day),
        _target("amount", (Column("amount", "bigint"),), _amount),
        _target("typology", (Column("typology_id", "bigint"),), _typology),
        _target("portfolio", (Column("portfolio_key", "text"),), _same(lambda cell: fold(cell))),
        _target("kind", (Column("kind", "text"),), _same(cells.choice(codes_of(SaleKind.choices)))),
        _text("description", 200),
        _text("external_source", 50),
        _text("external_id", 100),
    )
}
# From the surest sign to the weakest: a number of digits alone could be anything, an amount has cents.
_SIGNS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("client", lambda cell: len(cell) == 16 and reads(cells.tax_code())(cell)),
    ("date", reads(cells.day(Notation()))),
    ("amount", lambda cell: CENTS.search(cell) is not None and reads(_amount(Notation()))(cell)),
)
_KNOWN = frozenset(word for words in HEADERS.values() for word in words)
# What the statements speak of, in the file or not.
ALWAYS = tuple({column.name: column for target in _TARGETS.values() for column in target.columns}.values())
