"""Amounts, dates and counts as Italians and Europeans write them (frontend.md 2, "Italian formats")."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import timezone, translation

from web import formatting

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("it", ["1.234,56\xa0€", "-1.234.567,50\xa0€", "31,4\xa0Mln\xa0€", "45.000\xa0€", "45.211", "2,1\xa0%"]),
        ("en", ["€1,234.56", "-€1,234,567.50", "€31.4M", "€45,000", "45,211", "2.1%"]),
    ],
)
def test_amounts_follow_the_language(language: str, shown: list[str]) -> None:
    with translation.override(language):
        assert [
            formatting.money(Decimal("1234.56")),
            formatting.money(Decimal("-1234567.5")),
            formatting.money_compact(Decimal(31_400_000)),
            formatting.money_compact(Decimal(45_000)),
            formatting.number(45211),
            formatting.percent(Decimal("0.021")),
        ] == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("it", ["21/11/2026", "sab 21/11", "sabato 21 novembre 2026", "novembre 2026"]),
        ("en", ["21/11/2026", "Sat 21/11", "Saturday 21 November 2026", "November 2026"]),
    ],
)
def test_days_follow_the_language(language: str, shown: list[str]) -> None:
    with translation.override(language):
        assert [
            show(SATURDAY) for show in (formatting.day, formatting.weekday, formatting.long_day, formatting.month)
        ] == shown


def test_a_moment_is_shown_in_the_zone_of_the_firm() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    with timezone.override("Europe/Rome"), translation.override("it"):
        assert formatting.day(late) == "21/11/2026"
        assert formatting.clock(late) == "00:30"
        assert formatting.moment(late) == "21/11/2026 00:30"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 21), "today"),
        (date(2026, 11, 22), "tomorrow"),
        (date(2026, 11, 20), "yesterday"),
        (date(2026, 11, 26), "in 5 days"),
        (date(2026, 11, 12), "9 days ago"),
    ],
)
def test_a_day_is_said_from_today(day: date, words: str) -> None:
    with translation.override("en"):
        assert formatting.relative_day(day, SATURDAY) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Giulia Ferri", "GF"), ("Marco De Santis", "MS"), ("Acme", "AC"), ("  ", ""), ("«Alfa» Beta", "BE")],
)
def test_initials(name: str, letters: str) -> None:
    assert formatting.initials(name) == letters


def test_filters_show_a_dash_for_what_is_empty() -> None:
    page = engines["django"].from_string("{{ a|money }} {{ a|day }} {{ b|weekday }} {{ c|money:'CHF' }}")

    with translation.override("it"):
        assert page.render({"a": None, "b": "", "c": Decimal(1)}) == "– – – 1,00\xa0CHF"
