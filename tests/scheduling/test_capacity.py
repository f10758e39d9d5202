"""Working hours, closures, holidays: how many meetings fit, against those that the cadences ask for."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from hypothesis import given
from hypothesis import strategies as st

from scheduling import services
from scheduling.capacity import capacities, workers
from scheduling.hours import OFFICE, Week, fits, free_of
from scheduling.services import WeekDetails
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.shared_data import shared_data

AUGUST = date(2026, 8, 1)
SPANS = st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 300)), max_size=6).map(
    lambda pairs: [(start, min(start + length, 1440)) for start, length in pairs]
)


@given(taken=SPANS, minutes=st.integers(10, 200))
def test_slots_lie_in_the_hours_beside_what_is_taken_and_beside_each_other(
    taken: list[tuple[int, int]], minutes: int
) -> None:
    slots = Week(OFFICE, minutes).slots(date(2026, 3, 10), taken)

    assert all(fits(OFFICE[1], *slot) and slot[1] - slot[0] == minutes for slot in slots)
    assert all(end <= start or last <= first for start, last in slots for first, end in taken)
    assert all(one[1] <= other[0] for one, other in zip(slots, slots[1:], strict=False))
    left = free_of(OFFICE[1], [*taken, *slots])
    assert all(end - start < minutes for start, end in left)


def test_a_month_holds_its_working_days_without_holidays_and_closures(bound: Firm, alice: Membership) -> None:
    months = [AUGUST]
    full = capacities(bound, [alice.pk], months, today=AUGUST)[alice.pk][0]
    services.add_closure(starts_on=date(2026, 8, 10), ends_on=date(2026, 8, 14), reason="Ferie", by=alice)
    services.add_closure(
        starts_on=date(2026, 8, 17), ends_on=date(2026, 8, 17), reason="Visita", member=alice, by=alice
    )

    # 21 weekdays (the 15th is a Saturday), eight meetings of an hour each.
    assert full == 21 * 8
    assert capacities(bound, [alice.pk], months, today=AUGUST)[alice.pk][0] == 15 * 8
    assert capacities(bound, [alice.pk], months, today=date(2026, 8, 31))[alice.pk][0] == 8


def test_the_patron_saint_of_the_firm_is_free(bound: Firm, alice: Membership) -> None:
    bound.holiday_province = "MI"
    december = workers(bound, [alice.pk], start=date(2026, 12, 1), end=date(2026, 12, 31))[alice.pk]

    days = december.working_days(date(2026, 12, 1), date(2026, 12, 31))
    assert {7, 8, 25} & {day.day for day in days} == set()  # Sant'Ambrogio, Immacolata, Natale


def test_every_published_national_holiday_is_free(bound: Firm, alice: Membership) -> None:
    with shared_data("italian_holidays", "national_1990_2040.csv").open(encoding="utf-8", newline="") as file:
        days = {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
    assert len(days) > 500
    found = workers(bound, [alice.pk], start=min(days), end=max(days))[alice.pk]

    assert not days & set(found.free.working(min(days), max(days)))


def test_own_hours_are_kept_with_who_said_so(bound: Firm, alice: Membership) -> None:
    services.set_working_week(alice, WeekDetails({0: [(540, 720)]}, 45, 3), by=alice)
    week = workers(bound, [alice.pk], start=AUGUST, end=AUGUST)[alice.pk].week

    assert week.slots(date(2026, 8, 3)) == [(540, 585), (585, 630), (630, 675)]
    assert week.slots(date(2026, 8, 4)) == []
    assert AuditEvent.objects.get(action="working_week.set").after["meeting_minutes"] == 45
    with pytest.raises(ValidationError):
        services.set_working_week(alice, WeekDetails({0: [(720, 540)]}), by=alice)


def test_a_day_that_ends_at_midnight_is_shown_as_its_last_minute(
    alice: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    hours = [{"weekday": 0, "start": 1080, "end": 1440}]
    assert api(alice).put(f"/api/v1/working-weeks/{alice.pk}/", {"hours": hours}, format="json").status_code == 200
    shown = browse(alice).get(page(alice, f"people/{alice.pk}/working-week/"))
    assert shown.status_code == 200
    assert "23:59" in shown.content.decode()


def test_pages_and_rest_agree(
    firm: Firm, ada: Membership, alice: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    mine = page(alice, f"people/{alice.pk}/working-week/")
    sent = {"am_from_0": "09:00", "am_to_0": "12:00", "meeting_minutes": "60"}
    assert browse(alice).post(mine, sent).status_code == 302
    assert browse(alice).post(mine, {"am_from_0": "09:00"}).status_code == 422
    assert browse(alice).get(page(alice, f"people/{ada.pk}/working-week/")).status_code == 404
    told = api(alice).get(f"/api/v1/working-weeks/{alice.pk}/").json()
    assert told["hours"] == [{"weekday": 0, "start": 540, "end": 720}]

    day = date.today() + timedelta(days=40)  # noqa: DTZ011 - far enough from any midnight
    closing = {"starts_on": day.isoformat(), "reason": "Inventario"}
    assert browse(ada).post(page(ada, "settings/closures/"), closing).status_code == 302
    [closure] = api(alice).get("/api/v1/closures/").json()["results"]
    assert (closure["ends_on"], closure["reason"]) == (day.isoformat(), "Inventario")
    assert browse(ada).post(page(ada, f"settings/closures/{closure['id']}/remove/")).status_code == 302

    with use_firm(firm):
        assert "Inventario" not in browse(ada).get(page(ada, "settings/closures/")).content.decode()
    assert browse(alice).get(page(alice, "planning/load/")).status_code == 200
    assert len(api(alice).get("/api/v1/load/").json()["months"]) == 12
