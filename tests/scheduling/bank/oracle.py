"""What every client of the bank's file is to get on a day: plain Python, written from domain.md section 8.

It imports nothing of the product, so that a mistake there is not repeated here.
"""

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOTICE = timedelta(days=7)
# Meetings a year for the three groups, and the months from one meeting to the next (8.5).
RICH, MIDDLE, POOR = 4, 2, 1
MONTHS_BETWEEN: Mapping[int, int] = {RICH: 3, MIDDLE: 6, POOR: 12}


@dataclass(frozen=True)
class Contact:
    """A row of the file: a client, what he has at the bank, and the day of his last contact."""

    line: int
    row: Mapping[str, str]
    balance: int
    met_on: date


@dataclass(frozen=True)
class Expected:
    """What the night must find for a client: last meeting, meetings a year, next date, and whether it reminds."""

    last_on: date | None
    number: int
    due_on: date | None
    reminds: bool


def contacts(path: Path) -> Iterator[Contact]:
    """The rows in order; the year, which the file does not tell, begins anew whenever the month falls back."""
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        year, before = 2008, 0
        for line, row in enumerate(csv.DictReader(file, delimiter=";"), start=2):
            month = MONTHS.index(row["month"]) + 1
            year += month < before
            before = month
            yield Contact(line, row, int(row["balance"]), date(year, month, int(row["day"])))


def number_of(balance: int) -> int:
    """Above 5,000; from 500 to 5,000, both included; below 500."""
    if balance > 5000:
        return RICH
    return MIDDLE if balance >= 500 else POOR


def months_later(day: date, months: int) -> date:
    """The same day of the month, or the last one of a shorter month (8.5, 8.12)."""
    years, month = divmod(day.month - 1 + months, 12)
    for wanted in range(day.day, 27, -1):
        try:
            return date(day.year + years, month + 1, wanted)
        except ValueError:
            continue
    return date(day.year + years, month + 1, day.day)


def expected(contact: Contact, today: date, months_between: Mapping[int, int] = MONTHS_BETWEEN) -> Expected:
    number = number_of(contact.balance)
    if contact.met_on > today:  # not met yet on that day, hence no date (8.6)
        return Expected(None, number, None, False)
    due_on = months_later(contact.met_on, months_between[number])
    remind_on = max(due_on - NOTICE, contact.met_on + timedelta(days=1))  # 8.7
    return Expected(contact.met_on, number, due_on, today >= remind_on)
