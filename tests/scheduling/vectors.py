"""The table of domain.md 8.14 as data; V21 and V22 are the state after the no-show and after the cancellation."""

from dataclasses import dataclass
from datetime import date


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Vector:
    name: str
    today: date
    last_on: date | None
    next_on: date | None
    numbers: tuple[int, ...]
    lead_days: int
    due_on: date | None
    remind_from: date | None
    reminds: bool
    overdue_days: int
    beyond_cadence_days: int


TABLE = """
V01 | 2023-02-10 | 2023-02-09 |            | 4    | 7  | 2023-05-09 | 2023-05-02 | no  | 0  | 0
V02 | 2023-02-01 | 2023-01-31 |            | 12   | 7  | 2023-02-28 | 2023-02-21 | no  | 0  | 0
V03 | 2024-03-01 | 2024-02-29 |            | 1    | 7  | 2025-02-28 | 2025-02-21 | no  | 0  | 0
V04 | 2023-09-01 | 2023-08-31 |            | 2    | 7  | 2024-02-29 | 2024-02-22 | no  | 0  | 0
V05 | 2024-09-01 | 2024-08-31 |            | 2    | 7  | 2025-02-28 | 2025-02-21 | no  | 0  | 0
V06 | 2023-03-02 | 2023-03-01 |            | 5    | 7  | 2023-05-13 | 2023-05-06 | no  | 0  | 0
V07 | 2023-03-02 | 2023-03-01 |            | 8    | 7  | 2023-04-15 | 2023-04-08 | no  | 0  | 0
V08 | 2023-02-01 | 2023-01-10 | 2023-05-20 | 4    | 7  | 2023-08-20 |            | no  | 0  | 40
V09 | 2023-06-01 | 2023-01-10 |            | 4    | 7  | 2023-04-10 | 2023-04-03 | yes | 52 | 0
V10 | 2023-02-01 | 2023-01-10 |            | 1, 4 | 7  | 2023-04-10 | 2023-04-03 | no  | 0  | 0
V11 | 2023-02-01 |            | 2023-03-10 | 4    | 7  |            |            | no  | 0  | 0
V12 | 2023-02-01 |            |            | 4    | 7  |            |            | no  | 0  | 0
V13 | 2023-04-03 | 2023-01-10 |            | 4    | 7  | 2023-04-10 | 2023-04-03 | yes | 0  | 0
V14 | 2023-04-02 | 2023-01-10 |            | 4    | 7  | 2023-04-10 | 2023-04-03 | no  | 0  | 0
V15 | 2023-03-27 | 2023-01-10 |            | 4    | 14 | 2023-04-10 | 2023-03-27 | yes | 0  | 0
V16 | 2023-03-06 | 2023-03-06 |            | 52   | 7  | 2023-03-13 | 2023-03-07 | no  | 0  | 0
V17 | 2023-03-07 | 2023-03-06 |            | 52   | 7  | 2023-03-13 | 2023-03-07 | yes | 0  | 0
V18 | 2023-02-01 | 2023-01-10 | 2023-12-01 | 4    | 7  | 2024-03-01 |            | no  | 0  | 235
V19 | 2023-02-01 | 2023-01-10 |            |      | 7  |            |            | no  | 0  | 0
V20 | 2023-11-01 | 2023-10-31 |            | 4    | 7  | 2024-01-31 | 2024-01-24 | no  | 0  | 0
V21 | 2023-02-10 | 2022-12-15 |            | 4    | 7  | 2023-03-15 | 2023-03-08 | no  | 0  | 0
V22 | 2023-04-05 | 2023-01-10 |            | 4    | 7  | 2023-04-10 | 2023-04-03 | yes | 0  | 0
"""


def vector(line: str) -> Vector:
    name, today, last, following, numbers, lead, due, remind, reminds, overdue, beyond = (
        cell.strip() for cell in line.split("|")
    )
    return Vector(
        name=name,
        today=date.fromisoformat(today),
        last_on=day(last),
        next_on=day(following),
        numbers=tuple(int(number) for number in numbers.split(",") if number),
        lead_days=int(lead),
        due_on=day(due),
        remind_from=day(remind),
        reminds=reminds == "yes",
        overdue_days=int(overdue),
        beyond_cadence_days=int(beyond),
    )


VECTORS = [vector(line) for line in TABLE.strip().splitlines()]
