"""Files of contacts (vCard 2.1, 3.0, 4.0) as a table: one card, one row. The library is wrapped: it was written for
files that keep to the standard, and a card that does not must spoil neither the others nor the process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import vobject

from clients.filters.folding import fold
from clients.imports.refusals import FileRefused
from clients.imports.sources import Row, Source
from clients.places import PROVINCES

# The columns of the table are the targets that they go to.
COLUMNS = (
    "last_name", "first_name", "company_name", "kind", "profession", "birth_date", "email", "email_2", "email_3",
    "mobile", "phone", "phone_2", "street", "postal_code", "city", "province", "country", "labels", "notes",
)  # fmt: skip
BEGIN = re.compile(r"^(?:[\w-]+\.)?BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE)
END = re.compile(r"^(?:[\w-]+\.)?END\s*:\s*VCARD\s*$", re.IGNORECASE)
# What is no fact about a client, and large or broken more often than not.
DROPPED = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|AGENT|PROFILE|MAILER|PRODID|REV|X-[\w-]*)\b[^:]*:", re.IGNORECASE
)
PROPERTY = re.compile(r"^(?:[\w-]+\.)?[A-Za-z][\w-]*(?:[;:])")
QUOTED = re.compile(r"^[^:]*QUOTED-PRINTABLE", re.IGNORECASE)
CHARSET = re.compile(r"^([^:]*CHARSET=)([\w-]+)", re.IGNORECASE)
MOST_LINES, MOST_CHARACTERS = 5_000, 1_000_000
PROVINCE_NAMES = frozenset(fold(name) for names in PROVINCES.items() for name in names)
ITALY = frozenset({"", "it", "ita", "italia", "italy"})


class CardFile(Source):
    """The cards of a file, each on the line on which it begins."""

    kind = "vcard"

    def __init__(self, lines: Iterable[str], *, encoding: str) -> None:
        self.encoding = encoding
        self.header, self.header_line = list(COLUMNS), 0
        cards = _cards(lines)
        first = list(islice(cards, 1))
        if not first:
            raise FileRefused("empty_file")
        self._cards = chain(first, cards)

    def rows(self) -> Iterator[Row]:
        for line, card in self._cards:
            yield _row(line, card)


def _row(line: int, card: list[str] | None) -> Row:
    if card is None:
        return Row(line, [], "card_too_large")
    try:
        component = vobject.readOne("\r\n".join(card) + "\r\n", ignoreUnreadable=True, allowQP=True)
        found = _facts(component)
    except Exception:  # noqa: BLE001 - the library raises whatever a broken card makes it stumble over
        return Row(line, [], "unreadable_card")
    return Row(line, [found.get(name, "") for name in COLUMNS])


def _cards(lines: Iterable[str]) -> Iterator[tuple[int, list[str] | None]]:
    """The lines of each card with the line on which it begins; None for one that is too large to be a contact."""
    card = _Card()
    for number, line in enumerate(lines, start=1):
        card.take(number, line.rstrip("\r\n"))
        if card.is_closed:
            yield card.begun, card.lines()
            card = _Card()
    if card.depth:
        yield card.begun, card.lines()


class _Card:
    """One card as it is read: without pictures, keys and nested cards, every folded line whole."""

    def __init__(self) -> None:
        self.begun = self.depth = self.size = 0
        self.is_closed = False
        self._kept: list[str] = []
        self._dropping = False

    def take(self, number: int, text: str) -> None:
        if BEGIN.match(text.strip()):
            self.depth += 1
            self.begun = self.begun or number
        elif self.depth and END.match(text.strip()):
            self.depth -= 1
            self.is_closed = not self.depth
        elif self.depth == 1 and self.size <= MOST_CHARACTERS:
            self._add(text)

    def _add(self, text: str) -> None:
        folded = text[:1] in (" ", "\t")
        if not self._dropping and self._kept and self._kept[-1].endswith("=") and QUOTED.match(self._kept[-1]):
            # A blank line ends a quoted text, whatever the text itself says.
            self._kept[-1] = self._kept[-1][:-1] + text.lstrip("\t ")
        elif folded and not self._dropping and self._kept:
            self._kept[-1] += text[1:]
        elif not folded and PROPERTY.match(text):
            self._dropping = bool(DROPPED.match(text))
            if not self._dropping:
                self._kept.append(text)
        self.size += 0 if self._dropping else len(text)

    def lines(self) -> list[str] | None:
        if self.size > MOST_CHARACTERS or len(self._kept) > MOST_LINES:
            return None
        return ["BEGIN:VCARD", *map(_decodable, self._kept), "END:VCARD"]


def _decodable(text: str) -> str:
    """The library asks for the character set even where the text is decoded already; an unknown one is UTF-8."""
    match = CHARSET.match(text)
    if match is None:
        return text
    try:
        "".encode(match[2])
    except LookupError:
        return f"{match[1]}UTF-8{text[match.end() :]}"
    return text


def _facts(card: Any) -> dict[str, str]:
    found = _names(card)
    emails = _texts(card, "email")
    found.update(zip(("email", "email_2", "email_3"), dict.fromkeys(emails), strict=False))
    found.update(_phones(card))
    found.update(_address(card))
    found["profession"] = next(iter(_texts(card, "title")), "")
    found["birth_date"] = next((day for text in _texts(card, "bday") if (day := _day(text))), "")
    found["notes"] = "\n".join(_texts(card, "note"))
    labels = [_flat(part) for entry in card.contents.get("categories", ()) for part in _listed(entry.value)]
    found["labels"] = ", ".join(label for label in labels if label)
    return found


def _names(card: Any) -> dict[str, str]:
    """The parts of the name; a card without them has a whole one, or only that of a company."""
    company = next((_flat(parts[0]) for entry in card.contents.get("org", ()) if (parts := _listed(entry.value))), "")
    name: Any = next((entry.value for entry in card.contents.get("n", ())), None)
    last = _flat(name.family) if name is not None else ""
    first = " ".join(part for part in (_flat(name.given), _flat(name.additional)) if part) if name is not None else ""
    whole = next(iter(_texts(card, "fn")), "")
    if not last and not first and whole and whole != company:
        last = whole
    if not last and first:
        # A person of one name has it where lists sort.
        last, first = first, ""
    is_company = not last and not first
    return {"last_name": last, "first_name": first, "company_name": company, "kind": "company" if is_company else ""}


def _phones(card: Any) -> dict[str, str]:
    mobiles: list[str] = []
    others: list[str] = []
    for entry in card.contents.get("tel", ()):
        number, kinds = _flat(entry.value).removeprefix("tel:"), _kinds(entry)
        if number and not kinds & {"fax", "pager", "modem"}:
            (mobiles if kinds & {"cell", "mobile", "iphone"} else others).append(number)
    found = dict(zip(("phone", "phone_2"), dict.fromkeys([*others, *mobiles[1:]]), strict=False))
    return {**found, "mobile": mobiles[0] if mobiles else ""}


def _kinds(entry: Any) -> set[str]:
    types = [kind.lower() for kind in entry.params.get("TYPE", ())]
    return {part for kind in types for part in kind.split(",")} | {kind.lower() for kind in entry.singletonparams}


def _address(card: Any) -> dict[str, str]:
    address: Any = next((entry.value for entry in card.contents.get("adr", ()) if _has_parts(entry.value)), None)
    if address is None:
        return {}
    country, region, city = _flat(address.country), _flat(address.region), _flat(address.city)
    is_province = country.lower() in ITALY and fold(region) in PROVINCE_NAMES
    if region and not is_province:
        # The regions of other countries are no provinces: they stay beside the city.
        region, city = "", f"{city}, {region}" if city else region
    return {
        "street": ", ".join(part for part in (_flat(address.street), _flat(address.extended)) if part),
        "postal_code": _flat(address.code),
        "city": city,
        "province": region,
        "country": country,
    }


def _has_parts(address: Any) -> bool:
    return any(_flat(part) for part in (address.street, address.city, address.code, address.country))


def _day(text: str) -> str:
    """A birthday, where the year is known: 1980-03-22, 19800322, with or without an hour."""
    match = re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?:T|$)", text)
    return "-".join(match.groups()) if match else ("" if text.startswith("--") else text)


def _texts(card: Any, name: str) -> list[str]:
    return [text for entry in card.contents.get(name, ()) if (text := _flat(entry.value, lines=name == "note"))]


def _flat(value: Any, *, lines: bool = False) -> str:
    text = " ".join(str(part) for part in _listed(value))
    return text.replace("\r\n", "\n").strip() if lines else " ".join(text.split())


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
