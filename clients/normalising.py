"""One spelling for what people write in many ways: codes, telephone numbers, e-mail addresses, words."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from clients.enums import PhoneKind

HOME = "IT"


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
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException as problem:
        raise ValueError(str(problem)) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text} is not a telephone number")
    return number
