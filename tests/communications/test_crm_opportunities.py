"""Opportunities of a real CRM through the importers' door equal a count over its files: companies, services, states."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.db.models import Count

from clients.enums import ClientKind
from clients.imports import jobs
from clients.models import Client, RefusedRow
from communications.enums import OpportunityState
from communications.models import ClientOpportunity
from communications.opportunity_files.kind import OPPORTUNITIES
from communications.services import ServiceDetails, create_service
from tenants.models import Membership
from tests.clients.imports.cast import counts, import_text
from tests.communications.making import found
from tests.shared_data import shared_data

FOLDER = "crm_opportunities"
STATES = {"Won": OpportunityState.ACCEPTED, "Lost": OpportunityState.DECLINED}
# The pipeline calls one product otherwise than the list of products.
SPELLINGS = {"GTXPro": "GTX Pro"}
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A row of the pipeline, read without the product."""

    number: int
    account: str
    product: str
    state: OpportunityState
    engaged: date | None
    closed: date | None


def day(text: str) -> date | None:
    return datetime.strptime(text, "%d-%m-%y").replace(tzinfo=UTC).date() if text else None


def lines() -> Iterator[Line]:
    with shared_data(FOLDER, "sales_pipeline.csv").open(encoding="ascii", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            yield Line(
                number=number,
                account=row["account"],
                product=SPELLINGS.get(row["product"], row["product"]),
                state=STATES.get(row["deal_stage"], OpportunityState.OPEN),
                engaged=day(row["engage_date"]),
                closed=day(row["close_date"]),
            )


@pytest.mark.usefixtures("bound")
def test_companies_services_and_states_equal_a_count_over_the_files(ada: Membership) -> None:
    accounts = shared_data(FOLDER, "accounts.csv").read_bytes()
    job = import_text(accounts, {"account": "company_name"}, by=ada)
    assert counts(job) == (85, 0, 0, 0)
    with shared_data(FOLDER, "products.csv").open(encoding="ascii", newline="") as file:
        names = [row["product"] for row in csv.DictReader(file)]
    services = {name: create_service(ServiceDetails(name=name), by=ada) for name in names}
    clients = set(Client.objects.values_list("company_name", flat=True))
    pipeline = shared_data(FOLDER, "sales_pipeline.csv").read_bytes()
    given = {"name": "sales_pipeline.csv", "mapping": None, "dry_run": False, "by": ada, "at": AT}

    job = OPPORTUNITIES.import_file(BytesIO(pipeline), **given)

    read = list(lines())
    assert (len(read), len(names), Client.objects.filter(kind=ClientKind.COMPANY).count()) == (8_800, 7, 85)
    # Worked out from the file alone: who has no account is nobody's, and what is open is open once.
    told = [line for line in read if line.account]
    closed = Counter((line.account, line.product, line.state.value) for line in told if line.closed)
    still_open = [line for line in told if line.state == OpportunityState.OPEN]
    first = {(line.account, line.product): line.number for line in reversed(still_open)}
    refused = {line.number: ("account", "missing_value") for line in read if not line.account} | {
        line.number: ("product", "already_open")
        for line in still_open
        if first[line.account, line.product] != line.number
    }
    rows = RefusedRow.objects.filter(import_job=job)
    assert {row.line: (row.column, row.code) for row in rows} == refused
    expected = closed + Counter((*pair, "open") for pair in first)
    assert counts(job) == (expected.total(), 0, 0, len(refused))
    stored = ClientOpportunity.objects.order_by().values_list("client__company_name", "opportunity__name", "state")
    assert {tuple(row): n for *row, n in stored.annotate(n=Count("pk"))} == dict(expected)
    days = ClientOpportunity.objects.filter(closed_at__isnull=False).values_list("opened_at__date", "closed_at__date")
    assert Counter(days) == Counter((line.engaged, line.closed) for line in told if line.closed)
    print(f"companies: 85, proposals: {expected.total()}, refused: {len(refused)}")  # noqa: T201 - how much was loaded

    # How each company stands with each product, by the field of the catalogue, in SQL and in memory.
    for name, service in services.items():
        over = {line.account for line in told if line.product == name and line.closed}
        open_ones = {account for account, product in first if product == name}
        assert found(f"opportunity.{service.key}", "eq", "open") == sorted(open_ones)
        assert found(f"opportunity.{service.key}", "empty") == sorted(clients - open_ones - over)

    again = OPPORTUNITIES.import_file(BytesIO(pipeline), **given)
    assert counts(again) == (0, 0, expected.total(), len(refused))
    assert not ClientOpportunity.objects.filter(version__gt=1).exists()
    jobs.ask_for_undo(job, by=ada)
    assert jobs.work_on(job.pk, at=AT)
    assert not ClientOpportunity.objects.exists()
