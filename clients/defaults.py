"""What a new firm receives from this app: commercial statuses and the entries of its own lists (XCT-05).

These are rows of the firm from then on, hence written in its language here and not translated at each page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clients.enums import CustomType, ListName
from clients.models import CustomField, ListEntry, Quantity, Status, UserList
from tenants.binding import bound_firm
from tenants.enums import Language


@dataclass(frozen=True)
class Words:
    it: str
    en: str

    def here(self) -> str:
        return self.of(bound_firm().language)

    def of(self, language: str) -> str:
        return self.en if language == Language.ENGLISH else self.it


@dataclass(frozen=True)
class StartingStatus:
    name: Words
    symbol: str
    colour: str


CLIENT, LOST, PLANNED, NO_CLIENT, FORMER = (
    ("user-check", "green"),
    ("user-x", "red"),
    ("calendar-clock", "amber"),
    ("circle", "gray"),
    ("history", "violet"),
)

# Domain section 9: the seed's words, and the same shape in an advisor's (O-32).
STATUSES = {
    "advisor": (
        StartingStatus(Words("Cliente", "Client"), *CLIENT),
        StartingStatus(Words("Perso", "Lost"), *LOST),
        StartingStatus(Words("Pianificato", "Planned"), *PLANNED),
        StartingStatus(Words("Non cliente", "Not a client"), *NO_CLIENT),
        StartingStatus(Words("Ex cliente", "Former client"), *FORMER),
    ),
    "inforyou": (
        StartingStatus(Words("Socio", "Member"), *CLIENT),
        StartingStatus(Words("Miss", "Miss"), *LOST),
        StartingStatus(Words("Pianificato", "Planned"), *PLANNED),
        StartingStatus(Words("Non socio", "Non-member"), *NO_CLIENT),
        StartingStatus(Words("Ex socio", "Former member"), *FORMER),
    ),
}

# Entries that imports and integrations know by a code; the firm may call them as it likes (domain 6.1).
CODED = {
    ListName.RISK_PROFILE: {
        "prudent": Words("Prudente", "Prudent"),
        "moderate": Words("Moderato", "Moderate"),
        "balanced": Words("Equilibrato", "Balanced"),
        "dynamic": Words("Dinamico", "Dynamic"),
        "aggressive": Words("Aggressivo", "Aggressive"),
    },
}
ENTRIES = {
    ListName.CATEGORY: (
        Words("Private", "Private"),
        Words("Affluent", "Affluent"),
        Words("Retail", "Retail"),
        Words("Aziende", "Businesses"),
    ),
    ListName.CONTACT_ROLE: (
        Words("Titolare", "Owner"),
        Words("Amministratore", "Director"),
        Words("Amministrazione", "Administration"),
        Words("Dipendente", "Employee"),
    ),
    ListName.RATING: (
        Words("Strategico", "Strategic"),
        Words("Importante", "Important"),
        Words("Ordinario", "Ordinary"),
        Words("Da valutare", "To be assessed"),
    ),
    ListName.LINK_TYPE: (
        Words("Acquisito direttamente", "Acquired directly"),
        Words("Presentato da un cliente", "Introduced by a client"),
        Words("Presentato da un collega", "Introduced by a colleague"),
        Words("Evento", "Event"),
    ),
    ListName.HOUSEHOLD_ROLE: (
        Words("Capofamiglia", "Head of the household"),
        Words("Coniuge o convivente", "Spouse or partner"),
        Words("Figlio o figlia", "Son or daughter"),
        Words("Genitore", "Parent"),
        Words("Altro familiare", "Other relative"),
    ),
    ListName.ACCOUNTING_REGIME: (
        Words("Ordinario", "Ordinary"),
        Words("Semplificato", "Simplified"),
        Words("Forfettario", "Flat rate"),
    ),
    # SIS-12, SIS-08.
    ListName.FILING_TYPE: (
        Words("Dichiarazione dei redditi", "Income tax return"),
        Words("Bilancio", "Balance sheet"),
        Words("Comunicazione periodica IVA", "Periodic VAT communication"),
        Words("Dichiarazione IVA", "VAT return"),
    ),
    ListName.SERVICE: (
        Words("Fatturazione c/terzi", "Billing for the client"),
        Words("Fatturazione on line", "Billing on line"),
        Words("Gestionali on line", "Management software on line"),
        Words("Servizi di supporto ft. elettronica", "Help with electronic invoices"),
    ),
    ListName.POLICY_BRANCH: (
        Words("Vita", "Life"),
        Words("Danni", "Damage"),
        Words("Previdenza", "Pension"),
        Words("Salute", "Health"),
    ),
}


COMPUTER_SKILLS = "computer_skills"
SKILLS = (Words("Nessuna", "None"), Words("Di base", "Basic"), Words("Buona", "Good"), Words("Ottima", "Excellent"))


@dataclass(frozen=True)
class StartingField:
    key: str
    label: Words
    type: CustomType
    list_name: str = ""


# The three that the seed proposes (SIS-17).
CUSTOM_FIELDS = (
    StartingField("gestione_magazzino", Words("Gestione magazzino", "Keeps a warehouse"), CustomType.BOOLEAN),
    StartingField(
        "competenza_informatica", Words("Competenza informatica", "Computer skills"), CustomType.CHOICE, COMPUTER_SKILLS
    ),
    StartingField(
        "utilizzo_software_gestionale",
        Words("Utilizzo software gestionale", "Uses management software"),
        CustomType.BOOLEAN,
    ),
)


# Dati quantitativi (SIS-11): key, label, whether an amount.
QUANTITIES = (
    ("invoices_issued", Words("Fatture emesse", "Invoices issued"), False),
    ("total_assets", Words("Totale attivo", "Total assets"), True),
    ("revenue", Words("Fatturato", "Revenue"), True),
)


def load(scheme: str) -> None:
    """The rows of ``scheme`` for the bound firm. Loading twice adds nothing."""
    Status.objects.bulk_create(
        [
            Status(name=start.name.here(), symbol=start.symbol, colour=start.colour, position=position)
            for position, start in enumerate(STATUSES[scheme], start=1)
        ],
        ignore_conflicts=True,
    )
    _load_custom_fields()
    Quantity.objects.bulk_create(
        [
            Quantity(key=key, label=label.here(), is_money=is_money, position=position)
            for position, (key, label, is_money) in enumerate(QUANTITIES, start=1)
        ],
        ignore_conflicts=True,
    )
    ListEntry.objects.bulk_create(
        [
            ListEntry(list_name=list_name, name=words.here(), code=code, position=position)
            for list_name, entries in _entries()
            for position, (code, words) in enumerate(entries, start=1)
        ],
        ignore_conflicts=True,
    )


def _entries() -> Iterator[tuple[str, list[tuple[str, Words]]]]:
    """Of each list its entries with their codes, where they have one."""
    for list_name, entries in ENTRIES.items():
        yield list_name, [("", words) for words in entries]
    for list_name, coded in CODED.items():
        yield list_name, list(coded.items())


def _load_custom_fields() -> None:
    skills = Words("Competenza informatica", "Computer skills").here()
    UserList.objects.bulk_create([UserList(key=COMPUTER_SKILLS, name=skills)], ignore_conflicts=True)
    ListEntry.objects.bulk_create(
        [
            ListEntry(list_name=COMPUTER_SKILLS, name=words.here(), position=position)
            for position, words in enumerate(SKILLS, start=1)
        ],
        ignore_conflicts=True,
    )
    CustomField.objects.bulk_create(
        [
            CustomField(
                key=start.key, label=start.label.here(), type=start.type, list_name=start.list_name, position=position
            )
            for position, start in enumerate(CUSTOM_FIELDS, start=1)
        ],
        ignore_conflicts=True,
    )
