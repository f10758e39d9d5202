"""R, F and M of a ledger computed from the definitions of domain section 10.1; imports nothing of the product."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Measures:
    recency: int | None
    frequency: int
    monetary: Decimal


def year_before(day: date) -> date:
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def measures(sales: Iterable[tuple[str, date, Decimal]], today: date) -> Mapping[str, Measures]:
    """Of each customer who has a sale by ``today``; sales are (customer, day, amount), refunds negative."""
    of: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for customer, day, amount in sales:
        of[customer].append((day, amount))
    start = year_before(today)
    found = {}
    for customer, own in of.items():
        past = [day for day, amount in own if day <= today and amount >= 0]
        window = [(day, amount) for day, amount in own if start < day <= today]
        found[customer] = Measures(
            (today - max(past)).days if past else None,
            sum(1 for _day, amount in window if amount >= 0),
            sum((amount for _day, amount in window), Decimal(0)),
        )
    return found


def level(value: Decimal | int, thresholds: Sequence[Decimal | int]) -> int:
    return 1 + bisect_right(thresholds, value)


def inverted(value: int | None, thresholds: Sequence[int]) -> int | None:
    return None if value is None else 1 + len(thresholds) - bisect_left(thresholds, value)
