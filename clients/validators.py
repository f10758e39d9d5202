"""What a client's record may contain: shared by forms, API, import and services."""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.eu import vat
from stdnum.it import codicefiscale, iva

from clients import normalising, places

ITALIAN_POSTAL_CODE = re.compile(r"^\d{5}$", re.ASCII)
CODE = re.compile(r"^[A-Z0-9]{1,16}$", re.ASCII)
POSTAL_CODE = re.compile(r"^[A-Z0-9][A-Z0-9 \-]{1,11}$")


def validate_tax_code(value: str) -> None:
    """Check letter of a person's code (omocodia included), check digit of a company's."""
    if value and not (codicefiscale.is_valid(value) or iva.is_valid(value)):
        raise ValidationError(_("“%(value)s” is not a valid tax code."), code="tax_code", params={"value": value})


def validate_vat_number(value: str) -> None:
    """An Italian VAT number, or one of another country of the Union with its two letters."""
    if value and not (iva.is_valid(value) or (value[:2].isalpha() and vat.is_valid(value))):
        raise ValidationError(_("“%(value)s” is not a valid VAT number."), code="vat_number", params={"value": value})


def validate_kept_tax_code(value: str) -> None:
    """What may stand there although its check fails: something that looks like a code."""
    if not CODE.match(value):
        raise ValidationError(_("“%(value)s” is not a valid tax code."), code="invalid_code", params={"value": value})


def validate_iban(value: str) -> None:
    """Check digits, and the form that the country gives it."""
    if value and not iban.is_valid(value):
        raise ValidationError(_("“%(value)s” is not a valid IBAN."), code="iban", params={"value": value})


def clean_email(value: str) -> str:
    address = normalising.email(value)
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(
            _("“%(value)s” is not a valid e-mail address."), code="email", params={"value": value}
        ) from None
    return address


def clean_phone(value: str) -> str:
    """The number in E.164. An extension would be lost in it, so that it is refused; an import tells of it instead."""
    if extension := normalising.extension(value):
        told = _("A number is kept without an extension (%(extension)s): write it into the notes.")
        raise ValidationError(told, code="extension", params={"extension": extension})
    try:
        return normalising.phone(value)
    except ValueError:
        raise ValidationError(
            _("“%(value)s” is not a valid telephone number."), code="phone", params={"value": value}
        ) from None


def validate_postal_code(value: str, *, country: str) -> None:
    shape = ITALIAN_POSTAL_CODE if country == places.ITALY else POSTAL_CODE
    if value and not shape.match(value):
        raise ValidationError(_("“%(value)s” is not a valid postal code."), code="postal_code", params={"value": value})


def validate_province(value: str, *, country: str) -> None:
    """Only Italian addresses have one (STY-12)."""
    if value and country == places.ITALY and value not in places.PROVINCES:
        raise ValidationError(_("“%(value)s” is not a province."), code="province", params={"value": value})


def validate_country(value: str) -> None:
    if value not in places.COUNTRY_CODES:
        raise ValidationError(_("“%(value)s” is not a country."), code="country", params={"value": value})


def validate_coordinates(latitude: Decimal | None, longitude: Decimal | None) -> None:
    """Both or none, and on the earth (O-52)."""
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise ValidationError(_("Give latitude (−90 to 90) and longitude (−180 to 180)."), code="invalid_coordinates")
