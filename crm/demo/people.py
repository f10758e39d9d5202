"""Believable clients of an Italian advisor, always the same ones: the file that the demo imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from codicefiscale import codicefiscale
from faker import Faker
from stdnum import luhn

# The header of each column, and the field of the catalogue that it fills.
FIELDS = {
    "Codice": "external_id", "Tipo": "kind", "Cognome": "last_name", "Nome": "first_name",
    "Ragione sociale": "company_name", "Codice fiscale": "tax_code", "Partita IVA": "vat_number",
    "Data di nascita": "birth_date", "Luogo di nascita": "birth_place", "E-mail": "email", "Telefono": "phone",
    "Indirizzo": "street", "CAP": "postal_code", "Comune": "city", "Provincia": "province",
    "Professione": "profession", "Stato civile": "marital_status", "RFA": "aum", "RFA al": "aum_valued_on",
    "Masse presso terzi": "outside_wealth", "Profilo di rischio": "risk_profile",
    "Scadenza questionario": "questionnaire_expires_on", "Scadenza documento": "document_expires_on",
    "Consulente": "advisor", "Stato": "status", "Etichette": "labels",
    "Consenso marketing": "marketing_consent",
}  # fmt: skip
MAPPING = {"columns": FIELDS, "delimiter": ";"}

# Weighted towards the place where the firm is.
_PLACES = (
    ("Milano", "MI", "201", 9), ("Monza", "MB", "20900", 4), ("Sesto San Giovanni", "MI", "20099", 2),
    ("Bergamo", "BG", "241", 2), ("Como", "CO", "22100", 2), ("Pavia", "PV", "27100", 1), ("Lodi", "LO", "26900", 1),
    ("Varese", "VA", "21100", 1), ("Lecco", "LC", "23900", 1), ("Brescia", "BS", "251", 1),
)  # fmt: skip
_STREETS = (
    "Via Garibaldi", "Corso Italia", "Via Manzoni", "Via Roma", "Viale Monza", "Via Dante", "Via Mazzini",
    "Piazza della Libertà", "Via Leopardi", "Corso Buenos Aires", "Via Verdi", "Viale dei Mille", "Via Sant'Anna",
)  # fmt: skip
_PROFESSIONS = (
    ("Medico", 45, 420_000), ("Avvocato", 30, 330_000), ("Imprenditore", 38, 680_000), ("Commercialista", 20, 300_000),
    ("Pensionato", 90, 210_000), ("Impiegato", 80, 75_000), ("Insegnante", 40, 70_000), ("Ingegnere", 30, 190_000),
    ("Farmacista", 15, 260_000), ("Artigiano", 32, 110_000), ("Dirigente", 28, 450_000), ("Architetto", 14, 150_000),
    ("Agente di commercio", 18, 130_000),
)  # fmt: skip
_COMPANIES = (
    "Costruzioni",
    "Meccanica",
    "Impianti",
    "Trasporti",
    "Arredamenti",
    "Servizi",
    "Alimentari",
    "Immobiliare",
)
_FORMS = ("S.r.l.", "S.p.A.", "S.n.c.", "S.a.s.")
_MOBILE = ("328", "333", "335", "338", "340", "347", "349")
_RISK = ("prudent", "moderate", "balanced", "dynamic", "aggressive")
_MARITAL = ("Coniugato/a", "Coniugato/a", "Celibe/Nubile", "Divorziato/a", "Vedovo/a")


@dataclass(frozen=True)
class Cast:
    """Whose clients they are, and how old the world is."""

    advisors: tuple[str, ...]
    today: date
    seed: int
    persons: int
    companies: int


def clients_csv(cast: Cast) -> str:
    """A semicolon-separated file as Italian spreadsheets write it: dates gg/mm/aaaa, amounts 1.234,56."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows(_rows(cast))
    return text.getvalue()


def _rows(cast: Cast) -> Iterator[dict[str, str]]:
    dice = Random(cast.seed)  # noqa: S311 - believable, not secret
    names = Faker("it_IT")
    names.seed_instance(cast.seed)
    for number in range(1, cast.persons + 1):
        yield _person(number, cast, dice, names) | _shared(dice, cast)
    for number in range(1, cast.companies + 1):
        yield _company(cast.persons + number, dice, names) | _shared(dice, cast)


def _person(number: int, cast: Cast, dice: Random, names: Faker) -> dict[str, str]:
    woman = dice.random() < 0.48
    first = names.first_name_female() if woman else names.first_name_male()
    last = names.last_name()
    profession, _weight, wealth = dice.choices(_PROFESSIONS, [weight for _name, weight, _wealth in _PROFESSIONS])[0]
    years = dice.randint(66, 88) if profession == "Pensionato" else dice.randint(28, 67)
    born = cast.today - timedelta(days=years * 365 + dice.randint(0, 364))
    birth_place = dice.choice(("Milano", "Monza", "Bergamo", "Napoli", "Torino", "Roma", "Bari", "Genova", "Palermo"))
    aum = _amount(dice, wealth)
    return {
        "Codice": f"C{number:04d}",
        "Tipo": "person",
        "Cognome": last,
        "Nome": first,
        "Codice fiscale": codicefiscale.encode(last, first, "F" if woman else "M", born.isoformat(), birth_place),
        "Data di nascita": _day(born),
        "Luogo di nascita": birth_place,
        "E-mail": "" if dice.random() < 0.08 else f"{_address_part(first)}.{_address_part(last)}{number}@example.com",
        "Professione": profession,
        "Stato civile": dice.choice(_MARITAL),
        "RFA": "" if dice.random() < 0.03 else _italian(aum),
        "RFA al": _day(cast.today - timedelta(days=dice.randint(1, 60))),
        "Masse presso terzi": _italian(_amount(dice, wealth // 2)) if dice.random() < 0.4 else "",
        "Profilo di rischio": dice.choices(_RISK, (3, 5, 6, 3, 1))[0],
        "Scadenza questionario": _day(cast.today + timedelta(days=dice.randint(-40, 700))),
        "Scadenza documento": _day(cast.today + timedelta(days=dice.randint(-20, 3000))),
        "Etichette": ",".join(_labels(profession, aum, dice)),
        "Consenso marketing": "sì" if number % 4 else "no",
    }


def _company(number: int, dice: Random, names: Faker) -> dict[str, str]:
    base = f"{dice.randint(1, 9_999_999):07d}015"
    return {
        "Codice": f"C{number:04d}",
        "Tipo": "company",
        "Ragione sociale": f"{names.last_name()} {dice.choice(_COMPANIES)} {dice.choice(_FORMS)}",
        "Partita IVA": base + luhn.calc_check_digit(base),
        "E-mail": f"amministrazione{number}@example.com",
        "RFA": _italian(_amount(dice, 520_000)),
        # Not "Azienda": that it is one stands beside the name already.
        "Etichette": "Tesoreria",
    }


def _shared(dice: Random, cast: Cast) -> dict[str, str]:
    city, province, code, _weight = dice.choices(_PLACES, [weight for *_place, weight in _PLACES])[0]
    return {
        "Telefono": f"+39 {dice.choice(_MOBILE)} {dice.randint(1_000_000, 9_999_999)}",
        "Indirizzo": f"{dice.choice(_STREETS)} {dice.randint(1, 120)}",
        "CAP": code if len(code) == 5 else code + f"{dice.randint(21, 58)}",
        "Comune": city,
        "Provincia": province,
        "Consulente": dice.choices(cast.advisors, range(len(cast.advisors) + 1, 1, -1))[0],
        "Stato": dice.choices(("Cliente", "Pianificato", "Non cliente", "Ex cliente"), (86, 7, 5, 2))[0],
    }


def _labels(profession: str, aum: int, dice: Random) -> Iterator[str]:
    if profession in {"Medico", "Pensionato", "Imprenditore"}:
        yield profession
    if aum > 500_000:
        yield "Private"
    if dice.random() < 0.15:
        yield "Newsletter"
    if dice.random() < 0.1:
        yield "Passaggio generazionale"


def _amount(dice: Random, median: int) -> int:
    """Wealth is skewed: most near the median, a few many times as much."""
    return max(1_500, round(dice.lognormvariate(0, 0.75) * median / 500) * 500)


def _italian(euros: int) -> str:
    return f"{euros:,}".replace(",", ".") + ",00"


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _address_part(name: str) -> str:
    return "".join(char for char in name.lower() if char.isascii() and char.isalpha())
