"""The filter language exists twice, in SQL and in memory, and agrees once (architecture.md section 1).

500 generated filters by default, on 50 clients each; FILTER_EXAMPLES=5000 asks for more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.catalogue import FieldGroup, fields, where
from clients.enums import CustomType
from clients.facts import facts_of
from clients.filters import compile as compiling
from clients.filters import operators
from clients.filters.parsing import MOST_CONDITIONS, parse
from clients.filters.types import TYPES
from clients.models import Client
from tenants.models import Firm
from tests.clients.filters.population import TODAYS, Population, filterable, populate

EXAMPLES = int(os.environ.get("FILTER_EXAMPLES", "500"))
TRIES = 4


@pytest.fixture
def people(bound: Firm) -> Population:
    return populate(seed=1, today=TODAYS[0])


def variants(people: Population, name: str, operator: str) -> list[dict[str, object]]:
    """Some conditions of one operator on one field, as they are and negated."""
    plain = [people.condition(fields()[name], operator) for _ in range(TRIES)]
    return plain + [{"not": condition} for condition in plain]


@pytest.mark.parametrize("seed", range(5))
def test_generated_filters_select_the_same_clients_in_sql_and_in_memory(bound: Firm, seed: int) -> None:
    people = populate(seed, TODAYS[seed])
    documents = [people.document() for _ in range(EXAMPLES // 5)]

    selected = [len(people.selected_by_sql(document)) for document in documents]

    assert [document for document in documents if people.disagrees(document)] == []
    assert sum(0 < size < len(people.clients) for size in selected) > len(documents) / 3, "too few filters tell apart"


def test_every_field_agrees_with_every_operator_that_it_declares(people: Population) -> None:
    pairs = [(entry.name, operator) for entry in filterable() for operator in entry.operators]

    wrong = [document for pair in pairs for document in variants(people, *pair) if people.disagrees(document)]

    assert wrong == []
    assert len(pairs) > 300
    assert {operator for _, operator in pairs} == set(operators.OPERATORS)


def test_every_field_has_clients_with_and_without_a_value(people: Population) -> None:
    """Otherwise agreement would say little."""
    for entry in filterable():
        sizes = {len(people.selected_by_sql({"field": entry.name, "op": op})) for op in ("empty", "not_empty")}
        always_there = {"name", "kind", "state", "created_on", "main_portfolio", "portfolio.1.name"}
        always_there |= {"plan.meetings_this_year", "plan.exception", "points", "opportunities.open_count"}
        assert (0 in sizes) == (entry.name in always_there), entry.name


def test_the_catalogue_uses_every_type(people: Population) -> None:
    assert {kind.name for kind in TYPES} == {entry.type.name for entry in filterable()}


def test_a_field_of_each_custom_type_takes_part(people: Population) -> None:
    names = {entry.name for entry in filterable() if entry.group == FieldGroup.CUSTOM}

    assert names >= {f"custom.un_{kind}" for kind in CustomType}


def test_one_filter_is_one_statement(people: Population) -> None:
    document = {"any": [people.condition(entry, entry.operators[0]) for entry in filterable()[-MOST_CONDITIONS:]]}
    expression = parse({"not": document}, fields())

    with CaptureQueriesContext(connection) as captured:
        list(Client.objects.filter(where(expression, today=people.today)))

    assert len(captured) == 1


def test_facts_are_read_with_as_many_queries_for_few_clients_as_for_many(people: Population) -> None:
    counts = []
    for size in (10, 40):
        with CaptureQueriesContext(connection) as captured:
            facts_of(people.clients[-size:], today=people.today)
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert counts[0] <= 33, "one for the clients, one for each table of theirs"


# The test of the test: each of these faults in one of the two readings must be noticed.

ALTERED: dict[str, Callable[[tuple[Any, ...], Any], bool]] = {
    "eq": lambda fact, operand: not fact or operand in fact,
    "ne": lambda fact, operand: operand not in fact,
    "gt": lambda fact, operand: any(value >= operand for value in fact),
    "gte": lambda fact, operand: any(value > operand for value in fact),
    "lt": lambda fact, operand: not fact or any(value < operand for value in fact),
    "lte": lambda fact, operand: any(value < operand for value in fact),
    "between": lambda fact, operand: any(operand[0] <= value < operand[1] for value in fact),
    "in": lambda fact, operand: any(value == operand[0] for value in fact),
    "not_in": lambda fact, operand: any(value not in operand for value in fact),
    "contains": lambda fact, operand: any(value.startswith(operand) for value in fact),
    "starts_with": lambda fact, operand: any(operand in value for value in fact),
    "empty": lambda fact, operand: not any(fact),
    "not_empty": lambda fact, operand: any(fact),
    "not_label": lambda fact, operand: any(operand not in (label.id, label.key) for label in fact),
    "has_label": lambda fact, operand: any(operand == label.id for label in fact),
}


@pytest.mark.parametrize("operator", ALTERED)
def test_an_altered_operator_is_noticed(people: Population, monkeypatch: pytest.MonkeyPatch, operator: str) -> None:
    altered = ALTERED[operator]
    monkeypatch.setattr(
        type(operators.OPERATORS[operator]), "matches", lambda self, fact, operand, today: altered(fact, operand)
    )

    assert noticed(people, operator)


@pytest.mark.parametrize(
    "operator", [name for name in operators.OPERATORS if operators.OPERATORS[name].moves_with_time]
)
def test_a_day_more_is_noticed(people: Population, monkeypatch: pytest.MonkeyPatch, operator: str) -> None:
    absolute = compiling.absolute
    tomorrow = TODAYS[0].replace(month=3, day=1)
    monkeypatch.setattr(compiling, "absolute", lambda op, operand, today: absolute(op, operand, tomorrow))

    assert noticed(people, operator)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("empty", lambda self, today: self.lookup("isnull", True, today)),
        ("empty", lambda self, today: compiling.NOBODY),
        ("present", lambda self, today: compiling.EVERYBODY),
    ],
)
def test_a_forgotten_empty_value_is_noticed(
    people: Population, monkeypatch: pytest.MonkeyPatch, name: str, fault: Any
) -> None:
    monkeypatch.setattr(compiling.OneValue, name, fault)

    assert noticed(people, "gt") or noticed(people, "empty") or noticed(people, "ne")


def noticed(people: Population, operator: str) -> bool:
    names = [entry.name for entry in filterable() if operator in entry.operators]
    # An operator that few fields have is tried as often as the others.
    tried = names * (1 + 20 // len(names))
    return any(people.disagrees(document) for name in tried for document in variants(people, name, operator))
