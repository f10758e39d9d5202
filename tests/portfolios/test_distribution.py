"""What thresholds are chosen upon: histograms, counts and proposals, each beside an independent count."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from clients.models import ChangedClient, Client
from portfolios import levels, services
from portfolios.distribution import LADDERS, STEPS, distributions, proposal
from portfolios.enums import Measure
from portfolios.histograms import drawn
from portfolios.models import PALETTES, Score, Typology
from tenants.models import Firm, Membership
from tests.portfolios.test_services import AT, TODAY, sell

histograms = st.dictionaries(st.integers(0, 40), st.integers(1, 9), min_size=1).map(lambda found: sorted(found.items()))
KINDS = [(1, False), (1, True), (Decimal("0.01"), False)]
DAYS = [0, 0, 1, 29, 30, 31, 90, 91, 400, 9000]
AMOUNTS = ["-5.00", "0.00", "0.00", "0.01", "19.99", "20.00", "1000.00", "50000.00", "50000.01", "99999999.00"]


@pytest.fixture
def first(bound: Firm) -> Typology:
    """Ten clients whose four values are known."""
    typology: Typology = Typology.objects.get(position=1)
    Typology.objects.filter(pk=typology.pk).update(is_automatic=True)
    clients = Client.objects.bulk_create([Client(name=f"C{n}", last_name=f"C{n}") for n in range(10)])
    Score.objects.bulk_create(
        Score(
            firm=bound,
            client=client,
            position=1,
            last_sale_on=TODAY - timedelta(days=DAYS[place]) if place % 2 else None,
            recency=None if place % 2 else DAYS[place],
            frequency=[0, 0, 0, 1, 1, 2, 3, 8, 9, 2000][place],
            monetary=Decimal(AMOUNTS[place]),
            potentiality=Decimal(10_000) if place < 3 else None,
        )
        for place, client in enumerate(clients)
    )
    typology.refresh_from_db()
    return typology


def test_every_measure_is_counted_by_thresholds_that_lie_anywhere(first: Typology) -> None:
    thresholds = {
        Measure.RECENCY: [29, 30, 90, 365],
        Measure.FREQUENCY: [1, 2, 8, 9],
        Measure.MONETARY: [Decimal("0.01"), Decimal("19.99"), Decimal(20), Decimal("50000.01")],
        Measure.POTENTIALITY: [Decimal(1), Decimal(10_000), Decimal(10_001), Decimal(20_000)],
    }
    with CaptureQueriesContext(connection) as statements:
        found = distributions(first, thresholds, today=TODAY)

    assert len(statements) == 1
    amounts = [Decimal(amount) for amount in AMOUNTS]
    by_value = Counter(levels.level(amount, thresholds[Measure.MONETARY]) for amount in amounts)
    assert found["monetary"].counts(thresholds[Measure.MONETARY]) == [by_value[level] for level in range(1, 6)]
    by_days = Counter(levels.recency_level(days, thresholds[Measure.RECENCY]) for days in DAYS)
    assert found["recency"].counts(thresholds[Measure.RECENCY]) == [by_days[level] for level in range(1, 6)]
    assert found["frequency"].counts(thresholds[Measure.FREQUENCY]) == [3, 2, 2, 1, 2]
    assert found["potentiality"].counts(thresholds[Measure.POTENTIALITY]) == [0, 0, 3, 0, 0]
    assert {measure: found[measure].total for measure in Measure} == {
        "recency": 10, "frequency": 10, "monetary": 10, "potentiality": 3
    }  # fmt: skip


def test_bars_hold_every_client_once_and_each_is_coloured_by_its_level(first: Typology) -> None:
    found = distributions(first, {}, today=TODAY)

    for measure in Measure:
        assert sum(bar.clients for bar in found[measure].bars()) == found[measure].total
        assert len(found[measure].bars()) == len(LADDERS[measure]) + 1
    shapes = drawn(found["recency"], [30, 90], PALETTES[3]).bars
    held = {(bar.low, bar.high): (bar.clients, bar.tone) for bar in shapes if bar.clients}
    assert held[("", "0")] == (2, "green")
    assert held[("21", "30")] == (2, "green")
    assert held[("30", "45")] == (1, "amber")
    assert held[("90", "120")] == (1, "red")
    assert drawn(found["potentiality"], [], PALETTES[3]).bars[1].tone == "gray"


def test_a_proposal_agrees_with_the_quantiles_of_the_whole_list(first: Typology) -> None:
    amounts = sorted(Counter(Decimal(amount) for amount in AMOUNTS).items())
    for scale in (3, 5):
        exact = levels.usable(levels.suggest(amounts, scale), step=STEPS[Measure.MONETARY], inverted=False)
        assert proposal(first, Measure.MONETARY, scale, today=TODAY) == exact
        days = levels.suggest(sorted(Counter(DAYS).items()), scale)
        assert proposal(first, Measure.RECENCY, scale, today=TODAY) == levels.usable(days, step=1, inverted=True)
    assert proposal(Typology.objects.get(position=2), Measure.MONETARY, 5, today=TODAY) == []


def test_many_equal_clients_stay_together_and_the_levels_without_anybody_say_so(first: Typology) -> None:
    Score.objects.update(frequency=1)

    proposed = proposal(first, Measure.FREQUENCY, 5, today=TODAY)
    found = distributions(first, {Measure.FREQUENCY: proposed}, today=TODAY)

    assert proposed == [2, 3, 4, 5]
    assert found["frequency"].counts(proposed) == [10, 0, 0, 0, 0]


@given(histograms, st.sampled_from([3, 5]), st.sampled_from(KINDS))
def test_a_proposal_can_always_be_kept(
    histogram: list[tuple[int, int]], scale: int, kind: tuple[levels.Number, bool]
) -> None:
    step, inverted = kind
    proposed = levels.usable(levels.suggest(histogram, scale), step=step, inverted=inverted)

    assert levels.faults(scale, proposed) == ""
    assert all(threshold % step == 0 for threshold in proposed)
    assert sum(levels.counts(histogram, proposed, inverted=inverted)) == sum(clients for _value, clients in histogram)


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=4, unique=True).map(sorted), histograms, st.booleans())
def test_cuts_that_differ_share_the_clients_as_they_are(
    cuts: list[int], histogram: list[tuple[int, int]], inverted: bool
) -> None:
    """Whoever is at a cut stays below it (10.6); of Recency below is better."""
    spread = [(value * 250, clients) for value, clients in histogram]
    counted = levels.counts(spread, levels.usable(cuts, step=1, inverted=inverted), inverted=inverted)

    below = [0] * 5
    for value, clients in spread:
        below[sum(cut < value for cut in cuts)] += clients
    assert counted == (below[::-1] if inverted else below)


def test_new_thresholds_give_new_levels_at_once_and_the_groups_hear_of_it(first: Typology, ada: Membership) -> None:
    client = Client.objects.get(name="C0")
    sell(client, first, by=ada, amount="100.00")
    ChangedClient.objects.all().delete()

    services.edit_typology(first, {"monetary_thresholds": [Decimal(n) for n in (1, 2, 3, 4)]}, by=ada, at=AT)

    assert Score.objects.get(client=client, position=1).monetary_level == 5
    assert ChangedClient.objects.filter(client_id=client.pk).exists()


def test_a_sale_that_moves_a_level_is_on_the_list_of_the_night(first: Typology, ada: Membership) -> None:
    client = Client.objects.get(name="C0")
    ChangedClient.objects.all().delete()

    sell(client, first, by=ada)

    assert ChangedClient.objects.filter(client_id=client.pk).exists()
