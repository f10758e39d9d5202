"""Whole years since a date, in memory and in SQL."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from typing import Any

from django.db.models import Q

from clients.filters.compile import NOBODY, Column


def age(born: date | None, today: date) -> int | None:
    """In whole years; who was born on 29 February is a year older on 1 March of common years."""
    return None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@dataclass(frozen=True)
class Years(Column):
    """Whole years since a date, asked of the column itself: who is 60 was born up to this day 60 years ago."""

    def compare(self, operator: str, operand: Any, today: date) -> Q:
        match operator:
            case "gte":
                return self._at_least(operand, today)
            case "gt":
                return self._at_least(operand + 1, today)
            case "lt":
                return self.present(today) & ~self._at_least(operand, today)
            case "lte":
                return self.present(today) & ~self._at_least(operand + 1, today)
            case "in":
                return Q(*(self.compare("eq", years, today) for years in operand), _connector=Q.OR)
            case _:
                return self._at_least(operand, today) & ~self._at_least(operand + 1, today)

    def _at_least(self, years: int, today: date) -> Q:
        if today.year - years < MINYEAR:
            return NOBODY
        if today.year - years > MAXYEAR:
            return self.present(today)
        return self.lookup("lte", add_years(today, -years), today)


def add_years(day: date, years: int) -> date:
    """The same day of another year, 28 February for a 29th that it does not have."""
    last = monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))
