from __future__ import annotations

import pytest
from django.utils import translation

from clients import wording
from clients.catalogue import fields
from clients.filters.expressions import Condition
from clients.filters.operators import OPERATORS
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Label, ListEntry
from crm.translations import collect
from tenants.models import Firm, Membership


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


def said(field: str, op: str, value: object) -> str:
    condition = parse({"field": field, "op": op, "value": value}, fields())
    assert isinstance(condition, Condition)
    return wording.sentence(condition)


def test_every_operator_has_words() -> None:
    assert set(wording.OPERATORS) == set(OPERATORS)


@pytest.mark.parametrize(
    ("field", "op", "value", "words"),
    [
        ("aum", "gte", "500000", "is at least €500,000.00"),
        ("aum", "between", ["100000", "500000"], "is between €100,000.00 and €500,000.00"),
        ("birth_date", "gte", "2000-02-29", "is on or after 29/02/2000"),
        ("birth_date", "within_next_days", 30, "is within the next 30 days"),
        ("birth_date", "on_this_day_of_year", None, "falls on this day of the year"),
        ("city", "in", ["Forlì", "Roma"], "is one of “Forlì”, “Roma”"),
        ("city", "empty", None, "is empty"),
        ("is_pep", "eq", True, "is yes"),
        ("risk_profile", "ne", "balanced", "is not Equilibrato"),
        ("age", "gt", 60, "is greater than 60"),
    ],
)
def test_sentences(bound: Firm, field: str, op: str, value: object, words: str) -> None:
    assert said(field, op, value) == f"{fields()[field].label} {words}"


def test_rows_are_named(bound: Firm, alice: Membership) -> None:
    label = Label.objects.create(name="Medico")
    gone = ListEntry.objects.create(list_name="category", name="Vecchia", active=False)

    advisor, medico, category = (
        said(field, op, value)
        for field, op, value in (
            ("advisor", "eq", alice.pk),
            ("labels", "has_label", label.pk),
            ("category", "eq", gone.pk),
        )
    )

    assert advisor.endswith("is Alice Conti")
    assert medico.endswith("include Medico")
    assert category.endswith("is Vecchia"), "though no longer offered"


def test_refusals_use_the_names_that_people_know(bound: Firm) -> None:
    with pytest.raises(FilterInvalid) as refused:
        parse(
            {"all": [{"field": "city", "op": "gt", "value": 1}, {"field": "aum", "op": "eq", "value": "x"}]}, fields()
        )

    first, second = (wording.refusal(error) for error in refused.value.errors)

    assert first == f"is greater than does not apply to the field {fields()['city'].label}."
    assert second == "This must be a number."


def test_the_collector_finds_the_messages() -> None:
    found = {str(message.id) for message in collect()}

    assert {"This must be a number.", "is on or after", "{operator} does not apply to the field {field}."} <= found
