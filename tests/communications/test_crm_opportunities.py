"""Opportunities of a real CRM: companies, services and states equal an independent count over its files."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Count

from clients.enums import ClientKind
from clients.models import Client
from communications.enums import OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.services import NewOpportunity, ServiceDetails, create_service, enter_opportunities
from tenants.models import Membership
from tests.clients.imports.cast import counts, import_text
from tests.communications.making import found
from tests.shared_data import shared_data

FOLDER = "crm_opportunities"
STATES = {"Won": OpportunityState.ACCEPTED, "Lost": OpportunityState.DECLINED}
# The pipeline calls one product otherwise than the list of products.
SPELLINGS = {"GTXPro": "GTX Pro"}


@dataclass(frozen=True)
class Line:
    """A row of the pipeline, read without the product."""

    number: str
    account: str
    product: str
    state: OpportunityState
    engaged: datetime | None
    closed: datetime | None


def day(text: str) -> datetime | None:
    return datetime.strptime(text, "%d-%m-%y").replace(hour=12, tzinfo=UTC) if text else None


def lines() -> Iterator[Line]:
    with shared_data(FOLDER, "sales_pipeline.csv").open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            yield Line(
                number=row["opportunity_id"],
                account=row["account"],
                product=SPELLINGS.get(row["product"], row["product"]),
                state=STATES.get(row["deal_stage"], OpportunityState.OPEN),
                engaged=day(row["engage_date"]),
                closed=day(row["close_date"]),
            )


def entry(line: Line, clients: dict[str, int], services: dict[str, ServiceOpportunity]) -> NewOpportunity:
    """What nobody has engaged in yet was opened on the day of the list's end; no account is nobody."""
    return NewOpportunity(
        client_id=clients.get(line.account, 0),
        opportunity=services[line.product],
        opened_at=line.engaged or datetime(2017, 12, 31, 12, tzinfo=UTC),
        state=line.state,
        closed_at=line.closed,
        external_source="maven",
        external_id=line.number,
    )


@pytest.mark.usefixtures("bound")
def test_companies_services_and_states_equal_a_count_over_the_files(ada: Membership) -> None:
    accounts = shared_data(FOLDER, "accounts.csv").read_bytes()
    job = import_text(accounts, {"account": "company_name"}, by=ada)
    assert counts(job) == (85, 0, 0, 0)
    with shared_data(FOLDER, "products.csv").open(encoding="ascii", newline="") as file:
        names = [row["product"] for row in csv.DictReader(file)]
    services = {name: create_service(ServiceDetails(name=name), by=ada) for name in names}
    clients = dict(Client.objects.values_list("company_name", "pk"))
    with connection.cursor() as cursor:
        # Key checks that this session planned when its tables were empty would read all of them for each row.
        cursor.execute("DISCARD PLANS")

    read = list(lines())
    refusals = enter_opportunities([entry(line, clients, services) for line in read], by=ada)

    assert (len(read), len(names), Client.objects.filter(kind=ClientKind.COMPANY).count()) == (8_800, 7, 85)
    # Worked out from the file alone: who has no account is nobody's, and what is open is open once.
    told = [line for line in read if line.account]
    closed = Counter((line.account, line.product, line.state.value) for line in told if line.closed)
    pairs = {(line.account, line.product) for line in told if line.state == OpportunityState.OPEN}
    twice = sum(line.state == OpportunityState.OPEN for line in told) - len(pairs)
    assert Counter(refusal.code for refusal in refusals) == {
        "unknown_client": len(read) - len(told),
        "already_open": twice,
    }
    expected = closed + Counter((*pair, "open") for pair in pairs)
    stored = ClientOpportunity.objects.order_by().values_list("client__company_name", "opportunity__name", "state")
    assert {tuple(row): n for *row, n in stored.annotate(n=Count("pk"))} == dict(expected)
    print(f"companies: 85, proposals: {expected.total()}, refused: {len(refusals)}")  # noqa: T201 - how much was loaded

    # How each company stands with each product, by the field of the catalogue, in SQL and in memory.
    for name, service in services.items():
        over = {line.account for line in told if line.product == name and line.closed}
        open_ones = {account for account, product in pairs if product == name}
        assert found(f"opportunity.{service.key}", "eq", "open") == sorted(open_ones)
        never = set(clients) - open_ones - over
        assert found(f"opportunity.{service.key}", "empty") == sorted(never)

    again = enter_opportunities([entry(line, clients, services) for line in read], by=ada)
    assert Counter(refusal.code for refusal in again) == Counter(refusal.code for refusal in refusals)
    assert ClientOpportunity.objects.count() == expected.total()
    assert not ClientOpportunity.objects.filter(version__gt=1).exists()
