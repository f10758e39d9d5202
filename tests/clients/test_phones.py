"""Telephone numbers agree with the numbering plans of the world, and with what address books hold."""

import io
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from clients import normalising, validators
from clients.enums import PhoneKind
from clients.imports import cells
from clients.imports.mapping import ImportMapping
from clients.imports.refusals import CellRefused
from clients.imports.services import open_file
from tests.shared_data import shared_data

KINDS = {PhoneNumberType.MOBILE: PhoneKind.MOBILE, PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE}


def examples() -> list[tuple[str, int, phonenumbers.PhoneNumber]]:
    """One number of each type that each country of the numbering plans has."""
    found = (
        (region, kind, phonenumbers.example_number_for_type(region, kind))
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in KINDS
    )
    return [(region, kind, number) for region, kind, number in found if number is not None]


def test_a_number_of_every_country_has_one_form_however_it_is_written() -> None:
    wrong = []
    for region, _kind, number in examples():
        stored = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        typed = (
            stored,
            shown,
            stored.replace("+", "00", 1),
            phonenumbers.format_out_of_country_calling_number(number, "IT"),
        )
        if {validators.clean_phone(each) for each in typed} != {stored}:
            wrong.append((region, stored, "form"))
        told = phonenumbers.number_type(number)
        if told in KINDS and normalising.phone_kind(stored) != KINDS[told]:
            wrong.append((region, stored, "kind"))

    assert len(examples()) > 450
    assert wrong == []


@given(st.from_regex(r"0[1-9][0-9]{5,8}", fullmatch=True))
def test_an_italian_landline_keeps_its_zero(number: str) -> None:
    assert validators.clean_phone(number) == f"+39{number}"
    assert validators.clean_phone(f"+39 {number}") == f"+39{number}"


def cards() -> list[Path]:
    return sorted(shared_data("ics_vcf").rglob("*.vcf"))


def test_every_number_of_other_programs_cards_is_taken_or_refused() -> None:
    """Taken ones are in E.164 and stay themselves; none is cut short, and none but a number is taken."""
    taken, refused = set(), set()
    for path in cards():
        with open_file(io.BytesIO(path.read_bytes()), ImportMapping()) as source:
            places = [n for n, name in enumerate(source.header) if "phone" in name.lower() or "mobile" in name.lower()]
            for row in source.rows():
                for cell in (row.cells[place] for place in places if place < len(row.cells) and row.cells[place]):
                    try:
                        taken.add((cell, cells.phone()(cell)))
                    except CellRefused:
                        refused.add(cell)

    assert len(cards()) == 18
    assert len(taken) > 15, taken
    for cell, stored in taken:
        digits = "".join(filter(str.isdigit, cell.partition(";ext=")[0])).lstrip("0")
        assert validators.clean_phone(stored) == stored
        assert stored.endswith(digits[-6:]), (cell, stored)
    assert all(sum(map(str.isdigit, cell)) < 16 for cell in refused), refused


@pytest.mark.parametrize(
    "typed", ["06 1234567 int. 12", "06/1234567 interno 12", "+39 06 1234567;ext=12", "061234567x12"]
)
def test_an_extension_is_never_lost_in_silence(typed: str) -> None:
    """E.164 has no place for it: a form says so, an import keeps the number and warns (test_warnings.py)."""
    assert cells.phone()(typed) == "+39061234567"
    assert normalising.extension(typed) == "12"
    with pytest.raises(validators.ValidationError) as refused:
        validators.clean_phone(typed)
    assert refused.value.code == "extension"
    assert [normalising.extension(number) for number in ("+39 06 1234567", "tel:+39061234567", "x", "")] == [""] * 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_an_italian_number_is_seen(kind: int) -> None:
    number = phonenumbers.example_number_for_type("IT", kind)
    assert normalising.phone_kind(phonenumbers.format_number(number, PhoneNumberFormat.E164)) == KINDS[kind]
