"""Clients with every kind of value and gap, stored in the real database, and filters that ask for what they have."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from clients.catalogue import CatalogueField, fields, where
from clients.custom.definitions import definitions
from clients.enums import CustomType, ListName
from clients.facts import facts_of, with_fields
from clients.fields import CoordinateField, FoldedField, MoneyField
from clients.filters import evaluation, types
from clients.filters.folding import fold
from clients.filters.parsing import parse, to_json
from clients.filters.types import Fact
from clients.models import (
    Address,
    Client,
    ClientLabel,
    ClientService,
    ClientYear,
    CustomField,
    CustomValue,
    Email,
    Filing,
    Household,
    Label,
    ListEntry,
    Phone,
    Policy,
    Quantity,
    Status,
    UserList,
    YearQuantity,
)
from clients.services import create_custom_field
from clients.services.sublists import create_quantity, mark_latest
from outcomes.models import Activity, ActivityKind, Fulfilment, Outcome
from portfolios.models import LevelChange, Link, Portfolio, Score, Subject, Typology
from scheduling.models import Appointment, AppointmentType
from tenants.models import Membership, User

SIZE = 50
TODAYS = [date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2026, 3, 15), date(2026, 12, 31)]

TEXTS = [
    "Forlì", "FORLI", "forli'", "D’Angelo", "D'ANGELO", "Straße", "strasse", "100%", "1000", "a_b", "acb", "\\", "a\\b",
    "İstanbul", "Yıldız", "ﬁnanza", "Łódź", "  spazi \t doppi ", "O'Neil; DROP TABLE", '"', "日本", "😀", "e\u0301",
    "É", "Reggio nell'Emilia", "\u0301", " ", "x" * 90, "%s", "{0}", "NULL", "nessuno",
]  # fmt: skip
CODES = ["RSSMRA80A01H501U", "00743110157", "IT", "FC", "47121", "SW1A 1AA", "A%B", "A_B"]
LONG_TEXTS = ["Note", "0", "%", "null"]
DATES = [
    date(1, 1, 1), date(1900, 2, 28), date(1968, 2, 29), date(2000, 2, 29), date(2001, 2, 28), date(1970, 3, 15),
    date(2023, 2, 27), date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 29), date(2024, 3, 7), date(2026, 3, 15),
    date(2026, 3, 22), date(2026, 12, 31), date(2027, 1, 1), date(9999, 12, 31),
]  # fmt: skip
AMOUNTS = [
    Decimal(text)
    for text in ("0", "0.01", "99999.99", "100000", "100000.01", "499999.99", "500000", "500000.01", "9999999999999.99")
]
ODD_NUMBERS = [0, -1, 1, 2**31, -(2**31) - 1, 10**15, -(10**15), "0.01", "-0.01", "123456789012345.67"]
DAYS = [0, 1, 7, 30, 365, 36_500]


UNIQUE: dict[type[models.Model], tuple[str, ...]] = {
    ClientYear: ("year",),
    Filing: ("type_id", "year", "period"),
    ClientService: ("service_id",),
    Policy: ("company", "number"),
}


DEGREES = [Decimal(degrees) for degrees in ("45.4642", "0", "-89.999999", "9.19")]


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
        return set(Client.objects.filter(where(expression, today=self.today)).values_list("pk", flat=True))

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
    maker = _Maker(people.chance)
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
    people.clients = [client.pk for client in clients]
    people.facts = facts_of(people.clients, today=today)
    people.stored = {entry.name: list(_stored(entry, people.clients, today)) for entry in filterable()}
    return people


def _stored(entry: CatalogueField, clients: list[int], today: date) -> Iterator[object]:
    for client in with_fields(Client.objects.filter(pk__in=clients), [entry]):
        yield from (value for value in entry.read(client, today) if entry.type.fact([value]))


class _Maker:
    """Rows with random values, made from the columns of the model so that a new column is never forgotten."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.companies: list[Client] = []
        number = chance.randrange(10**9)
        users = [User.objects.create(email=f"member{number}-{n}@example.com") for n in range(3)]
        self.members = [Membership.objects.create(user=user, name=user.email, role="advisor") for user in users]
        self.statuses = [Status.objects.create(name=name) for name in ("Stato 1", "Stato 2")]
        self.lists = [
            ListEntry.objects.create(list_name=name, name=entry)
            for name in ListName.values
            for entry in ("Voce 1", "Voce 2")
        ]
        UserList.objects.create(key="hobby", name="Hobby")
        self.hobbies = [ListEntry.objects.create(list_name="hobby", name=name) for name in ("Vela", "Golf", "Scacchi")]
        for kind in CustomType:
            create_custom_field(CustomField(label=f"Un {kind}", type=kind, list_name="hobby"), by=None)
        self.portfolios = list(Portfolio.objects.all())
        self.households = [Household.objects.create(name=name) for name in ("Rossi", "Bianchi")]
        self.labels = [Label.objects.create(name=name) for name in ("Medico", "Pensionato", "È già cliente", "100%")]

    def client(self, number: int) -> Client:
        chance = self.chance
        values = self.values(Client) | {
            "name": chance.choice([text for text in TEXTS if fold(text)]),
            "kind": chance.choice(["person", "company"]),
            "state": chance.choice(["active", "archived"]),
            "external_id": str(number) if number % 3 else "",
        }
        return Client(**values)

    def values(self, model: type[models.Model], without: str = "") -> dict[str, Any]:
        columns = [column for column in model._meta.concrete_fields if column.name != without]
        return {column.name: self.value(column) for column in columns if not self.is_kept_by_itself(column)}

    def is_kept_by_itself(self, column: Any) -> bool:
        own = {"id", "pk", "firm", "created_at", "updated_at", "version", "position", "merged_into", "erased_at"}
        own |= {"is_latest", "latitude", "longitude"}
        return column.name in own or isinstance(column, FoldedField)

    def value(self, column: Any) -> Any:
        empty: object = "" if isinstance(column, models.CharField | models.TextField) else None
        if self.chance.random() < 0.25 and (column.null or empty == ""):
            return empty
        return self.chance.choice(self.pool(column))

    def pool(self, column: Any) -> Sequence[Any]:
        if column.choices:
            return [code for code, _label in column.flatchoices]
        if isinstance(column, models.ForeignKey):
            rows: dict[Any, Sequence[Any]] = {
                Membership: self.members,
                Status: self.statuses,
                Client: self.companies or [None],
                Portfolio: self.portfolios,
                Household: self.households,
            }
            asked = (column.get_limit_choices_to() or {}).get("list_name", column.name)
            return rows.get(column.related_model) or [row for row in self.lists if row.list_name == asked]
        if isinstance(column, MoneyField | CoordinateField):
            return AMOUNTS if isinstance(column, MoneyField) else DEGREES
        if isinstance(column, models.DateTimeField):
            return [datetime(2026, 3, 15, 12, tzinfo=UTC)]
        if isinstance(column, models.DateField):
            return DATES
        if isinstance(column, models.IntegerField):
            return [1, 2, 3] if column.name.endswith("_id") else [0, 1, 4, 32_767]
        if isinstance(column, models.BooleanField):
            return [True, False]
        return self.texts(column)

    def texts(self, column: Any) -> Sequence[str]:
        names = {other.name for other in column.model._meta.get_fields()}
        if f"{column.name}_key" in names:
            return [text for text in TEXTS if len(text) <= (column.max_length or 100)]
        return [
            text for text in (CODES if column.max_length else LONG_TEXTS) if len(text) <= (column.max_length or 100)
        ]

    def belongings(self, clients: list[Client]) -> None:
        """Several e-mails, telephones, addresses and labels, or none."""
        addresses = ["maria@example.com", "MARIA@Example.com", "o'neil@example.com", "josé@example.com"]
        several = self.several
        Email.objects.bulk_create(several(clients, 3, lambda: Email(address=self.chance.choice(addresses))))
        Phone.objects.bulk_create(
            several(clients, 2, lambda: Phone(number=self.chance.choice(["+393331234", "+3906"])))
        )
        Address.objects.bulk_create(several(clients, 2, self.address))
        ClientLabel.objects.bulk_create(
            ClientLabel(client=client, label=label)
            for client in clients
            for label in self.chance.sample(self.labels, self.chance.randint(0, 3))
        )

    def address(self) -> Address:
        """With both coordinates or none."""
        known = self.chance.random() < 0.75
        place = [self.chance.choice(DEGREES) if known else None for _ in range(2)]
        return Address(**self.values(Address, without="client"), latitude=place[0], longitude=place[1])

    def custom_values(self, clients: list[Client]) -> None:
        """A value in three quarters of the fields of every type, now and then several choices."""
        pools: dict[str, Sequence[Any]] = {
            CustomType.TEXT: [text for text in TEXTS if fold(text)],
            CustomType.NUMBER: [Decimal(text) for text in ("0", "-1", "0.000001", "1", "2147483648", "1000000000000")],
            CustomType.MONEY: [*AMOUNTS, Decimal("-0.01")],
            CustomType.DATE: DATES,
            CustomType.BOOLEAN: [True, False],
            CustomType.CHOICE: self.hobbies,
            CustomType.CHOICES: self.hobbies,
        }
        CustomValue.objects.bulk_create(
            CustomValue(client=client, field_id=each.id, **{each.column: value})
            for client in clients
            for each in definitions().values()
            if self.chance.random() < 0.75
            for value in self.chance.sample(
                pools[each.type], self.chance.randint(1, 3) if each.type == CustomType.CHOICES else 1
            )
        )

    def places(self, clients: list[Client], today: date) -> None:
        """In both active typologies: links, former ones too, scores, and their changes about 90 days ago."""
        chance, typologies = self.chance, list(Typology.objects.filter(active=True))
        portfolios = [Portfolio.objects.create(typology=typologies[1], name=name) for name in ("Uno", "Due")]
        subjects = {
            kind: [Subject.objects.create(kind=kind, code=code, name=code) for code in ("A", "B")]
            for kind in ("agent", "operator", "agency", "introducer")
        }
        some = [(client, typology) for client in clients for typology in typologies if chance.random() < 0.8]
        Link.objects.bulk_create(
            Link(
                client=client,
                typology=typology,
                portfolio=chance.choice([None, *portfolios]) if typology.position > 1 else None,
                since=date(2020, 1, 1),
                until=until,
                **{kind: chance.choice([None, *rows]) for kind, rows in subjects.items()},
            )
            for client, typology in some
            for until in (None, date(2021, 1, 1))
        )
        Score.objects.bulk_create(
            Score(client=client, position=typology.position, **self.values(Score, "client"))
            for client, typology in some
        )
        LevelChange.objects.bulk_create(
            LevelChange(client=client, position=typology.position, on=today - timedelta(days=days), **self.levels())
            for client, typology in some
            for days in chance.sample([1, 89, 90, 91, 400], chance.randint(0, 3))
        )

    def levels(self) -> dict[str, int | None]:
        names = ("recency_level", "frequency_level", "monetary_level", "potentiality_level")
        return {name: self.chance.choice([None, 1, 3, 5]) for name in names}

    def sublists(self, clients: list[Client]) -> None:
        """Years with quantities, filings, services and policies of half of the clients each."""
        for key in ("clienti", "margine"):
            create_quantity(Quantity(label=key, is_money=key == "margine"), by=None)
        for model, size in ((ClientYear, 3), (Filing, 3), (ClientService, 2), (Policy, 3)):
            rows = {}
            for client in clients:
                for _ in range(self.chance.randint(-2, size)):
                    row = model(client=client, **self.values(model, without="client"))
                    rows[client.pk, *(fold(str(getattr(row, name))) for name in UNIQUE[model])] = row
            model.objects.bulk_create(rows.values())
        YearQuantity.objects.bulk_create(
            YearQuantity(client=client, year=year, quantity=quantity, value=self.chance.choice(AMOUNTS[:8]))
            for quantity in Quantity.objects.all()
            for client in clients
            for year in self.chance.sample([2023, 2024, 2025], self.chance.randint(0, 2))
        )
        mark_latest([client.pk for client in clients])

    def outcomes(self, clients: list[Client]) -> None:
        """Up to three recorded outcomes of half of the clients, some undone, some at the same moment; activities."""
        chance, types, outcomes = self.chance, list(AppointmentType.objects.all()), list(Outcome.objects.all())
        moments = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day in (1, 14, 15) for hour in (11, 23)]
        kinds = [ActivityKind.objects.create(name=name) for name in ("Rinnovo", "Proposta")]
        for client in clients:
            for _ in range(chance.randint(-2, 3)):
                kind, at = chance.choice(types), chance.choice(moments)
                Fulfilment.objects.create(
                    appointment=Appointment.objects.create(
                        client=client, type=kind, starts_at=at, ends_at=at + timedelta(hours=1)
                    ),
                    client=client,
                    type=kind,
                    outcome=chance.choice(outcomes),
                    author=chance.choice([None, *self.members]),
                    at=at,
                    points=chance.choice([0, 1, 4]),
                    undone_at=chance.choice([None, None, at]),
                )
        Activity.objects.bulk_create(
            Activity(
                client=client,
                kind=chance.choice(kinds),
                owner=chance.choice([None, *self.members]),
                status=chance.choice([None, *self.statuses]),
                status_at=chance.choice([None, *moments]),
                opened_at=chance.choice(moments),
                closed_at=chance.choice([None, *moments]),
            )
            for client in clients
            for _ in range(chance.randint(-1, 2))
        )

    def several(self, clients: list[Client], most: int, make: Callable[[], Any]) -> Iterator[Any]:
        for client in clients:
            for position in range(1, self.chance.randint(0, most) + 1):
                row = make()
                row.client, row.position = client, position
                yield row
