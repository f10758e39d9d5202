from datetime import date

import pytest

from clients.filters.evaluation import explain, is_time_dependent, matches
from clients.filters.expressions import EVERYBODY, Any, fields_used
from clients.filters.parsing import parse
from tests.clients.filters.fields import CATALOGUE, facts

TODAY = date(2026, 3, 15)
RICH = {"field": "aum", "op": "gt", "value": 5}
ROMAN = {"field": "city", "op": "eq", "value": "Roma"}
KNOWN_RISK = {"field": "risk", "op": "not_empty"}


@pytest.mark.parametrize(
    ("document", "holds"),
    [
        ({"all": [RICH, ROMAN]}, False),
        ({"any": [RICH, ROMAN]}, True),
        ({"not": RICH}, True),
        ({"not": {"not": RICH}}, False),
        ({"not": {"all": [RICH, ROMAN]}}, True),
        ({"not": {"any": [RICH, ROMAN]}}, False),
        ({"all": []}, True),
        ({"any": []}, False),
        ({"not": {"all": []}}, False),
        ({"all": [ROMAN, {"any": [RICH, {"not": KNOWN_RISK}]}]}, True),
    ],
)
def test_groups_of_conditions(document: object, holds: bool) -> None:
    poor_roman = facts(city="ROMA")

    assert matches(parse(document, CATALOGUE), poor_roman, TODAY) is holds
    assert explain(parse(document, CATALOGUE), poor_roman, TODAY).holds is holds


def test_everybody_and_nobody() -> None:
    assert matches(EVERYBODY, facts(), TODAY)
    assert not matches(Any(()), facts(), TODAY)


def test_an_unknown_fact_is_a_fault_and_not_an_empty_one() -> None:
    with pytest.raises(KeyError):
        matches(parse(RICH, CATALOGUE), {}, TODAY)


def test_the_explanation_shows_every_part_and_names_what_settles_it() -> None:
    expression = parse({"all": [ROMAN, {"any": [RICH, {"not": KNOWN_RISK}]}]}, CATALOGUE)

    verdict = explain(expression, facts(city="Roma", aum=3), TODAY)

    roman, either = verdict.inside
    rich, unknown_risk = either.inside
    assert [part.holds for part in (verdict, roman, either, rich, unknown_risk)] == [True, True, True, False, True]
    assert roman.fact == ("roma",)
    assert [reason.part for reason in verdict.reasons] == [roman.part, unknown_risk.inside[0].part]


def test_what_fails_is_what_settles_a_refusal() -> None:
    verdict = explain(parse({"all": [ROMAN, RICH, KNOWN_RISK]}, CATALOGUE), facts(city="Roma"), TODAY)

    assert [reason.part.field for reason in verdict.reasons] == ["aum", "risk"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("document", "moves"),
    [
        (RICH, False),
        ({"all": []}, False),
        ({"field": "birth_date", "op": "gt", "value": "2000-01-01"}, False),
        ({"any": [RICH, {"not": {"field": "birth_date", "op": "on_this_day_of_year"}}]}, True),
        ({"field": "birth_date", "op": "due_within_days", "value": 7}, True),
        ({"field": "age", "op": "gt", "value": 60}, True),
    ],
)
def test_what_a_day_can_change(document: object, moves: bool) -> None:
    assert is_time_dependent(parse(document, CATALOGUE), CATALOGUE) is moves


def test_fields_used() -> None:
    document = {"all": [ROMAN, {"any": [RICH, {"not": KNOWN_RISK}]}, RICH]}

    assert fields_used(parse(document, CATALOGUE)) == {"city", "aum", "risk"}
