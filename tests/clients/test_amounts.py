from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.amounts import parse_amount


@pytest.mark.parametrize(
    ("typed", "decimal", "amount"),
    [
        ("1234", ",", "1234"),
        ("1.234,56", ",", "1234.56"),
        ("1.234,56", ".", "1234.56"),
        ("1,234.56", ",", "1234.56"),
        ("1234.56", ",", "1234.56"),
        ("1234,5", ".", "1234.5"),
        ("1.234", ",", "1234"),
        ("1,234", ".", "1234"),
        ("1.234.567", ".", "1234567"),
        ("€ 1.234,00", ",", "1234"),
        ("1 234,56 €", ",", "1234.56"),
        ("1'234.56", ".", "1234.56"),
        ("EUR 5", ",", "5"),
        ("-3,20", ",", "-3.20"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, decimal, amount):
    assert parse_amount(typed, decimal=decimal) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["", "mille", "1,2,3", "12.34.56", "1.23,45", "1.234,567", "1,234", "--1", "1e5", "NaN", "٣", "1.234,56,7"]
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValueError, match="amount|thousands"):
        parse_amount(typed, decimal=",")


@given(st.integers(0, 10**13), st.sampled_from([(",", "."), (".", ",")]))
def test_what_is_shown_is_read_back(cents, signs):
    decimal, thousands = signs
    amount = Decimal(cents).scaleb(-2)
    shown = f"{amount:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)

    assert parse_amount(shown, decimal=decimal) == amount
