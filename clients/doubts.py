"""What of a record does not fit together, in words: told, never refused.

Tables are never quite up to date, and a code may be as it is on the person's own card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from stdnum.it import codicefiscale

from clients import communes, tax_codes
from clients.enums import Sex
from clients.models import Address, Client
from clients.tax_codes import Encoded
from web import formatting

WRONG_TAX_CODE = "tax_code_kept"


@dataclass(frozen=True)
class Doubt:
    """Which field, a stable code, and the difference in words."""

    field: str
    code: str
    message: str


def of_client(client: Client) -> list[Doubt]:
    """Everything that does not fit in the record, which is loaded with profile and addresses."""
    return of_record(client, map(_place, client.addresses.all()))


def of_record(client: Client, places: Iterable[communes.Place]) -> list[Doubt]:
    """The same for a caller who has read the addresses already."""
    profile: Any = client.profile
    found = list(of_tax_code(client.tax_code, profile.birth_date, profile.birth_place, profile.sex))
    for place in places:
        found += [Doubt("addresses", "address", fault) for fault in communes.disagreements(place)]
    return found


def of_tax_code(code: str, birth_date: date | None, birth_place: str, sex: str) -> Iterator[Doubt]:
    """The code against itself, then against what is entered beside it."""
    if not code:
        return
    if not codicefiscale.is_valid(code):
        yield Doubt("tax_code", WRONG_TAX_CODE, _("The tax code is kept although its check digit or form is wrong."))
        return
    said = tax_codes.encoded(code)
    if said is not None:
        yield from _against(said, birth_date, birth_place, sex)


def in_words(said: Encoded, *, today: date) -> str:
    """What the code says, on one line."""
    day = formatting.day(said.birth_date(today=today))
    if said.place is None:
        return _("%(sex)s, born on %(day)s") % {"sex": said.sex.label, "day": day}
    return _("%(sex)s, born on %(day)s in %(place)s") % {"sex": said.sex.label, "day": day, "place": said.place}


def _against(said: Encoded, birth_date: date | None, birth_place: str, sex: str) -> Iterator[Doubt]:
    if birth_date and not said.born_on(birth_date):
        told = {"entered": formatting.day(birth_date), "said": formatting.day(said.birth_date(today=birth_date))}
        text = _("The tax code says born on %(said)s, the record %(entered)s.") % told
        yield Doubt("birth_date", "birth_date_differs", text)
    if sex and sex != said.sex:
        told = {"entered": str(Sex(sex).label), "said": str(said.sex.label)}
        text = _("The tax code says %(said)s, the record %(entered)s.") % told
        yield Doubt("sex", "sex_differs", text)
    if birth_place and said.place is not None and not said.place.is_called(birth_place):
        text = _("The tax code says born in %(said)s, the record %(entered)s.")
        yield Doubt("birth_place", "birth_place_differs", text % {"entered": birth_place, "said": said.place})


def _place(address: Address) -> communes.Place:
    return communes.Place(address.city, address.province, address.postal_code, address.country)
