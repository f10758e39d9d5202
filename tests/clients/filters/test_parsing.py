from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clients.filters import operators, parsing, types
from clients.filters.expressions import All, Any, Condition, Not, fields_used
from clients.filters.parsing import parse, to_json
from clients.filters.refusals import MESSAGES, FilterInvalid
from tests.clients.filters.fields import CATALOGUE

ANY_CITY = {"field": "city", "op": "not_empty"}


def city(value: object, op: str = "eq") -> dict[str, object]:
    return {"field": "city", "op": op, "value": value}


def faults(document: object) -> list[tuple[str, str]]:
    with pytest.raises(FilterInvalid) as refused:
        parse(document, CATALOGUE)
    for error in refused.value.errors:
        assert "{" not in error.message
        assert error.message in str(refused.value)
    return [(error.path, error.code) for error in refused.value.errors]


def nested(levels: int) -> dict[str, object]:
    document: dict[str, object] = {**ANY_CITY}
    for _ in range(levels - 1):
        document = {"not": document}
    return document


def test_the_example_of_the_requirements() -> None:
    document = {
        "all": [
            {"field": "aum", "op": "gte", "value": "500000"},
            {
                "any": [
                    {"field": "labels", "op": "has_label", "value": "Medico"},
                    {"not": {"field": "labels", "op": "not_label", "value": 2}},
                ]
            },
        ]
    }

    assert parse(document, CATALOGUE) == All(
        (
            Condition("aum", "gte", "500000.00", Decimal(500_000)),
            Any((Condition("labels", "has_label", "Medico", "medico"), Not(Condition("labels", "not_label", 2, 2)))),
        )
    )


@pytest.mark.parametrize(
    "document",
    [
        ANY_CITY,
        city("Forlì"),
        city(["Roma", "Forlì"], "in"),
        {"field": "aum", "op": "between", "value": ["-1.50", "1000000000000000.00"]},
        {"field": "share", "op": "lt", "value": "0.000001"},
        {"field": "children", "op": "eq", "value": 0},
        {"field": "privacy", "op": "ne", "value": False},
        {"field": "birth_date", "op": "in", "value": ["2000-02-29"]},
        {"field": "birth_date", "op": "within_next_days", "value": 30},
        {"field": "birth_date", "op": "on_this_day_of_year"},
        {"field": "labels", "op": "has_label", "value": "Medico"},
        {"all": []},
        {"any": []},
        {"not": {"all": [ANY_CITY, {"any": [city("Roma"), {"not": ANY_CITY}]}]}},
    ],
)
def test_what_is_read_is_written_back(document: object) -> None:
    assert to_json(parse(document, CATALOGUE)) == document


@pytest.mark.parametrize(
    ("value", "canonical"),
    [(5, "5.00"), (5.5, "5.50"), ("-0", "0.00"), (-0.0, "0.00"), (1e3, "1000.00"), ("+7.5", "7.50"), ("007", "7.00")],
)
def test_amounts_are_kept_in_one_notation(value: object, canonical: str) -> None:
    assert to_json(parse({"field": "aum", "op": "eq", "value": value}, CATALOGUE))["value"] == canonical


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, [("", "not_a_filter")]),
        ([], [("", "not_a_filter")]),
        ("all", [("", "not_a_filter")]),
        ({}, [("", "not_a_filter")]),
        ({"all": [], "any": []}, [("", "not_a_filter")]),
        ({"none": []}, [("", "unknown_key")]),
        ({"all": ANY_CITY}, [("all", "not_a_list")]),
        ({"not": [ANY_CITY]}, [("not", "not_a_filter")]),
        ({**ANY_CITY, "all": []}, [("", "unknown_key")]),
        ({"field": "city"}, [("op", "unknown_operator")]),
        ({"op": "eq"}, [("field", "unknown_field")]),
        ({"field": "nothing", "op": "like", "value": 1}, [("field", "unknown_field"), ("op", "unknown_operator")]),
        ({"field": ["city"], "op": [1]}, [("field", "unknown_field"), ("op", "unknown_operator")]),
        ({"field": "city", "op": "gt", "value": "a"}, [("op", "operator_not_applicable")]),
        ({"field": "privacy", "op": "in", "value": [True]}, [("op", "operator_not_applicable")]),
        ({"field": "city", "op": "eq"}, [("value", "missing_value")]),
        (city(None), [("value", "missing_value")]),
        (city("x", "empty"), [("value", "unexpected_value")]),
        (
            {"all": [ANY_CITY, {"any": [city(1), ANY_CITY, {"not": {"field": "x", "op": "eq", "value": 1}}]}]},
            [("all[1].any[0].value", "not_text"), ("all[1].any[2].not.field", "unknown_field")],
        ),
        (city(["Roma", 3, "\0"], "in"), [("value[1]", "not_text")]),
    ],
)
def test_faults_are_named_with_their_path(document: object, expected: list[tuple[str, str]]) -> None:
    assert faults(document) == expected


@pytest.mark.parametrize(
    ("field", "op", "value", "code"),
    [
        ("city", "eq", 5, "not_text"),
        ("city", "eq", "  ", "empty_text"),
        ("city", "contains", "\u0301", "empty_text"),
        ("city", "eq", "a\0b", "invalid_text"),
        ("city", "eq", "\ud800", "invalid_text"),
        ("city", "eq", "x" * 501, "text_too_long"),
        ("city", "in", "Roma", "not_a_list"),
        ("city", "in", [], "empty_list"),
        ("city", "in", ["x"] * 501, "list_too_long"),
        ("children", "eq", "5", "not_an_integer"),
        ("children", "eq", 5.0, "not_an_integer"),
        ("children", "eq", True, "not_an_integer"),
        ("children", "eq", 10**4000, "out_of_range"),
        ("share", "eq", "1e5", "not_a_number"),
        ("share", "eq", "1_000", "not_a_number"),
        ("share", "eq", "٣", "not_a_number"),
        ("share", "eq", "NaN", "not_a_number"),
        ("share", "eq", float("inf"), "not_a_number"),
        ("share", "eq", float("nan"), "not_a_number"),
        ("share", "eq", False, "not_a_number"),
        ("share", "eq", "0.0000001", "too_many_decimals"),
        ("aum", "eq", "0.001", "too_many_decimals"),
        ("aum", "eq", "1.0000000000000000000000000001", "too_many_decimals"),
        ("aum", "gt", "500.000,00", "not_a_number"),
        ("aum", "gt", 10**15 + 1, "out_of_range"),
        ("aum", "gt", 10**4000, "out_of_range"),
        ("aum", "gt", -1e300, "out_of_range"),
        ("aum", "between", [1], "not_two_bounds"),
        ("aum", "between", {"from": 1, "to": 2}, "not_two_bounds"),
        ("birth_date", "eq", "31/01/2000", "not_a_date"),
        ("birth_date", "eq", "20000131", "not_a_date"),
        ("birth_date", "eq", "2001-02-29", "not_a_date"),
        ("birth_date", "eq", "0000-01-01", "not_a_date"),
        ("birth_date", "eq", "2000-01-31T00:00:00", "not_a_date"),
        ("birth_date", "within_next_days", "7", "not_an_integer"),
        ("birth_date", "within_next_days", True, "not_an_integer"),
        ("birth_date", "within_last_days", -1, "out_of_range"),
        ("birth_date", "older_than_days", 36_501, "out_of_range"),
        ("birth_date", "on_this_day_of_year", "today", "unexpected_value"),
        ("privacy", "eq", "true", "not_a_boolean"),
        ("privacy", "eq", 1, "not_a_boolean"),
        ("risk", "eq", "HIGH", "not_a_choice"),
        ("risk", "eq", 1, "not_a_choice"),
        ("status", "eq", "7", "not_a_reference"),
        ("status", "eq", 0, "not_a_reference"),
        ("status", "eq", 2**63, "not_a_reference"),
        ("status", "eq", True, "not_a_reference"),
        ("labels", "has_label", 1.5, "not_a_label"),
        ("labels", "has_label", "", "empty_text"),
    ],
)
def test_ill_typed_values_are_refused(field: str, op: str, value: object, code: str) -> None:
    [(path, found)] = faults({"field": field, "op": op, "value": value})

    assert (path.split("[")[0], found) == ("value", code)


def test_the_bounds_of_an_interval_are_named() -> None:
    assert faults({"field": "aum", "op": "between", "value": [1, "x"]}) == [("value[1]", "not_a_number")]


def test_eight_levels_are_read_and_nine_are_not() -> None:
    assert fields_used(parse(nested(8), CATALOGUE)) == {"city"}
    assert faults(nested(9)) == [(".".join(["not"] * 8), "too_deep")]


def test_a_bottomless_document_is_refused_without_being_read() -> None:
    assert [code for _, code in faults(nested(100_000))] == ["too_deep"]


def test_a_hundred_conditions_are_read_and_one_more_is_not() -> None:
    parse({"all": [ANY_CITY] * 100}, CATALOGUE)

    assert faults({"all": [ANY_CITY] * 101}) == [("all[100]", "too_many_conditions")]


def test_empty_groups_count_so_that_they_cannot_be_heaped_up() -> None:
    assert faults({"all": [{"any": []}] * 50_000}) == [("all[100].any", "too_many_conditions")]


def test_a_heap_of_faults_is_cut_off() -> None:
    assert len(faults({"all": [7] * 50_000})) == 101


def test_no_message_is_left_over() -> None:
    """The codes are a promise to integrations: none may be left over."""
    source = "".join(Path(str(module.__file__)).read_text() for module in (parsing, operators, types))

    assert {code for code in MESSAGES if f'"{code}"' not in source} == {"follows_from_groups"}, "that of groups"


def test_dates_are_compared_as_dates() -> None:
    expression = parse({"field": "birth_date", "op": "eq", "value": "2000-02-29"}, CATALOGUE)

    assert isinstance(expression, Condition)
    assert expression.operand == date(2000, 2, 29)
