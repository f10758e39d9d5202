"""One spelling for what people write in many ways: codes, telephone numbers, e-mail addresses, words."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from clients.enums import PhoneKind

HOME = "IT"
# An extension in the one Italian word that the library does not know; and what it takes for there to be one at all.
WRITTEN_OUT = re.compile(r"\binterno\b\.?", re.IGNORECASE)
BESIDE_THE_DIGITS = re.compile(r"[^\W\d]|[#;~]")


def tidy(text: str) -> str:
    """Without spaces at the ends and doubled ones."""
    return " ".join(text.split())


def code(text: str) -> str:
    """A tax code or VAT number in capitals, without spaces, dots and hyphens."""
    return re.sub(r"[\s.\-]", "", text).upper()


def vat_number(text: str) -> str:
    """Italian VAT numbers without their ``IT``; others keep their country."""
    number = code(text)
    return number.removeprefix("IT") if number[2:].isdigit() else number


def email(text: str) -> str:
    """The domain in small letters; what stands before the @ belongs to the other side."""
    name, at, domain = text.strip().rpartition("@")
    return f"{name}{at}{domain.lower()}"


def phone(text: str) -> str:
    """E.164; a number without country is Italian, and a landline keeps its 0. Raises ValueError."""
    return phonenumbers.format_number(_parsed(text), PhoneNumberFormat.E164)


def extension(text: str) -> str:
    """What stands behind the number of a switchboard ("int. 12", ";ext=12"): E.164 has no place for it."""
    try:
        return (_parsed(text).extension or "") if BESIDE_THE_DIGITS.search(text) else ""
    except ValueError:
        return ""


def phone_kind(number: str) -> PhoneKind:
    """What the number itself says."""
    kind = phonenumbers.number_type(_parsed(number))
    if kind == PhoneNumberType.MOBILE:
        return PhoneKind.MOBILE
    return PhoneKind.LANDLINE if kind == PhoneNumberType.FIXED_LINE else PhoneKind.OTHER


def shown_phone(number: str) -> str:
    """``+39 335 123 4567``; a number that cannot be read is shown as it is."""
    try:
        return phonenumbers.format_number(_parsed(number), PhoneNumberFormat.INTERNATIONAL)
    except ValueError:
        return number


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(WRITTEN_OUT.sub("int.", text), HOME)
    except phonenumbers.NumberParseException as problem:
        raise ValueError(str(problem)) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text} is not a telephone number")
    return number
