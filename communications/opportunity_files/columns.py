"""What a column of a file of service opportunities can be, and how its cells are read (api.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Final, Self

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from clients.filters.folding import fold
from clients.imports import cells, naming
from clients.imports.cells import Notation, Read, Value
from clients.imports.guessing import holds, reads
from clients.imports.mapping import ImportMapping
from clients.imports.offering import Choice, not_imported
from clients.imports.refusals import FileRefused
from clients.imports.targets import Column, Place, Target, codes_of
from communications.enums import OpportunityState
from communications.models.opportunities import LONGEST_NOTE
from tenants.binding import bound_firm, local_today

NEEDED: Final = ("client", "service")
HEADERS: Mapping[str, tuple[str, ...]] = {
    "client": (
        "client", "client id", "codice cliente", "customer", "account", "account name", "azienda", "company",
        "cliente", "codice fiscale", "tax code", "partita iva", "vat number",
    ),
    "service": ("service", "servizio", "opportunity", "opportunita", "product", "prodotto", "product name"),
    "state": ("state", "stato", "stage", "fase", "deal stage", "esito"),
    "opened_on": ("opened on", "aperta il", "engage date", "created date", "data apertura", "inizio"),
    "closed_on": ("closed on", "chiusa il", "close date", "data chiusura", "fine"),
    "notes": ("notes", "annotazioni", "note", "description", "descrizione"),
    "outcome_note": ("outcome note", "com'e finita", "motivo", "reason", "loss reason"),
    "external_source": ("external source", "source", "fonte", "provenienza"),
    "external_id": ("external id", "opportunity id", "id", "codice", "deal id"),
}  # fmt: skip
LABELS: Mapping[str, str | Promise] = {
    "client": _("client (external id, tax code, VAT number or name)"),
    "service": _("service (its name or key)"),
    "state": _("state"),
    "opened_on": _("opened on"),
    "closed_on": _("closed on"),
    "notes": _("annotations"),
    "outcome_note": _("how it ended"),
    "external_source": _("external source"),
    "external_id": _("external id"),
}
REFUSALS: Mapping[str, str | Promise] = {
    "unknown_service": _("There is no service of this name or key."),
    "open_with_an_end": _("What is open has no end."),
    "no_outcome": _("It has an end, but no state says how it ended."),
    "ends_before_it_begins": _("It ends before it was opened."),
    "already_open": _("This service is open for the client already."),
    "another_opportunity": _("The opportunity with this external id belongs to another client or service."),
}
# How other programs call the states, folded.
STAGES: Mapping[str, OpportunityState] = {
    **dict.fromkeys(
        ("engaging", "prospecting", "qualification", "proposal", "negotiation", "in corso", "aperto", "new"),
        OpportunityState.OPEN,
    ),
    **dict.fromkeys(("won", "closed won", "vinta", "vinto", "accettato"), OpportunityState.ACCEPTED),
    **dict.fromkeys(("lost", "closed lost", "persa", "perso", "rifiutato"), OpportunityState.DECLINED),
}
SHORT_YEAR = re.compile(r"\A(\d{1,2})([/.-])(\d{1,2})\2(\d{2})\Z", re.ASCII)
_Reader = Callable[[Notation], Callable[[str], tuple[Value, ...]]]


@dataclass(frozen=True)
class OpportunityMapping(ImportMapping):
    """Which column of a file of opportunities is what. Without ``columns`` the headers are recognised by name."""

    # What lies after it is in the future.
    today: date = date.max

    @classmethod
    def of(cls, document: object) -> Self:
        return replace(super().of(document), today=local_today(bound_firm()))

    @classmethod
    def offered(cls) -> Mapping[str, Target]:
        return MappingProxyType(_TARGETS)

    def recognise(self, cells: Sequence[str]) -> int:
        return super().recognise(cells) if self.columns else sum(_word(cell) in _KNOWN for cell in cells)

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
        return replace(target, reader=partial(_day, today=self.today)) if target.name in DAYS else target


def squeezed(name: str) -> str:
    """As a service is recognised: “GTX Pro”, “GTXPro” and the key “gtx_pro” are one."""
    return re.sub(r"[\W_]+", "", fold(name))


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
    return [not_imported(), (_now("Needed"), needed), (_now("If it is there"), others)]


def _recognised(header: Sequence[str]) -> list[tuple[int, Target]]:
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        places.setdefault(_word(cell), place)
    found = {name: [places[word] for word in words if word in places] for name, words in HEADERS.items()}
    return sorted(((own[0], _TARGETS[name]) for name, own in found.items() if own), key=lambda pair: pair[0])


def _word(cell: str) -> str:
    return fold(cell.replace("_", " "))


def _day(notation: Notation, today: date = date.max) -> Callable[[str], tuple[Value, ...]]:
    """Also 20-10-16: nobody proposed anything in the last century."""
    read = cells.past_day(notation, today)
    return lambda cell: (read(cell if notation.date_format else SHORT_YEAR.sub(r"\1\g<2>\3\g<2>20\4", cell)),)


def _service(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    read = cells.text(100)
    return lambda cell: (name := str(read(cell)), squeezed(name))


def _state(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    known = {**STAGES, **codes_of(OpportunityState.choices)}
    read = cells.choice(known, [str(label) for _code, label in OpportunityState.choices])
    return lambda cell: (read(cell),)


def _same(read: Read) -> _Reader:
    return lambda notation: lambda cell: (read(cell),)


def _target(name: str, columns: tuple[Column, ...], reader: _Reader) -> Target:
    return Target(name, LABELS[name], Place.CONTRIBUTED, columns, reader)


def _text(name: str, longest: int | None) -> Target:
    return _target(name, (Column(name, "text"),), _same(cells.text(longest)))


DAYS = ("opened_on", "closed_on")
_TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        _target("client", naming.COLUMNS, naming.reader),
        _target("service", (Column("service_name", "text"), Column("service_ref", "text")), _service),
        _target("state", (Column("state", "text"),), _state),
        *(_target(name, (Column(name, "date"),), _day) for name in DAYS),
        *(_text(name, LONGEST_NOTE) for name in ("notes", "outcome_note")),
        _text("external_source", 50),
        _text("external_id", 100),
    )
}
_SIGNS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("client", lambda cell: len(cell) == 16 and reads(cells.tax_code())(cell)),
    ("opened_on", reads(cells.day(Notation()))),
)
_KNOWN = frozenset(word for words in HEADERS.values() for word in words)
# What the statements speak of, in the file or not.
ALWAYS = (
    *{column.name: column for target in _TARGETS.values() for column in target.columns}.values(),
    Column("service_id", "bigint"),
    Column("opened_at", "timestamptz"),
    Column("closed_at", "timestamptz"),
    Column("is_backwards", "boolean"),
)
