"""What a codice fiscale says of the person: birth date, sex and place of birth, omocodia included.

Only these can be derived, and never who the person is. The table of places is the one of python-codicefiscale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from codicefiscale import data
from stdnum.it import codicefiscale

from clients.enums import Sex
from clients.filters.folding import fold

MONTHS = "ABCDEHLMPRST"
# Where two people would have the same code, digits are written as letters.
DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
NAMES = ("name", "name_alt", "name_trans", "name_alt_trans", "name_alt_en")
# A woman's day of birth is counted from 41.
WOMEN = 40
AFTER_THE_NAME = re.compile(r"\s*[(,/].*|\s+[a-z]{2}$")


@dataclass(frozen=True)
class BirthPlace:
    """A comune or a country as the code of the cadastre names it, with every name that it has had."""

    name: str
    province: str
    keys: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name} ({self.province})" if self.province else self.name

    def is_called(self, text: str) -> bool:
        """Whether ``text`` names it: “Torino”, “torino (TO)”, “Torino TO”."""
        wanted = _key(text)
        return wanted in self.keys or AFTER_THE_NAME.sub("", wanted) in self.keys


@dataclass(frozen=True)
class Encoded:
    """What stands in a person's code. Of the year only two digits do."""

    year: int
    month: int
    day: int
    sex: Sex
    place_code: str

    def born_on(self, day: date) -> bool:
        return (day.year % 100, day.month, day.day) == (self.year, self.month, self.day)

    def birth_date(self, *, today: date) -> date:
        """The last day that fits and is not still to come."""
        century = today.year - today.year % 100
        found = _day(century + self.year, self.month, self.day)
        return found if found <= today else _day(century - 100 + self.year, self.month, self.day)

    @property
    def place(self) -> BirthPlace | None:
        """None for a code that the table does not know."""
        return _places().get(self.place_code)


def encoded(code: str) -> Encoded | None:
    """What the code of a person says; None for a company's and for one that is wrong."""
    if len(code) != 16 or not codicefiscale.is_valid(code):
        return None
    day = int(code[9:11].translate(DIGITS))
    return Encoded(
        year=int(code[6:8].translate(DIGITS)),
        month=MONTHS.index(code[8]) + 1,
        day=day % WOMEN,
        sex=Sex.FEMALE if day > WOMEN else Sex.MALE,
        place_code=code[11] + code[12:15].translate(DIGITS),
    )


def _key(name: str) -> str:
    return fold(name).replace("-", " ").strip()


def _day(year: int, month: int, day: int) -> date:
    """29 February of a century that had none is the day before."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


@cache
def _places() -> dict[str, BirthPlace]:
    """Read at the first question; of a code that has had several names the one that holds now is shown."""
    found: dict[str, BirthPlace] = {}
    for row in [*data.get_municipalities_data(), *data.get_countries_data()]:
        written = [row.get(key) or "" for key in NAMES] + row["name_slugs"]
        # Of a name in two languages each half is one: San Dorligo della Valle-Dolina.
        names = {_key(part) for name in written for part in (name, *name.partition("-"))}
        before = found.get(row["code"])
        keys = frozenset(names - {""}) | (before.keys if before else frozenset())
        province = "" if row["province"] == "EE" else row["province"]
        shown = (row["name"], province) if row["active"] or before is None else (before.name, before.province)
        found[row["code"]] = BirthPlace(shown[0], shown[1], keys)
    return found
