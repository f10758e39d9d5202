"""Clients with every kind of value and gap, stored in the real database, and filters that ask for what they have."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from clients.catalogue import CatalogueField, fields, where
from clients.facts import facts_of, with_fields
from clients.filters import evaluation, types
from clients.filters.expressions import fields_used
from clients.filters.folding import fold
from clients.filters.parsing import parse, to_json
from clients.filters.types import Fact
from clients.models import (
    Client,
)
from tests.clients.filters.people import CODES, DATES, TEXTS, Maker

SIZE = 50
TODAYS = [date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2026, 3, 15), date(2026, 12, 31)]

ODD_NUMBERS = [0, -1, 1, 2**31, -(2**31) - 1, 10**15, -(10**15), "0.01", "-0.01", "123456789012345.67"]
DAYS = [0, 1, 7, 30, 365, 36_500]


@dataclass
class Population:
    """The stored clients of one firm, and what the catalogue reads of them in memory."""

    chance: random.Random
    today: date
    clients: list[int] = field(default_factory=list)
    facts: dict[int, dict[str, Fact]] = field(default_factory=dict)
    stored: dict[str, list[object]] = field(default_factory=dict)

    def selected_by_sql(self, document: object) -> set[int]:
        expression = parse(document, fields())
        everybody, each = (Client.objects.filter(where(expression, today=self.today, few=few)) for few in (False, True))
        selected = set(everybody.values_list("pk", flat=True))
        if "household.aum" in fields_used(expression):
            assert selected == set(each.values_list("pk", flat=True)), "looked up one by one he is somebody else"
        return selected

    def selected_in_memory(self, document: object) -> set[int]:
        expression = parse(document, fields())
        return {pk for pk, facts in self.facts.items() if evaluation.matches(expression, facts, self.today)}

    def disagrees(self, document: object) -> bool:
        assert parse(to_json(parse(document, fields())), fields()) == parse(document, fields())
        return self.selected_by_sql(document) != self.selected_in_memory(document)

    def condition(self, entry: CatalogueField, operator: str) -> dict[str, object]:
        return {"field": entry.name, "op": operator, "value": self.value(entry, operator)}

    def value(self, entry: CatalogueField, operator: str) -> object:
        if operator in ("empty", "not_empty", "on_this_day_of_year"):
            return None
        if operator.endswith("_days"):
            return self.chance.choice(DAYS)
        if operator == "between":
            return [self.one(entry, operator), self.one(entry, operator)]
        if operator in ("in", "not_in"):
            return [self.one(entry, operator) for _ in range(self.chance.randint(1, 4))]
        return self.one(entry, operator)

    def one(self, entry: CatalogueField, operator: str) -> object:
        """Mostly something that a client has or almost has, now and then something odd."""
        have = self.stored[entry.name]
        if have and self.chance.random() < 0.7:
            return _asked(self.chance, self.chance.choice(have), operator)
        return self.chance.choice(_odd(entry))

    def document(self, depth: int = 1) -> dict[str, object]:
        """A random filter of up to eight levels."""
        kind = self.chance.choice(["leaf", "leaf", "all", "any", "not"]) if depth < 8 else "leaf"
        if kind == "not":
            return {"not": self.document(depth + 1)}
        if kind in ("all", "any"):
            return {kind: [self.document(depth + 1) for _ in range(self.chance.choice([0, 1, 2, 2, 3]))]}
        entry = self.chance.choice(filterable())
        return self.condition(entry, self.chance.choice(entry.operators))


def beside_the_client() -> list[Any]:
    """The tables with one row for each client: his profile, and what higher apps keep."""
    return [relation.related_model for relation in Client._meta.related_objects if relation.one_to_one]


def filterable() -> list[CatalogueField]:
    return [entry for entry in fields().values() if entry.filterable]


def _asked(chance: random.Random, stored: Any, operator: str) -> object:
    """A stored value as a filter would name it."""
    match stored:
        case types.Label():
            return chance.choice([stored.id, stored.key.upper()])
        case bool():
            return stored
        case Decimal():
            return str(stored + chance.choice([Decimal(0), Decimal("0.01"), Decimal("-0.01")]))
        case date():
            return stored.isoformat()
        case str() if operator in ("contains", "starts_with"):
            start = chance.randrange(len(stored)) if operator == "contains" else 0
            piece = stored[start : start + chance.randint(1, 4)].swapcase()
            return piece if fold(piece) else "a"
    return stored


def _odd(entry: CatalogueField) -> Sequence[object]:
    if entry.type is types.CHOICE:
        return sorted(entry.codes)
    odd: dict[types.FieldType, Sequence[object]] = {
        types.TEXT: [text for text in (*TEXTS, *CODES) if fold(text)],
        types.CODE: [*CODES, *map(str.lower, CODES)],
        types.INTEGER: [number for number in ODD_NUMBERS if isinstance(number, int)],
        types.NUMBER: ODD_NUMBERS,
        types.MONEY: ODD_NUMBERS,
        types.DATE: [day.isoformat() for day in DATES],
        types.BOOLEAN: [True, False],
        types.REFERENCE: [1, 2**31, 2**63 - 1],
        types.LABELS: [1, 2**63 - 1, "medico", "nessuno"],
    }
    return odd[entry.type]


def populate(seed: int, today: date) -> Population:
    """Store the clients in the bound firm and read them back through the catalogue."""
    people = Population(random.Random(seed), today)  # noqa: S311 - the same clients at every run
    maker = Maker(people.chance)
    clients = Client.objects.bulk_create(maker.client(number) for number in range(SIZE))
    maker.companies = [client for client in clients if client.kind == "company"]
    # A few without a profile: no service leaves one out, but a filter must not break on it.
    for model in beside_the_client():
        model.objects.bulk_create(model(client=client, **maker.values(model, "client")) for client in clients[3:])
    maker.belongings(clients)
    maker.places(clients, today)
    maker.custom_values(clients)
    maker.sublists(clients)
    maker.outcomes(clients)
    maker.opportunities(clients)
    maker.letters(clients)
    people.clients = [client.pk for client in clients]
    people.facts = facts_of(people.clients, today=today)
    people.stored = {entry.name: list(_stored(entry, people.clients, today)) for entry in filterable()}
    return people


def _stored(entry: CatalogueField, clients: list[int], today: date) -> Iterator[object]:
    for client in with_fields(Client.objects.filter(pk__in=clients), [entry]):
        yield from (value for value in entry.read(client, today) if entry.type.fact([value]))
