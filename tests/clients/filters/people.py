"""Rows about clients with random values and gaps, as the tables take them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from clients.custom.definitions import definitions
from clients.enums import CustomType, ListName
from clients.fields import CoordinateField, FoldedField, MoneyField
from clients.filters.folding import fold
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
from communications.enums import ENDED, CampaignResponse, OpportunityState
from communications.models import (
    Campaign,
    CampaignMember,
    ClientOpportunity,
    Communication,
    CommunicationRun,
    CommunicationTemplate,
    ServiceOpportunity,
)
from outcomes.models import Activity, Fulfilment, Outcome
from outcomes.services import KindDetails, create_kind
from portfolios.models import LevelChange, Link, Portfolio, Score, Subject, Typology
from scheduling.models import Appointment, AppointmentType
from tenants.models import Membership, User

TEXTS = [
    "Forlì", "FORLI", "forli'", "D’Angelo", "D'ANGELO", "Straße", "strasse", "100%", "1000", "a_b", "acb", "\\", "a\\b",
    "İstanbul", "Yıldız", "ﬁnanza", "Łódź", "  spazi \t doppi ", "O'Neil; DROP TABLE", '"', "日本", "😀", "e\u0301",
    "É", "Reggio nell'Emilia", "\u0301", " ", "x" * 90, "%s", "{0}", "NULL", "nessuno",
]  # fmt: skip
CODES = ["RSSMRA80A01H501U", "00743110157", "IT", "FC", "47121", "SW1A 1AA", "A%B", "A_B"]
DATES = [
    date(1, 1, 1), date(1900, 2, 28), date(1968, 2, 29), date(2000, 2, 29), date(2001, 2, 28), date(1970, 3, 15),
    date(2023, 2, 27), date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 29), date(2024, 3, 7), date(2026, 3, 15),
    date(2026, 3, 22), date(2026, 12, 31), date(2027, 1, 1), date(9999, 12, 31),
]  # fmt: skip
AMOUNTS = [
    Decimal(text)
    for text in ("0", "0.01", "99999.99", "100000", "100000.01", "499999.99", "500000", "500000.01", "9999999999999.99")
]
DEGREES = [Decimal(degrees) for degrees in ("45.4642", "0", "-89.999999", "9.19")]
UNIQUE: dict[type[models.Model], tuple[str, ...]] = {
    ClientYear: ("year",),
    Filing: ("type_id", "year", "period"),
    ClientService: ("service_id",),
    Policy: ("company", "number"),
}


class Maker:
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
        return [text for text in CODES if len(text) <= (column.max_length or 100)]

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
        kinds = [create_kind(KindDetails(name=name), by=None) for name in ("Rinnovo", "Proposta")]
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
                closed_at=chance.choice([None, None, None, *moments]),
            )
            for client in clients
            for _ in range(chance.randint(-1, 2))
        )

    def opportunities(self, clients: list[Client]) -> None:
        """Of some services none, of others several proposals, closed at the same moment too; at most one is open."""
        chance, services = self.chance, list(ServiceOpportunity.objects.all())
        moments = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day in (1, 14) for hour in (11, 23)]
        ClientOpportunity.objects.bulk_create(
            ClientOpportunity(
                client=client,
                opportunity=service,
                state=chance.choice(ENDED) if number else OpportunityState.OPEN,
                opened_at=moments[0],
                closed_at=chance.choice(moments) if number else None,
            )
            for client in clients
            for service in chance.sample(services, 3)
            for number in range(chance.choice([0, 0, 1]), chance.choice([0, 1, 3, 4]))
        )

    def letters(self, clients: list[Client]) -> None:
        """Half of them in campaigns; communications that were sent, at the same moment too, and some that were not."""
        chance, template = self.chance, CommunicationTemplate.objects.first()
        moments = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day in (1, 14) for hour in (11, 23)]
        for name in ("Primavera", "Autunno"):
            campaign = Campaign.objects.create(name=name, starts_on=date(2026, 3, 1))
            answers = [chance.choice(CampaignResponse.values) for _ in clients]
            CampaignMember.objects.bulk_create(
                CampaignMember(campaign=campaign, client=client, at=moments[0], response=answer)
                for client, answer in zip(clients, answers, strict=True)
                if chance.random() < 0.5
            )
            run = CommunicationRun.objects.create(
                template=template,
                kind=template.kind,
                name=name,
                by=self.members[0],
                created_at=moments[0],
                moved_at=moments[0],
            )
            Communication.objects.bulk_create(
                Communication(
                    run=run,
                    client=client,
                    address="a@x.example",
                    generated_at=moments[0],
                    sent_at=chance.choice([None, *moments]),
                )
                for client in clients
                if chance.random() < 0.5
            )

    def several(self, clients: list[Client], most: int, make: Callable[[], Any]) -> Iterator[Any]:
        for client in clients:
            for position in range(1, self.chance.randint(0, most) + 1):
                row = make()
                row.client, row.position = client, position
                yield row
