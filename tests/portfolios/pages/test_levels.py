"""Settings → Portafogli → Livelli: thresholds typed, proposed, refused; another scale wants all of them anew."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Client
from portfolios.models import Score, Typology
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page

Browse = Callable[[Membership], Browser]
FIVE: dict[str, Any] = {
    "scale": 5,
    **{f"recency_{n}": days for n, days in enumerate((30, 60, 90, 365), start=1)},
    **{f"frequency_{n}": n for n in range(1, 5)},
    **{f"monetary_{n}": f"{n}.000,50" for n in range(1, 5)},
    **{f"potentiality_{n}": f"{n * 100}" for n in range(1, 5)},
    **{f"tone_{n}": tone for n, tone in enumerate(("red", "pink", "gray", "blue", "green"), start=1)},
}


@pytest.fixture
def first(firm: Firm) -> Typology:
    """Ten clients who bought today, yesterday …, by one sale more each."""
    with use_firm(firm):
        found: Typology = Typology.objects.get(position=1)
        clients = Client.objects.bulk_create([Client(name=f"C{n}", last_name=f"C{n}") for n in range(10)])
        today = local_today(firm)
        Score.objects.bulk_create(
            Score(
                firm=firm,
                client=client,
                position=1,
                last_sale_on=today - timedelta(days=10 * n),
                frequency=n,
                monetary=Decimal(1000 * n),
            )
            for n, client in enumerate(clients)
        )
        return found


@pytest.fixture
def address(first: Typology, ada: Membership) -> str:
    return page(ada, f"settings/portfolio-types/{first.pk}/levels/")


def again(firm: Firm) -> Typology:
    with use_firm(firm):
        found: Typology = Typology.objects.get(position=1)
        return found


def test_levels_are_typed_as_people_write_them(firm: Firm, ada: Membership, address: str, browse: Browse) -> None:
    answer = browse(ada).post(address, FIVE)

    assert answer.status_code == 302
    saved = again(firm)
    assert saved.recency_thresholds == [30, 60, 90, 365]
    assert saved.monetary_thresholds == [Decimal(f"{n}000.50") for n in range(1, 5)]
    assert saved.palette == ["red", "pink", "gray", "blue", "green"]


def test_thresholds_that_do_not_increase_are_refused_at_their_measure(
    firm: Firm, ada: Membership, address: str, browse: Browse
) -> None:
    answer = browse(ada).post(address, {**FIVE, "frequency_3": "2"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["frequency_1"]
    assert 'id="id_frequency_1_error"' in answer.content.decode()
    assert again(firm).frequency_thresholds == [1, 2, 4, 8]


def test_another_scale_asks_for_new_thresholds_and_is_not_saved_without(
    firm: Firm, ada: Membership, address: str, browse: Browse
) -> None:
    browser = browse(ada)
    shown = browser.get(address, {"scale": "3"})
    kept = {"scale": 3, **{f"tone_{n}": "red" for n in range(1, 4)}}
    without = browser.post(address, kept)
    half = browser.post(address, {**FIVE, **kept, "potentiality_2": ""})

    assert shown.context["form"].thresholds("recency") == []
    assert (without.status_code, half.status_code) == (422, 422)
    assert list(half.context["form"].errors) == ["potentiality_2"]
    assert again(firm).scale == 5
    assert browser.post(address, {**FIVE, **kept}).status_code == 302
    saved = again(firm)
    assert (saved.scale, saved.recency_thresholds, saved.palette) == (3, [30, 60], ["red", "red", "red"])


def test_a_proposal_fills_one_measure_keeps_the_others_and_saves_nothing(
    firm: Firm, ada: Membership, address: str, browse: Browse
) -> None:
    answer = browse(ada).post(address, {**FIVE, "suggest": "frequency"}, headers={"HX-Request": "true"})

    form = answer.context["form"]
    assert answer.status_code == 200
    assert form.thresholds("frequency") == [2, 4, 6, 8]
    assert form.thresholds("monetary")[0] == Decimal("1000.50")
    assert again(firm).frequency_thresholds == [1, 2, 4, 8]
    [_recency, frequency, *_others] = answer.context["cards"]
    assert [row.clients for row in frequency.rows] == [2, 2, 2, 2, 2]


def test_whoever_has_no_value_has_no_proposal(ada: Membership, address: str, browse: Browse) -> None:
    answer = browse(ada).post(address, {**FIVE, "suggest": "all"})

    assert answer.context["form"].thresholds("recency") == [18, 36, 54, 72]
    assert answer.context["form"].thresholds("potentiality") == [Decimal(100 * n) for n in range(1, 5)]


def test_what_is_moved_is_counted(ada: Membership, address: str, browse: Browse) -> None:
    browser, moved = browse(ada), {"measure": "recency", "scale": "5", **FIVE}
    counted = browser.get(f"{address}counts/", moved).json()
    falling = browser.get(f"{address}counts/", {**moved, "recency_2": "20"}).json()
    half = browser.get(f"{address}counts/", {**moved, "recency_2": "x"}).json()
    other = browser.get(f"{address}counts/", {"measure": "fame"}).json()

    assert counted == {"counts": {"recency": [0, 0, 3, 3, 4]}}
    assert falling == half == other == {"counts": {}}


def test_the_levels_are_for_who_configures(alice: Membership, first: Typology, browse: Browse) -> None:
    address = page(alice, f"settings/portfolio-types/{first.pk}/levels/")
    assert browse(alice).get(address).status_code == 403
    assert browse(alice).get(f"{address}counts/").status_code == 403
