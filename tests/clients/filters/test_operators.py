"""One table of cases per operator: field, stored value, value of the condition, answer. Today is 2026-03-15."""

from datetime import date
from decimal import Decimal

import pytest

from clients.filters.evaluation import matches
from clients.filters.operators import OPERATORS, operators_for
from clients.filters.parsing import parse
from clients.filters.types import TYPES, Label
from tests.clients.filters.fields import CATALOGUE, facts

TODAY = date(2026, 3, 15)
HALF_A_MILLION = Decimal("500000.00")
MEDICO, PENSIONATO = Label.named(1, "Medico"), Label.named(2, "Pensionato")


def day(text: str) -> date:
    return date.fromisoformat(text)


CASES: dict[str, list[tuple[str, object, object, bool]]] = {
    "eq": [
        ("city", "Forlì", "FORLI", True),
        ("city", "Forlì", "forli\u0300", True),
        ("city", "Forlì", "Forlimpopoli", False),
        ("city", None, "Forlì", False),
        ("city", "", "Forlì", False),
        ("emails", ["a@x.it", "b@x.it"], "B@X.IT", True),
        ("emails", ["a@x.it", "b@x.it"], "c@x.it", False),
        ("children", 0, 0, True),
        ("children", None, 0, False),
        ("share", Decimal("0.10"), 0.1, True),
        ("aum", HALF_A_MILLION, "500000", True),
        ("aum", HALF_A_MILLION, "500000.01", False),
        ("birth_date", day("1970-02-28"), "1970-02-28", True),
        ("privacy", False, False, True),
        ("privacy", None, False, False),
        ("risk", "high", "high", True),
        ("risk", "", "high", False),
        ("status", 7, 7, True),
        ("status", 7, 8, False),
    ],
    "ne": [
        ("city", "Forlì", "FORLI", False),
        ("city", "Roma", "FORLI", True),
        ("city", None, "FORLI", False),
        ("emails", ["a@x.it", "b@x.it"], "b@x.it", False),
        ("emails", ["a@x.it"], "b@x.it", True),
        ("emails", [], "b@x.it", False),
        ("aum", None, 5, False),
        ("aum", Decimal("5.01"), 5, True),
        ("privacy", True, False, True),
        ("privacy", None, False, False),
        ("status", None, 8, False),
    ],
    "gt": [
        ("aum", HALF_A_MILLION, "500000", False),
        ("aum", HALF_A_MILLION, "499999.99", True),
        ("aum", None, -1, False),
        ("children", -3, -4, True),
        ("birth_date", day("2000-01-02"), "2000-01-01", True),
    ],
    "gte": [
        ("aum", HALF_A_MILLION, "500000", True),
        ("aum", HALF_A_MILLION, "500000.01", False),
        ("aum", None, 0, False),
    ],
    "lt": [
        ("aum", HALF_A_MILLION, "500000", False),
        ("aum", HALF_A_MILLION, "500000.01", True),
        ("aum", None, 10**15, False),
    ],
    "lte": [
        ("aum", HALF_A_MILLION, "500000", True),
        ("aum", HALF_A_MILLION, "499999.99", False),
        ("aum", None, 0, False),
    ],
    "between": [
        ("aum", HALF_A_MILLION, ["100000", "500000"], True),
        ("aum", Decimal(100_000), ["100000", "500000"], True),
        ("aum", Decimal("500000.01"), ["100000", "500000"], False),
        ("aum", Decimal("99999.99"), ["100000", "500000"], False),
        ("aum", Decimal(300_000), ["500000", "100000"], False),
        ("aum", None, ["0", "1"], False),
        ("birth_date", day("1970-12-31"), ["1970-01-01", "1970-12-31"], True),
    ],
    "in": [
        ("city", "Forlì", ["roma", "forli"], True),
        ("city", "Milano", ["roma", "forli"], False),
        ("city", None, ["roma"], False),
        ("emails", ["a@x.it", "b@x.it"], ["b@x.it"], True),
        ("risk", "low", ["low", "high"], True),
        ("status", 3, [1, 2], False),
    ],
    "not_in": [
        ("city", "Forlì", ["roma", "forli"], False),
        ("city", "Milano", ["roma", "forli"], True),
        ("city", None, ["roma"], False),
        ("emails", ["a@x.it", "b@x.it"], ["b@x.it"], False),
        ("status", 3, [1, 2], True),
        ("status", None, [1, 2], False),
    ],
    "contains": [
        ("city", "Reggio nell'Emilia", "NELL’EM", True),
        ("city", "Reggio Emilia", "emilia reggio", False),
        ("city", None, "a", False),
        ("city", "100%", "0%", True),
        ("city", "1000", "0%", False),
        ("city", "a_b", "a_", True),
        ("city", "acb", "a_", False),
        ("emails", ["a@x.it", "b@y.it"], "@y.", True),
    ],
    "starts_with": [
        ("city", "Reggio Emilia", "regg", True),
        ("city", "Reggio Emilia", "emilia", False),
        ("city", None, "a", False),
        ("city", "%a", "%", True),
        ("city", "ba", "%", False),
        ("emails", ["a@x.it", "b@y.it"], "b@", True),
    ],
    "empty": [
        ("city", None, None, True),
        ("city", "", None, True),
        ("city", "  ", None, True),
        ("city", "Roma", None, False),
        ("emails", [], None, True),
        ("emails", ["a@x.it"], None, False),
        ("children", 0, None, False),
        ("aum", Decimal(0), None, False),
        ("privacy", False, None, False),
        ("birth_date", None, None, True),
        ("labels", [], None, True),
        ("labels", [MEDICO], None, False),
    ],
    "not_empty": [
        ("city", None, None, False),
        ("city", "Roma", None, True),
        ("aum", Decimal(0), None, True),
        ("privacy", False, None, True),
        ("status", None, None, False),
        ("labels", [MEDICO], None, True),
    ],
    "has_label": [
        ("labels", [MEDICO, PENSIONATO], "pensionato", True),
        ("labels", [MEDICO, PENSIONATO], 2, True),
        ("labels", [MEDICO], "Pensionato", False),
        ("labels", [MEDICO], 2, False),
        ("labels", [], 1, False),
    ],
    "not_label": [
        ("labels", [MEDICO, PENSIONATO], "pensionato", False),
        ("labels", [MEDICO], "Pensionato", True),
        ("labels", [MEDICO], 2, True),
        ("labels", [], 1, True),
    ],
    "within_next_days": [
        ("birth_date", day("2026-03-14"), 3, False),
        ("birth_date", day("2026-03-15"), 3, True),
        ("birth_date", day("2026-03-18"), 3, True),
        ("birth_date", day("2026-03-19"), 3, False),
        ("birth_date", day("2026-03-15"), 0, True),
        ("birth_date", None, 3, False),
    ],
    "within_last_days": [
        ("birth_date", day("2026-03-11"), 3, False),
        ("birth_date", day("2026-03-12"), 3, True),
        ("birth_date", day("2026-03-15"), 3, True),
        ("birth_date", day("2026-03-16"), 3, False),
        ("birth_date", None, 3, False),
    ],
    "older_than_days": [
        ("birth_date", day("2026-03-12"), 3, False),
        ("birth_date", day("2026-03-11"), 3, True),
        ("birth_date", day("1900-01-01"), 3, True),
        ("birth_date", None, 3, False),
    ],
    "due_within_days": [
        ("birth_date", day("2026-03-18"), 3, True),
        ("birth_date", day("2026-03-19"), 3, False),
        ("birth_date", day("1900-01-01"), 3, True),
        ("birth_date", None, 3, False),
    ],
    "on_this_day_of_year": [
        ("birth_date", day("1970-03-15"), None, True),
        ("birth_date", day("2026-03-15"), None, True),
        ("birth_date", day("1970-03-14"), None, False),
        ("birth_date", day("1970-04-15"), None, False),
        ("birth_date", None, None, False),
    ],
}


def condition(field: str, op: str, value: object) -> object:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("op", "field", "stored", "value", "holds"), [(op, *case) for op, cases in CASES.items() for case in cases]
)
def test_operator(op: str, field: str, stored: object, value: object, holds: bool) -> None:
    expression = parse(condition(field, op, value), CATALOGUE)

    assert matches(expression, facts(**{field: stored}), TODAY) is holds
    assert matches(parse({"not": condition(field, op, value)}, CATALOGUE), facts(**{field: stored}), TODAY) is not holds


def test_every_operator_has_its_table() -> None:
    assert set(CASES) == set(OPERATORS)
    for op, cases in CASES.items():
        assert {holds for *_, holds in cases} == {True, False}, op


def test_every_type_has_operators_and_can_be_empty() -> None:
    for field_type in TYPES:
        assert {"empty", "not_empty"} <= set(operators_for(field_type)), field_type.name


@pytest.mark.parametrize(
    ("born", "today", "holds"),
    [
        ("2000-02-29", "2024-02-29", True),
        ("2000-02-29", "2024-02-28", False),
        ("2000-02-29", "2023-02-28", True),
        ("2000-02-29", "2023-03-01", False),
        ("2000-02-29", "2100-02-28", True),
        ("2001-02-28", "2024-02-28", True),
        ("2001-02-28", "2024-02-29", False),
        ("2001-02-28", "2023-02-28", True),
    ],
)
def test_the_29th_of_february_is_kept_on_the_28th_in_common_years(born: str, today: str, holds: bool) -> None:
    expression = parse({"field": "birth_date", "op": "on_this_day_of_year"}, CATALOGUE)

    assert matches(expression, facts(birth_date=day(born)), day(today)) is holds
