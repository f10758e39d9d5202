from __future__ import annotations

from datetime import date

import pytest

from clients.catalogue import fields
from scheduling.models import ClientPlan
from scheduling.plan_fields import overdue_days

TODAY = date(2026, 3, 15)
PLAN_FIELDS = [entry for name, entry in fields().items() if name.startswith("plan.")]


@pytest.mark.parametrize(
    ("plan", "days"),
    [
        (None, None),
        ({}, None),
        ({"due_on": date(2026, 3, 10)}, 5),
        ({"due_on": date(2026, 3, 15)}, 0),
        ({"due_on": date(2026, 3, 20)}, 0),
        ({"due_on": date(2026, 3, 10), "next_meeting_on": date(2026, 3, 16)}, 0),
    ],
)
def test_overdue_days(plan: dict[str, date] | None, days: int | None) -> None:
    assert overdue_days(None if plan is None else ClientPlan(firm_id=1, **plan), TODAY) == days


def test_the_plan_may_not_drive_the_plan() -> None:
    assert {entry.name for entry in PLAN_FIELDS} >= {"plan.due_on", "plan.last_meeting_on", "plan.next_meeting_on"}
    assert all(entry.follows_from_groups and entry.moves_with_time for entry in PLAN_FIELDS)
    assert not any(entry.follows_from_groups for name, entry in fields().items() if not name.startswith("plan."))
