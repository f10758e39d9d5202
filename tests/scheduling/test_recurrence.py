"""Recurrence: the same times as an independent reader of the RRULE, across clock changes; one, following, all."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from communications import outbox
from scheduling import queries, services
from scheduling.enums import AppointmentState, SeriesScope
from scheduling.models import Appointment, ClientPlan, Series
from scheduling.recurrence import HORIZON, Frequency, Pattern, Repetition, pattern_of
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.scheduling.making import HOUR, NOW, ROME, details, make_client, rome
from tests.scheduling.test_bookings import calendars

Browse = Callable[[Membership], Browser]
ZONES = ("Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
FAR = datetime(2031, 1, 1, tzinfo=UTC)
WEEKLY = Repetition(Frequency.WEEKLY)

repetitions = st.builds(
    Repetition,
    frequency=st.sampled_from(list(Frequency)),
    interval=st.integers(1, 5),
    by_weekday=st.booleans(),
    count=st.integers(1, 60),
) | st.builds(
    Repetition,
    frequency=st.sampled_from(list(Frequency)),
    interval=st.integers(1, 5),
    by_weekday=st.booleans(),
    until=st.dates(date(2026, 1, 1), date(2027, 6, 1)),
)
walls = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001


def every(pattern: Pattern) -> list[datetime]:
    return list(takewhile(lambda wall: pattern.moment(wall) < FAR, pattern.walls()))


@examples(max_examples=150, deadline=None)
@given(said=repetitions, first=walls, zone=st.sampled_from(ZONES))
def test_every_rule_gives_the_times_that_an_independent_reader_finds(
    said: Repetition, first: datetime, zone: str
) -> None:
    pattern = pattern_of(said, first, zone)
    found = every(pattern)

    event = icalendar.Event()
    event.add("uid", "one")
    event.add("dtstart", first.replace(tzinfo=ZoneInfo(zone)))
    event.add("duration", HOUR)
    event["rrule"] = icalendar.vRecur.from_ical(pattern.rule)
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    expected = sorted(
        one["DTSTART"].dt.astimezone(UTC)
        for one in recurring_ical_events.of(calendar).between(datetime(2024, 1, 1, tzinfo=UTC), FAR)
    )
    assert sorted(pattern.moment(wall) for wall in found) == expected
    assert {(wall.hour, wall.minute) for wall in found} <= {(first.hour, first.minute)}
    assert pattern_of(pattern.repetition(), first, zone).rule == pattern.rule


@examples(max_examples=100, deadline=None)
@given(said=repetitions, first=walls, number=st.integers(0, 20))
def test_what_ends_before_a_time_and_what_goes_on_from_it_are_the_whole(
    said: Repetition, first: datetime, number: int
) -> None:
    pattern = pattern_of(said, first, "Europe/Rome")
    whole = every(pattern)
    if number >= len(whole):
        return
    cut = whole[number]
    before = every(pattern.ended_before(cut))
    after = every(pattern_of(pattern.later(cut, first=cut), cut, "Europe/Rome"))
    assert before == whole[:number]
    if not (said.by_weekday or said.frequency == Frequency.MONTHLY):
        assert after == whole[number:]


@pytest.fixture
def series(bound: Firm, alice: Membership) -> Series:
    """Ten Fridays at ten, over the change to summer time."""
    said = Repetition(Frequency.WEEKLY, count=10)
    return services.book_series(
        make_client(advisor=alice), details(rome(2026, 3, 13), assignee=alice), said, by=alice, at=NOW
    )


def starts(*states: str) -> list[str]:
    rows = Appointment.objects.filter(state__in=states or ["planned"]).order_by("starts_at")
    return [f"{row.starts_at.astimezone(ROME):%d/%m %H}" for row in rows]


def test_occurrences_are_ordinary_appointments_that_keep_their_hour(series: Series) -> None:
    assert starts()[:4] == ["13/03 10", "20/03 10", "27/03 10", "03/04 10"]
    assert len(starts()) == 10
    assert ClientPlan.objects.get().next_meeting_at == rome(2026, 3, 13)
    assert series.rule == "FREQ=WEEKLY;COUNT=10"


def test_one_following_or_all_are_changed_and_what_was_moved_or_taken_out_stays_so(
    series: Series, alice: Membership
) -> None:
    rows = list(series.appointments.order_by("starts_at"))
    services.delete_appointment(rows[5], by=alice, at=NOW)
    services.cancel_appointment(rows[6], by=alice, at=NOW)
    services.edit_series(rows[1], details(rome(2026, 3, 21, 9)), scope=SeriesScope.ONE, by=alice, at=NOW)
    assert starts()[:3] == ["13/03 10", "21/03 09", "27/03 10"]

    later = details(rome(2026, 4, 3, 15), place="Roma")
    services.edit_series(rows[3], later, scope=SeriesScope.FOLLOWING, by=alice, at=NOW)
    assert starts() == ["13/03 10", "21/03 09", "27/03 10", "03/04 15", "10/04 15", "01/05 15", "08/05 15", "15/05 15"]
    first, second = Series.objects.order_by("pk")
    assert first.pattern.repetition().until == date(2026, 3, 27)
    assert (second.rule, second.place) == ("FREQ=WEEKLY;COUNT=7", "Roma")
    assert {row.pk for row in second.appointments.all()} < {row.pk for row in rows}, "rows keep their identity"

    of_first = Appointment.objects.get(pk=rows[0].pk)
    services.edit_series(of_first, details(rome(2026, 3, 13, 11)), scope=SeriesScope.ALL, by=alice, at=NOW)
    assert starts()[:4] == ["13/03 11", "21/03 10", "27/03 11", "03/04 15"]
    third = Appointment.objects.get(pk=rows[3].pk)
    monthly = Repetition(Frequency.MONTHLY, count=2)
    services.edit_series(third, details(rome(2026, 4, 3, 15)), scope=SeriesScope.ALL, said=monthly, by=alice, at=NOW)
    assert starts()[3:] == ["03/04 15", "03/05 15"]
    assert "24/04 10" in starts("cancelled")
    services.end_series(third, scope=SeriesScope.FOLLOWING, by=alice, at=NOW)
    assert starts() == ["13/03 11", "21/03 10", "27/03 11"]
    with pytest.raises(ValidationError) as refused:
        services.end_series(third, scope=SeriesScope.FOLLOWING, by=alice, at=NOW)
    assert refused.value.code == "nothing_to_come"


def shown() -> list[tuple[Any, ...]]:
    """All that a series is, but its versions and the moments of change."""
    of_row = ("starts_at", "ends_at", "series_id", "series_start", "state", "place", "notes", "assignee_id", "counts")
    rows = [tuple(getattr(row, name) for name in of_row) for row in Appointment.objects.order_by("starts_at", "pk")]
    return [*rows, *Series.objects.order_by("pk").values_list("rule", "first_at", "next_at", "minutes", "place")]


def test_a_change_of_the_whole_and_its_end_are_taken_back_exactly(series: Series, alice: Membership) -> None:
    rows = list(series.appointments.order_by("starts_at"))
    services.delete_appointment(rows[5], by=alice, at=NOW)
    services.edit_series(rows[1], details(rome(2026, 3, 21, 9), place="x"), scope=SeriesScope.ONE, by=alice, at=NOW)
    before, plan = shown(), ClientPlan.objects.values_list("next_meeting_at", "due_on").get()
    again = Appointment.objects.get

    monthly = Repetition(Frequency.MONTHLY, count=3)
    changes: list[Callable[[], object]] = [
        lambda: services.edit_series(
            again(pk=rows[3].pk), details(rome(2026, 4, 3, 15), place="Roma"),
            scope=SeriesScope.FOLLOWING, by=alice, at=NOW,
        ),
        lambda: services.edit_series(
            again(pk=rows[0].pk), details(rome(2026, 3, 13, 8)), scope=SeriesScope.ALL, said=monthly, by=alice, at=NOW
        ),
        lambda: services.end_series(again(pk=rows[0].pk), scope=SeriesScope.ALL, by=alice, at=NOW),
        lambda: services.end_series(again(pk=rows[4].pk), scope=SeriesScope.FOLLOWING, by=alice, at=NOW),
    ]  # fmt: skip
    for change in changes:
        change()
        assert shown() != before
        changed = Series.objects.get(last_change__isnull=False)
        services.undo_series(changed, by=alice, at=NOW)
        assert shown() == before
        assert ClientPlan.objects.values_list("next_meeting_at", "due_on").get() == plan
        with pytest.raises(ValidationError) as refused:
            services.undo_series(Series.objects.get(), by=alice, at=NOW)
        assert refused.value.code == "cannot_undo"


def test_what_was_touched_since_stays_and_who_saw_another_series_is_refused(series: Series, alice: Membership) -> None:
    rows = list(series.appointments.order_by("starts_at"))
    later = details(rome(2026, 4, 3, 15))
    services.edit_series(rows[3], later, scope=SeriesScope.FOLLOWING, by=alice, at=NOW, series_version=1)
    for stale in ({"series_version": 1}, {"version": rows[4].version}):
        with pytest.raises(ValidationError) as ending:
            services.end_series(rows[4], scope=SeriesScope.FOLLOWING, by=alice, at=NOW, **stale)
        with pytest.raises(ValidationError) as editing:
            services.edit_series(rows[4], later, scope=SeriesScope.ALL, by=alice, at=NOW, **stale)
        assert (ending.value.code, editing.value.code) == ("stale", "stale")
    touched = Appointment.objects.get(pk=rows[4].pk)
    services.move_appointment(touched, starts_at=rome(2026, 4, 11, 12), by=alice, at=NOW)
    services.undo_series(Series.objects.get(last_change__isnull=False), by=alice, at=NOW)
    assert starts()[3:6] == ["03/04 10", "11/04 12", "17/04 10"]
    assert len(starts()) == 10


def test_a_rule_without_an_end_goes_on_by_night_and_does_not_bring_back_what_was_deleted(
    bound: Firm, alice: Membership
) -> None:
    client = make_client(advisor=alice)
    made = services.book_series(client, details(rome(2026, 3, 13), assignee=alice), WEEKLY, by=alice, at=NOW)
    rows = list(made.appointments.order_by("starts_at"))
    assert rows[-1].starts_at < NOW + HORIZON + timedelta(days=7)
    services.delete_appointment(rows[-1], by=alice, at=NOW)
    assert services.go_on_with_series(at=NOW) == []
    later = NOW + timedelta(days=60)
    assert services.go_on_with_series(at=later) == [client.pk]
    assert services.go_on_with_series(at=later) == []
    moments = list(made.appointments.order_by("starts_at").values_list("starts_at", flat=True))
    assert len(moments) == len(set(moments))
    assert rows[-1].starts_at not in moments
    assert {moment.astimezone(ROME).hour for moment in moments} == {10}
    assert moments[-1] > NOW + HORIZON + timedelta(days=50)


def test_an_invited_client_gets_the_rule_and_hears_of_a_single_one(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        now = timezone.now()
        client = new_client("Rossi", advisor=alice, emails=[{"address": "anna@casa.example"}])
        start = (now + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)
        said = Repetition(Frequency.WEEKLY, count=4)
        made = services.book_series(client, details(start, assignee=alice), said, by=alice, at=now, invite=True)
        row = made.appointments.order_by("starts_at")[2]
        outbox_at = row.starts_at + timedelta(hours=2)
    outbox.send_due(firm.pk)
    with use_firm(firm):
        services.move_appointment(row, starts_at=outbox_at, by=alice, at=now)
    outbox.send_due(firm.pk)
    with use_firm(firm):
        services.end_series(Appointment.objects.get(pk=row.pk), scope=SeriesScope.FOLLOWING, by=alice, at=now)
    outbox.send_due(firm.pk)
    told = [(method, event) for _who, method, event in calendars()]
    assert {str(event["UID"]) for _method, event in told} == {f"series-{made.pk}@{firm.pk}.cadenza"}
    assert told[0][1]["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=4"
    assert (told[1][0], told[1][1]["RECURRENCE-ID"].dt, told[1][1]["DTSTART"].dt) == (
        "REQUEST",
        start + timedelta(days=14),
        outbox_at,
    )
    assert any("UNTIL" in event.get("RRULE", {}) for _method, event in told[2:])


def test_on_the_page_it_is_planned_repeatedly_changed_and_taken_back(
    firm: Firm, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        client, kind = make_client(advisor=alice), queries.default_meeting_type()
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    said = {"type": kind.pk, "assignee": alice.pk, "day": day, "starts": "10:00", "ends": "11:00"}
    rule = {"repeats": "WEEKLY", "every": "2", "times": "3"}
    new = page(alice, f"appointments/new/?client={client.pk}")
    browser = browse(alice)
    both_ends = browser.post(new, {**said, **rule, "last_day": day})
    assert both_ends.status_code in (200, 422)
    browser.post(new, {**said, **rule})
    with use_firm(firm):
        first = Appointment.objects.order_by("starts_at")[0]
        assert Appointment.objects.count() == 3
    shown = browser.get(page(alice, f"appointments/{first.pk}/")).content.decode()
    assert "Appuntamento ripetuto pianificato" in shown, "its history speaks words"
    assert "ogni 2 settimane, 3 volte" in shown
    change = page(alice, f"appointments/{first.pk}/edit/")
    browser.post(change, {**said, **rule, "starts": "15:00", "ends": "16:00", "scope": "all"})
    with use_firm(firm):
        assert {row.starts_at.astimezone(ROME).hour for row in Appointment.objects.all()} == {15}
        version = Series.objects.get().version
    stale = {"scope": "all", "series_version": version - 1}
    browser.post(page(alice, f"appointments/{first.pk}/series/end/"), stale)
    browser.post(page(alice, f"appointments/{first.pk}/series/end/?scope=all"))
    with use_firm(firm):
        assert not Appointment.objects.filter(state=AppointmentState.PLANNED).exists()
        ended = Series.objects.get()
        assert ended.version == version + 1
    browser.post(page(alice, f"appointments/series/{ended.pk}/undo/"))
    with use_firm(firm):
        assert Appointment.objects.filter(state=AppointmentState.PLANNED).count() == 3


def test_rest_plans_a_repetition_changes_all_and_ends_it(
    firm: Firm, alice: Membership, api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        client = make_client(advisor=alice)
    caller, path = api(alice), "/api/v1/appointments/"
    start = (timezone.now() + timedelta(days=7)).replace(microsecond=0)
    body = {"client": client.pk, "starts_at": start.isoformat(), "repeats": {"frequency": "DAILY", "count": 3}}
    made = caller.post(path, body, format="json").json()
    assert made["rule"] == "FREQ=DAILY;COUNT=3"
    assert len(caller.get(path).json()["results"]) == 3
    version = {"HTTP_IF_MATCH": f'"{made["version"]}"'}
    changed = caller.patch(f"{path}{made['id']}/", {"place": "Roma", "scope": "all"}, format="json", **version)
    assert changed.status_code == 200
    assert {row["place"] for row in caller.get(path).json()["results"]} == {"Roma"}
    again = caller.patch(f"{path}{made['id']}/", {"place": "Bari", "scope": "all"}, format="json", **version)
    assert again.status_code == 412
    end, seen = f"{path}{made['id']}/end-series/", changed.json()["series_version"]
    assert caller.post(end, {"scope": "all"}, format="json", **version).status_code == 412
    stale = caller.post(end, {"scope": "all", "seen_series_version": seen - 1}, format="json")
    assert stale.status_code in (409, 412), stale.json()
    assert caller.post(end, {"scope": "all", "seen_series_version": seen}, format="json").json() == {"ended": 3}
    undone = caller.post(f"{path}undo-series/", {"series": made["series"]}, format="json")
    assert undone.status_code == 204, undone.json()
    assert {row["state"] for row in caller.get(path).json()["results"]} == {"planned"}
    both = {**body, "repeats": {"frequency": "DAILY", "count": 3, "until": "2027-01-01"}}
    assert caller.post(path, both, format="json").json()["errors"][0]["code"] == "rule"
