"""What a column of a file of service opportunities can be, and how its cells are read (api.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.files import naming
from clients.files.mapping import FileMapping
from clients.files.parts import Part, Parts, key_parts, same
from clients.filters.folding import fold
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.guessing import reads
from clients.imports.targets import Column, codes_of
from communications.enums import OpportunityState
from communications.models.opportunities import LONGEST_NOTE

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


def squeezed(name: str) -> str:
    """As a service is recognised: “GTX Pro”, “GTXPro” and the key “gtx_pro” are one."""
    return re.sub(r"[\W_]+", "", fold(name))


def _day(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    """Also 20-10-16: nobody proposed anything in the last century."""
    read = cells.past_day(notation, today)
    return lambda cell: (read(cell if notation.date_format else SHORT_YEAR.sub(r"\1\g<2>\3\g<2>20\4", cell)),)


def _service(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    read = cells.text(100)
    return lambda cell: (name := str(read(cell)), squeezed(name))


def _state(notation: Notation, today: date) -> Callable[[str], tuple[Value, ...]]:
    known = {**STAGES, **codes_of(OpportunityState.choices)}
    read = cells.choice(known, [str(label) for _code, label in OpportunityState.choices])
    return lambda cell: (read(cell),)


PARTS = Parts(
    Part(
        "client",
        _("client (external id, tax code, VAT number or name)"),
        (
            "client", "client id", "codice cliente", "customer", "account", "account name", "azienda", "company",
            "cliente", "codice fiscale", "tax code", "partita iva", "vat number",
        ),
        naming.COLUMNS,
        naming.reader,
        is_needed=True,
        looks=naming.looks,
    ),
    Part(
        "service",
        _("service (its name or key)"),
        ("service", "servizio", "opportunity", "opportunita", "product", "prodotto", "product name"),
        (Column("service_name", "text"), Column("service_ref", "text")),
        _service,
        is_needed=True,
    ),
    Part(
        "state",
        _("state"),
        ("state", "stato", "stage", "fase", "deal stage", "esito"),
        (Column("state", "text"),),
        _state,
    ),
    Part(
        "opened_on",
        _("opened on"),
        ("opened on", "aperta il", "engage date", "created date", "data apertura", "inizio"),
        (Column("opened_on", "date"),),
        _day,
        looks=reads(cells.day(Notation())),
    ),
    Part(
        "closed_on",
        _("closed on"),
        ("closed on", "chiusa il", "close date", "data chiusura", "fine"),
        (Column("closed_on", "date"),),
        _day,
    ),
    Part(
        "notes",
        _("annotations"),
        ("notes", "annotazioni", "note", "description", "descrizione"),
        (Column("notes", "text"),),
        same(cells.text(LONGEST_NOTE)),
    ),
    Part(
        "outcome_note",
        _("how it ended"),
        ("outcome note", "com'e finita", "motivo", "reason", "loss reason"),
        (Column("outcome_note", "text"),),
        same(cells.text(LONGEST_NOTE)),
    ),
    *key_parts(
        ("external source", "source", "fonte", "provenienza"),
        ("external id", "opportunity id", "id", "codice", "deal id"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class OpportunityMapping(FileMapping):
    """Which column of a file of opportunities is what."""

    parts = PARTS
