"""A page of the client list holds no client against each other, also where the planner knows nothing of a table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import listing
from clients.models import Client, Household, Profile
from clients.queries import with_record
from tenants.models import Membership
from tests.clients.builders import new_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

MANY = 3_000
PAGE = 50
# Tables that hold a row for each client, or nearly.
OF_CLIENTS = {"clients_client", "clients_profile", "clients_household", "scheduling_clientplan"}


@pytest.fixture
def some(ada: Membership) -> list[Client]:
    """Fifty of three thousand, each in a household, of tables that were analysed when they were empty."""
    with connection.cursor() as cursor:
        for table in sorted(OF_CLIENTS):
            cursor.execute(f"ANALYZE {table}")
    model = new_client(advisor=ada)
    made = Client.objects.bulk_create(
        [Client(last_name=f"Rossi {n}", name=f"Rossi {n}", advisor=ada) for n in range(MANY)]
    )
    homes = Household.objects.bulk_create([Household(name=f"Casa {n}") for n in range(MANY)])
    pairs = zip(made, homes, strict=True)
    Profile.objects.bulk_create([Profile(client=one, household=home, company=model) for one, home in pairs])
    return made[:: MANY // PAGE]


def test_no_join_multiplies_the_clients(some: list[Client], ada: Membership) -> None:
    """With every column there is, and as the record is read: a table is read once at most, not once for each client."""
    ada.preferences[listing.PREFERENCE] = [field.name for field in listing.offered_columns()]
    columns = listing.chosen_columns(ada)
    with CaptureQueriesContext(connection) as captured:
        listing._loaded(some, columns)
        with_record(Client.objects.all()).get(pk=some[0].pk)
    statements = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]

    read = [each for statement in statements for each in scans(explained(statement))]

    assert max(statement.count(" JOIN ") for statement in statements) > 5
    assert {table for table, _rows in read} >= OF_CLIENTS
    assert [each for each in read if each[1] > MANY + PAGE] == []


def explained(statement: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        [[plan]] = cursor.fetchall()
    found: dict[str, Any] = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return found


def scans(node: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Each scan of a table of clients, with how many of its rows were touched."""
    table = node.get("Relation Name")
    if table in OF_CLIENTS:
        touched = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield table, touched * node["Actual Loops"]
    for child in node.get("Plans", []):
        yield from scans(child)
