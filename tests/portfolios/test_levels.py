"""Levels and proposed thresholds (domain 10.2 and 10.4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios import levels

FIVE = (30, 90, 180, 365)
increasing = st.lists(st.integers(0, 1000), min_size=4, max_size=4, unique=True).map(sorted)
histograms = st.dictionaries(st.integers(0, 50), st.integers(1, 9), min_size=1).map(lambda found: sorted(found.items()))


@pytest.mark.parametrize(
    ("days", "level"),
    [(None, None), (0, 5), (30, 5), (31, 4), (90, 4), (91, 3), (180, 3), (181, 2), (365, 2), (366, 1), (9999, 1)],
)
def test_fewer_days_are_better_and_a_threshold_has_the_better_level(days: int | None, level: int | None) -> None:
    assert levels.recency_level(days, FIVE) == level


@pytest.mark.parametrize(("value", "level"), [(None, None), (-5, 1), (0, 1), (1, 2), (2, 3), (3, 3), (4, 4), (8, 5)])
def test_more_is_better_and_a_threshold_has_the_better_level(value: int | None, level: int | None) -> None:
    assert levels.level(value, (1, 2, 4, 8)) == level


@given(increasing, st.integers(0, 2000), st.integers(0, 2000))
def test_levels_are_monotone(thresholds: list[int], one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert levels.level(low, thresholds) <= levels.level(high, thresholds)  # type: ignore[operator]
    assert levels.recency_level(low, thresholds) >= levels.recency_level(high, thresholds)  # type: ignore[operator]


@given(increasing, st.integers(0, 1100))
def test_recency_is_known_to_get_worse_on_the_right_day(thresholds: list[int], days: int) -> None:
    level, wait = levels.recency_level(days, thresholds), levels.days_until_worse(days, thresholds)
    if wait is None:
        assert level == 1
    else:
        assert levels.recency_level(days + wait - 1, thresholds) == level
        assert levels.recency_level(days + wait, thresholds) == level - 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("scale", "thresholds", "fault"),
    [
        (3, [1, 2], ""),
        (5, [1, 2, 3, 4], ""),
        (3, [1, 2, 3, 4], "wrong_count"),
        (5, [1, 2, 2, 4], "not_increasing"),
        (3, [2, 1], "not_increasing"),
        (3, [-1, 2], "not_positive"),
    ],
)
def test_thresholds_are_checked(scale: int, thresholds: list[int], fault: str) -> None:
    assert levels.faults(scale, thresholds) == fault


@given(histograms, increasing, st.booleans())
def test_every_client_is_counted_in_the_level_of_his_value(
    histogram: list[tuple[int, int]], thresholds: list[int], inverted: bool
) -> None:
    of = levels.recency_level if inverted else levels.level
    wanted = [sum(clients for value, clients in histogram if of(value, thresholds) == place) for place in range(1, 6)]
    assert levels.counts(histogram, thresholds, inverted=inverted) == wanted


@given(histograms, st.sampled_from([3, 5]))
def test_proposed_thresholds_never_part_equal_values_and_never_fall(
    histogram: list[tuple[int, int]], scale: int
) -> None:
    proposed = levels.suggest(histogram, scale)
    assert len(proposed) == scale - 1
    assert proposed == sorted(proposed)
    assert sum(levels.counts(histogram, proposed, inverted=False)) == sum(clients for _value, clients in histogram)


def test_a_quantile_is_interpolated() -> None:
    assert levels.suggest([(0, 1), (10, 1), (20, 1), (30, 1)], 3) == [10, 20]
    assert levels.suggest([(0, 1), (10, 1)], 5) == [2, 4, 6, 8]
    assert levels.suggest([(Decimal("0.5"), 9), (7, 1)], 3) == [Decimal("0.5"), Decimal("0.5")]
    assert levels.suggest([], 3) == []
