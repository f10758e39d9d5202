"""Keyset pages against a plain sort, on a real table: both directions, any page size, empty values, equal values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F, QuerySet
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.keyset import InvalidCursorError, Page, keyset_page

TABLE = "keyset_row"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

with isolate_apps("web"):

    class KeysetRow(models.Model):  # noqa: DJ008 - never shown
        number = models.IntegerField(null=True)
        amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
        day = models.DateField(null=True)
        moment = models.DateTimeField(null=True)
        text = models.TextField(blank=True)
        filled = models.IntegerField()

        class Meta:
            app_label = "web"
            db_table = TABLE
            managed = False


@pytest.fixture
def table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {TABLE} (id bigint PRIMARY KEY, number int, amount numeric(12, 2), day date,"
            " moment timestamptz, text text NOT NULL, filled int NOT NULL) ON COMMIT DROP"
        )


def fill(numbers: list[int | None]) -> None:
    """Rows 1 … n whose columns all say the same number, each in its type."""
    KeysetRow.objects.all().delete()
    KeysetRow.objects.bulk_create(
        KeysetRow(
            pk=pk,
            number=number,
            amount=None if number is None else Decimal(number) / 100,
            day=None if number is None else date(2026, 1, 1) + timedelta(days=number),
            moment=None if number is None else EPOCH + timedelta(microseconds=number),
            text="" if number is None else "abcdefghijk"[number],
            filled=number or 0,
        )
        for pk, number in enumerate(numbers, start=1)
    )


def expected(numbers: list[int | None], *, descending: bool, required: bool = False) -> list[int]:
    filled = [(n or 0, pk) for pk, n in enumerate(numbers, start=1) if required or n is not None]
    empty = [pk for pk, n in enumerate(numbers, start=1) if not required and n is None]
    return [pk for _, pk in sorted(filled, reverse=descending)] + sorted(empty, reverse=descending)


def forwards(rows: QuerySet[Any], **arguments: Any) -> list[Page[Any]]:
    pages = [keyset_page(rows, **arguments)]
    while pages[-1].next:
        pages.append(keyset_page(rows, cursor=pages[-1].next, **arguments))
    return pages


def ids(pages: list[Page[Any]]) -> list[list[int]]:
    return [[row.pk for row in page.items] for page in pages]


COLUMNS = ["number", "amount", "day", "moment", "text", "filled"]
numbers_of_rows = st.lists(st.one_of(st.none(), st.integers(0, 6)), max_size=14)


@pytest.mark.parametrize("column", COLUMNS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=numbers_of_rows, descending=st.booleans(), size=st.integers(1, 6))
def test_pages_are_the_sorted_list_in_both_directions(
    table: None, column: str, numbers: list[int | None], descending: bool, size: int
) -> None:
    fill(numbers)
    ordering = f"-{column}" if descending else column
    rows = KeysetRow.objects.all()

    pages = forwards(rows, ordering=ordering, size=size)

    wanted = expected(numbers, descending=descending, required=column == "filled")
    assert ids(pages) == ([wanted[start : start + size] for start in range(0, len(wanted), size)] or [[]])
    for before, page in zip(pages, pages[1:], strict=False):
        back = keyset_page(rows, ordering=ordering, size=size, cursor=page.previous)
        assert [row.pk for row in back.items] == [row.pk for row in before.items]
    assert pages[0].previous is None


def test_an_annotation_can_be_the_order(table: None) -> None:
    fill([3, None, 1, 2])
    rows = KeysetRow.objects.annotate(shouted=Upper("text"), twice=F("number") * 2)

    assert ids(forwards(rows, ordering="-shouted", size=3)) == [[1, 4, 3], [2]]
    assert ids(forwards(rows, ordering="twice", size=3)) == [[3, 4, 1], [2]]


def test_the_key_alone_can_be_the_order(table: None) -> None:
    fill([1, 1, 1])

    assert ids(forwards(KeysetRow.objects.all(), ordering="-pk", size=2)) == [[3, 2], [1]]


def test_a_row_that_comes_between_is_not_shown_twice_and_none_is_lost(table: None) -> None:
    fill([0, 2, 4, 6])
    first = keyset_page(KeysetRow.objects.all(), ordering="number", size=2)
    KeysetRow.objects.create(pk=9, number=1, text="b", filled=1)

    second = keyset_page(KeysetRow.objects.all(), ordering="number", size=2, cursor=first.next)

    assert [row.pk for row in second.items] == [3, 4]


def test_a_required_column_takes_one_statement_however_many_rows(table: None) -> None:
    for count in (1, 3):
        fill([1] * count)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            keyset_page(KeysetRow.objects.all(), ordering="filled", size=5)
        assert len(queries) == 1


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "bnVsbA",
        "W10",
        "e30",
        "WzEsMiwzXQ",
        "WyJudW1iZXIiLCJhYmMiLDEsMF0",
        "WyJudW1iZXIiLDEsLTEsMF0",
        "A" * 5000,
    ],
)
def test_a_cursor_that_was_not_made_here_is_refused(table: None, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        keyset_page(KeysetRow.objects.all(), ordering="number", cursor=cursor)


def test_a_cursor_of_another_ordering_is_refused(table: None) -> None:
    fill([1, 2, 3])
    first = keyset_page(KeysetRow.objects.all(), ordering="number", size=2)

    with pytest.raises(InvalidCursorError):
        keyset_page(KeysetRow.objects.all(), ordering="-number", size=2, cursor=first.next)
