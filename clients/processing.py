"""What the register of processing says by itself: the supplied activities, their categories of data, the periods.

The categories are the headings of the catalogue of fields and the tables of ``clients/holdings.py``, the periods those
of ``clients/retention.py``: what the product comes to hold appears here without anybody's help (GDPR, art. 30).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients import catalogue, retention
from clients.catalogue import FieldGroup
from clients.defaults import Words
from clients.enums import RetentionClass
from clients.holdings import holdings
from clients.models import Processing, ProcessingRegister
from tenants.binding import bound_firm

CLIENTS = Words("Clienti, potenziali clienti e loro referenti", "Clients, prospects and their contacts")
NO_TRANSFER = Words("Nessuno", "None")


@dataclass(frozen=True)
class Supplied:
    """An activity of every firm. ``groups`` and ``kept``: which facts about clients, kept because of which law."""

    key: str
    name: Words
    purpose: Words
    basis: Words
    groups: tuple[FieldGroup, ...] = ()
    kept: tuple[RetentionClass, ...] = ()
    # Whatever is held of a client and falls under no law.
    has_the_rest: bool = False
    subjects: Words = field(default=CLIENTS)

    def values(self, language: str) -> dict[str, str]:
        texts = {"name": self.name, "purpose": self.purpose, "basis": self.basis, "subjects": self.subjects}
        return {name: words.of(language) for name, words in (texts | {"transfers": NO_TRANSFER}).items()}


SUPPLIED = (
    Supplied(
        "relationship",
        Words("Gestione del rapporto con il cliente", "Managing the relationship with clients"),
        Words("Anagrafica, incontri, scadenze, comunicazioni di servizio", "Records, meetings, dates, service mail"),
        Words("Contratto o misure precontrattuali (art. 6.1.b)", "Contract or steps before it (art. 6.1.b)"),
        groups=(
            FieldGroup.IDENTITY, FieldGroup.CONTACTS, FieldGroup.RELATIONSHIP, FieldGroup.PLANNING,
            FieldGroup.OUTCOMES, FieldGroup.RECORD, FieldGroup.CUSTOM,
        ),
        has_the_rest=True,
    ),
    Supplied(
        "advice",
        Words("Servizi di investimento", "Investment services"),
        Words("Consulenza, profilatura MiFID e prove dei colloqui", "Advice, MiFID profiling and records of meetings"),
        Words("Obbligo di legge (art. 6.1.c; MiFID II)", "Legal obligation (art. 6.1.c; MiFID II)"),
        groups=(FieldGroup.WEALTH, FieldGroup.PORTFOLIOS, FieldGroup.MIFID),
        kept=(RetentionClass.MIFID,),
    ),
    Supplied(
        "due_diligence",
        Words("Adeguata verifica della clientela", "Customer due diligence"),
        Words("Identificazione e verifica antiriciclaggio", "Identification against money laundering"),
        Words("Obbligo di legge (art. 6.1.c; d.lgs. 231/2007)", "Legal obligation (art. 6.1.c; d.lgs. 231/2007)"),
        groups=(FieldGroup.MIFID,),
        kept=(RetentionClass.AML,),
    ),
    Supplied(
        "insurance",
        Words("Intermediazione assicurativa", "Insurance mediation"),
        Words("Polizze dei clienti e loro scadenze", "Clients' policies and when they end"),
        Words("Contratto e obbligo di legge (art. 6.1.b, c)", "Contract and legal obligation (art. 6.1.b, c)"),
        groups=(FieldGroup.POLICIES,),
        kept=(RetentionClass.INSURANCE,),
    ),
    Supplied(
        "accounting",
        Words("Servizi amministrativi e contabili", "Administration and accounts"),
        Words("Adempimenti, esercizi, documenti gestionali", "Filings, financial years, documents of the management"),
        Words("Contratto e obbligo di legge (art. 6.1.b, c)", "Contract and legal obligation (art. 6.1.b, c)"),
        groups=(FieldGroup.ACCOUNTS, FieldGroup.SERVICES),
        kept=(RetentionClass.TAX,),
    ),
    Supplied(
        "marketing",
        Words("Comunicazioni commerciali", "Marketing"),
        Words("Proposte, circolari e campagne a chi acconsente", "Offers, circulars and campaigns to who consents"),
        Words("Consenso (art. 6.1.a)", "Consent (art. 6.1.a)"),
        groups=(FieldGroup.CONTACTS, FieldGroup.CONSENT),
        kept=(RetentionClass.CONSENT,),
    ),
    Supplied(
        "security",
        Words("Accessi e registro delle operazioni", "Log-ins and audit trail"),
        Words("Sicurezza, prova di chi ha visto o modificato che cosa", "Security, proof of who saw or changed what"),
        Words("Legittimo interesse e obbligo di legge (art. 6.1.c, f)", "Legitimate interest, legal obligation"),
        subjects=Words("Utenti del programma", "Users of the program"),
    ),
)  # fmt: skip
_BY_KEY = {each.key: each for each in SUPPLIED}


def categories_of(row: Processing) -> list[str]:
    """What is held of people in this activity."""
    supplied = _BY_KEY.get(row.key)
    named = list(_categories(supplied)) if supplied else []
    return [*dict.fromkeys(capfirst(name) for name in named), *_lines(row.data)]


def _categories(supplied: Supplied) -> Iterator[str]:
    if supplied.key == "security":
        yield _("E-mail, name and log-ins of the members, their consultations and changes")
    present = {entry.group for entry in catalogue.fields().values()}
    yield from (str(group.label) for group in supplied.groups if group in present)
    for holding in holdings().values():
        if holding.label and (holding.retention in supplied.kept or (supplied.has_the_rest and not holding.retention)):
            yield str(holding.label)


def periods_of(row: Processing) -> list[str]:
    """Until when."""
    supplied, years = _BY_KEY.get(row.key), retention.years_of_firm()
    if supplied is None:
        return _lines(row.periods)
    kept = [f"{each.label}: {_years(years[each])}" for each in supplied.kept]
    usual = _("As long as the firm uses the program") if row.key == "security" else _("Until the person is erased")
    return [*(kept or [usual]), *_lines(row.periods)]


def _years(number: int) -> str:
    return _("%(number)s years") % {"number": number}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def register_of_firm() -> ProcessingRegister:
    """The firm's own, or an empty one, not saved."""
    return ProcessingRegister.objects.first() or ProcessingRegister()


def load(scheme: str) -> None:
    """What a new firm receives; loading twice adds nothing."""
    rows = [
        Processing(key=key, position=place, **texts) for key, place, texts in rows_of_supplied(bound_firm().language)
    ]
    Processing.objects.bulk_create(rows, ignore_conflicts=True)


def rows_of_supplied(language: str) -> Iterable[tuple[str, int, dict[str, str]]]:
    """Key, place and texts of the supplied activities."""
    for place, each in enumerate(SUPPLIED, start=1):
        yield each.key, place, each.values(language)


def heads() -> list[str]:
    return [
        _("Activity"), _("Purposes"), _("Legal basis"), _("Whose data"), _("Categories of data"), _("Recipients"),
        _("Transfers to third countries"), _("Periods of erasure"), _("Controller"),
        _("Joint controller or representative"), _("Data protection officer"), _("Processors and sub-processors"),
        _("Security measures"),
    ]  # fmt: skip


def lines() -> Iterator[Sequence[object]]:
    """The whole register as a table, which an authority can be handed."""
    whole = register_of_firm()
    always = [
        whole.controller or bound_firm().name, whole.representative, whole.officer, whole.processors, whole.measures
    ]  # fmt: skip
    for row in Processing.objects.order_by("position", "id"):
        yield [
            row.name, row.purpose, row.basis, row.subjects, "; ".join(categories_of(row)), row.recipients,
            row.transfers, "; ".join(periods_of(row)), *always,
        ]  # fmt: skip
