"""Incremental recomputation equals full recomputation, and only what changed is written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients import catalogue
from clients.filters.parsing import parse
from clients.models import Client
from clients.worklist import Selection, WorkList
from portfolios import scoring
from portfolios.models import LevelChange, ManualValue, Sale, Score, Typology
from portfolios.nights import refresh_scores
from tenants.models import Firm
from tests.portfolios import oracle
from tests.portfolios.ledger import sale, scores, stored

START = date(2024, 2, 20)
PEOPLE = 3
amounts = st.sampled_from([Decimal(text) for text in ("0.00", "10.00", "2500.00", "-50.00")])
steps = st.one_of(
    st.tuples(st.just("sell"), st.integers(0, PEOPLE - 1), st.integers(-800, 40), amounts),
    st.tuples(st.just("reverse"), st.integers(0, 20)),
    st.tuples(st.just("by_hand"), st.integers(0, PEOPLE - 1), st.sampled_from([None, 0, 31])),
    st.tuples(st.just("wait"), st.sampled_from([1, 1, 2, 9, 31, 366])),
)


@pytest.fixture
def first(bound: Firm) -> Typology:
    return Typology.objects.get(position=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=1, max_size=12))
def test_recomputing_what_changed_equals_recomputing_everything(
    first: Typology, course: list[tuple[object, ...]]
) -> None:
    for model in (Sale, ManualValue, Score, LevelChange, Client):
        model.objects.all().delete()
    people = [Client.objects.create(name=f"N {n}", last_name=f"N {n}").pk for n in range(PEOPLE)]
    first.is_automatic = True
    today, changed = START, set(people)
    for step in course:
        match step:
            case "sell", int(who), int(offset), Decimal() as amount:
                sale(people[who], first, today + timedelta(days=offset), amount).save()
                changed.add(people[who])
            case "reverse", int(place):
                for row in Sale.objects.filter(reversed_at=None).order_by("pk")[place : place + 1]:
                    Sale.objects.filter(pk=row.pk).update(reversed_at="2024-01-01T00:00Z")
                    changed.add(row.client_id)
            case "by_hand", int(who), value:
                ManualValue.objects.update_or_create(
                    client_id=people[who], typology=first, defaults={"recency": value, "frequency": value}
                )
                changed.add(people[who])
            case "wait", int(days):
                scoring.score(first, today=today, clients=Selection(sorted(changed)))
                today, changed = today + timedelta(days=days), set()
                changed.update(scoring.due(first, today=today))
    scoring.score(first, today=today, clients=Selection(sorted(changed)))
    incremental = list(Score.objects.order_by("client_id").values_list())

    assert scoring.score(first, today=today) == []
    Score.objects.all().delete()
    scoring.score(first, today=today)
    assert list(Score.objects.order_by("client_id").values_list()) == incremental


def test_the_window_is_half_open_also_on_a_leap_day(first: Typology) -> None:
    purchases = [("a", date(2023, 2, 28), Decimal(1)), ("b", date(2023, 3, 1), Decimal(2))]
    ids = stored(purchases, first)
    scoring.score(first, today=date(2024, 2, 29))
    found = {customer: scores(date(2024, 2, 29))[pk][0] for customer, pk in ids.items()}
    assert found == oracle.measures(purchases, date(2024, 2, 29))
    assert [found[customer].frequency for customer in "ab"] == [0, 1]


def test_a_second_computation_writes_nothing(first: Typology) -> None:
    stored([("a", START, Decimal(100)), ("b", START - timedelta(days=40), Decimal(-7))], first)
    assert len(scoring.score(first, today=START)) == 2
    assert scoring.score(first, today=START) == []


def test_each_change_of_a_level_is_noted_once_with_its_day(first: Typology) -> None:
    stored([("a", START, Decimal(100))], first)
    for day in (START, START + timedelta(days=30), START + timedelta(days=31), START + timedelta(days=32)):
        scoring.score(first, today=day)
    noted = LevelChange.objects.order_by("on").values_list("on", "recency_level")
    assert list(noted) == [(START, 5), (START + timedelta(days=31), 4)]


def test_a_value_entered_by_hand_wins_until_it_is_cleared(first: Typology) -> None:
    ids = stored([("a", START, Decimal(100))], first)
    by_hand = ManualValue.objects.create(client_id=ids["a"], typology=first, recency=400, potentiality=Decimal(60_000))
    scoring.score(first, today=START)
    row = Score.objects.get()
    assert (row.recency, row.recency_level, row.by_hand, row.frequency, row.potentiality_level) == (400, 1, 1, 1, 3)
    by_hand.recency = None
    by_hand.save()
    scoring.score(first, today=START)
    assert Score.objects.values_list("recency", "recency_level", "by_hand").get() == (None, 5, 0)


def test_a_typology_without_sales_says_nothing_but_what_was_entered(first: Typology) -> None:
    client = Client.objects.create(name="A", last_name="A")
    Client.objects.create(name="B", last_name="B")
    by_hand = ManualValue.objects.create(client=client, typology=first, frequency=9)
    scoring.score(first, today=START)
    assert Score.objects.values_list("client_id", "frequency", "frequency_level", "monetary").get() == (
        client.pk,
        9,
        5,
        None,
    )
    by_hand.delete()
    assert scoring.score(first, today=START) == [client.pk]
    assert not Score.objects.exists()


def test_a_night_looks_only_at_whom_something_changed(first: Typology) -> None:
    ids = stored([("a", START, Decimal(100)), ("b", START, Decimal(100))], first)
    refresh_scores(today=START, listed=WorkList())
    with CaptureQueriesContext(connection) as captured:
        assert refresh_scores(today=START + timedelta(days=1), listed=WorkList(ids=set())) == 0
    assert not [query for query in captured if "INSERT" in query["sql"]], "nobody is due: nobody is computed"
    Sale.objects.bulk_create([sale(ids["a"], first, START + timedelta(days=2), Decimal(50))])
    listed = WorkList(ids={ids["a"]})
    assert refresh_scores(today=START + timedelta(days=2), listed=listed) == 1
    assert refresh_scores(today=START + timedelta(days=31), listed=WorkList(ids=set())) == 1, "only the other fell"


def test_who_fell_from_five_to_three_is_found(first: Typology) -> None:
    ids = stored([("a", START, Decimal(100)), ("b", START - timedelta(days=50), Decimal(100))], first)
    for day in (START, START + timedelta(days=100)):
        scoring.score(first, today=day)
    asked = parse(
        {
            "all": [
                {"field": "portfolio.1.recency_level_90d_ago", "op": "eq", "value": 5},
                {"field": "portfolio.1.recency_level", "op": "eq", "value": 3},
            ]
        },
        catalogue.fields(),
    )
    found = Client.objects.filter(catalogue.where(asked, today=START + timedelta(days=100)))
    assert [client.pk for client in found] == [ids["a"]]
