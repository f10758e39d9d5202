"""The list by the values of one field: every number is the length of the list to which it leads (SIS-15)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.board import read_board
from clients.catalogue import fields, where
from clients.facts import with_fields
from clients.filters.parsing import parse
from clients.grouping import MOST_PARTS, first_of_each, groupable_fields, read_grouped
from clients.layouts import Asked
from clients.listing import columns_named
from clients.models import Client
from tenants.models import Firm, Membership
from tests.clients.builders import new_client
from tests.clients.filters.population import TODAYS, Population, populate

SUMMED = ("aum", "liquidity", "household.aum", "custom.un_money", "year.revenue")


@pytest.fixture
def people(bound: Firm) -> Population:
    return populate(seed=3, today=TODAYS[0])


def test_every_count_is_the_length_of_the_list_to_which_it_leads(people: Population) -> None:
    everybody, wrong = Client.objects.all(), []
    for field in groupable_fields():
        grouped = read_grouped(everybody, field, [], today=people.today)
        assert grouped.total == everybody.count()
        for part in grouped.parts:
            if part.document is None:
                continue
            held = everybody.filter(where(parse(part.document, fields()), today=people.today)).count()
            if held != part.number:
                wrong.append((field.name, part.label, part.number, held))
    assert wrong == []
    named = {field.name for field in groupable_fields()}
    assert named >= {"status", "age", "aum", "labels", "city", "year.latest", "service.active", "opportunity.ltc"}
    assert named >= {"opportunities.open", "plan.due_on", "custom.un_choice", "advisor"}
    assert not named & {"name", "tax_code", "email", "notes"}


def test_every_sum_is_that_of_the_clients_who_were_counted(people: Population) -> None:
    columns = [fields()[name] for name in SUMMED]
    for name in ("labels", "status", "policy.branch"):
        grouped = read_grouped(Client.objects.all(), fields()[name], columns, today=people.today)
        assert [field.name for field in grouped.summed] == list(SUMMED)
        for part in grouped.parts:
            clients = Client.objects.filter(where(parse(part.document, fields()), today=people.today))
            loaded = list(with_fields(clients, columns))
            for column, total in zip(columns, part.sums, strict=True):
                values = [v for one in loaded for v in column.read(one, people.today) if v is not None]
                assert total == (sum(values) if values else None), (name, part.label, column.name)
    assert any(total for part in grouped.parts for total in part.sums)


def test_the_first_of_each_value_stand_in_the_order_of_the_list(people: Population) -> None:
    found = first_of_each(Client.objects.all(), fields()["status"], ordering="-aum", today=people.today, most=3)
    for status, first in found.items():
        own = Client.objects.filter(status=status) if status else Client.objects.filter(status__isnull=True)
        expected = sorted(own, key=lambda one: (one.aum is None, -(one.aum or 0), one.pk))[:3]
        assert first == [client.pk for client in expected]


def test_a_board_takes_as_many_statements_for_many_clients_as_for_few(bound: Firm, ada: Membership) -> None:
    asked = Asked(today=TODAYS[0], columns=columns_named(["status", "aum", "advisor"]), grouping=fields()["category"])

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            board = read_board(Client.objects.all(), asked)
        assert sum(len(lane.rows) + lane.more for lane in board.lanes) == board.total
        return len(captured)

    new_client("Primo", advisor=ada)
    statements()  # What the firm's catalogue consists of is asked once.
    few = statements()
    for number in range(30):
        new_client(f"Altro {number}", aum=number * 1_000)
    assert statements() == few <= 8


def test_of_very_many_values_the_largest_are_shown_and_the_rest_is_counted(bound: Firm) -> None:
    for number in range(MOST_PARTS + 5):
        new_client(f"Cliente {number}", addresses=[{"city": f"Paese {number}"}])
    new_client("Ultimo", addresses=[{"city": "Paese 64"}])

    grouped = read_grouped(Client.objects.all(), fields()["city"], [], today=TODAYS[0])

    assert len(grouped.parts) == MOST_PARTS + 1
    assert (grouped.parts[0].label, grouped.parts[0].number) == ("Paese 64", 2)
    assert (grouped.parts[-1].document, grouped.parts[-1].number) == (None, 5)
    assert sum(part.number for part in grouped.parts) == grouped.total
