import pytest
from django.core.exceptions import ValidationError

from clients import normalising, validators


@pytest.mark.parametrize(
    ("typed", "stored", "kind", "shown"),
    [
        ("335 1234567", "+393351234567", "mobile", "+39 335 123 4567"),
        ("0039 335 1234567", "+393351234567", "mobile", "+39 335 123 4567"),
        ("02 48001234", "+390248001234", "landline", "+39 02 4800 1234"),
        ("06-6982", "+39066982", "landline", "+39 06 6982"),
        ("+41 44 668 18 00", "+41446681800", "landline", "+41 44 668 18 00"),
    ],
)
def test_a_telephone_number_has_one_form_and_a_landline_keeps_its_zero(typed, stored, kind, shown):
    assert validators.clean_phone(typed) == stored
    assert normalising.phone_kind(stored) == kind
    assert normalising.shown_phone(stored) == shown


@pytest.mark.parametrize("typed", ["12", "abc", "+39", "335123456789012345"])
def test_what_is_no_telephone_number_is_refused(typed):
    with pytest.raises(ValidationError) as refusal:
        validators.clean_phone(typed)

    assert refusal.value.code == "phone"


@pytest.mark.parametrize("code", ["RSSMRA85T10A562S", "RSSMRA85T10A56NH", "00743110157", ""])
def test_tax_codes_of_persons_and_companies_are_accepted(code):
    validators.validate_tax_code(code)


@pytest.mark.parametrize("code", ["RSSMRA85T10A562X", "00743110158", "RSSMRA", "85T10A562SRSSMRA"])
def test_a_tax_code_with_a_wrong_check_is_refused(code):
    with pytest.raises(ValidationError):
        validators.validate_tax_code(code)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("IT 007 4311 0157", "00743110157"), ("00743110157", "00743110157"), ("de 136 695 976", "DE136695976")],
)
def test_a_vat_number_has_one_form(typed, stored):
    assert normalising.vat_number(typed) == stored
    validators.validate_vat_number(stored)


@pytest.mark.parametrize("number", ["00743110158", "DE136695977", "12", "XX123"])
def test_a_wrong_vat_number_is_refused(number):
    with pytest.raises(ValidationError):
        validators.validate_vat_number(number)


@pytest.mark.parametrize(
    ("code", "country", "is_right"),
    [
        ("20100", "IT", True),
        ("2010", "IT", False),
        ("SW1A 1AA", "GB", True),
        ("SW1A 1AA", "IT", False),
        ("", "IT", True),
    ],
)
def test_a_postal_code_follows_its_country(code, country, is_right):
    if is_right:
        validators.validate_postal_code(code, country=country)
    else:
        with pytest.raises(ValidationError):
            validators.validate_postal_code(code, country=country)
