"""The personal feed and imported calendar files: read back, bounded, never crashing, respected by proposals."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from scheduling import services
from scheduling.ical import read_calendar
from scheduling.models import BusyTime, CalendarFile
from scheduling.weeks.planning import outlook
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, ROME, book, make_client, rome

SPAN = {"start": datetime(1990, 1, 1, tzinfo=UTC), "end": datetime(2030, 1, 1, tzinfo=UTC)}


def ics(*lines: str) -> bytes:
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(whole).encode()


def read(*lines: str) -> Any:
    return read_calendar(ics(*lines), zone="Europe/Rome", **SPAN)


def test_an_hour_stays_the_same_hour_when_the_clocks_change() -> None:
    found = read("DTSTART;TZID=Europe/Rome:20260322T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")

    assert [one.starts_at.astimezone(ROME).hour for one in found.occurrences] == [10, 10, 10]
    assert [one.starts_at.hour for one in found.occurrences] == [9, 8, 8]
    assert {one.ends_at - one.starts_at for one in found.occurrences} == {timedelta(hours=1)}


@examples(max_examples=60, deadline=None)
@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 31)), hour=st.integers(4, 23), weeks=st.integers(1, 30))
def test_weekly_repetitions_keep_the_clock_in_every_week(day: date, hour: int, weeks: int) -> None:
    start = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - a wall clock
    found = read(f"DTSTART;TZID=Europe/Rome:{start:%Y%m%dT%H%M%S}", f"RRULE:FREQ=WEEKLY;COUNT={weeks}")

    walls = [one.starts_at.astimezone(ROME).replace(tzinfo=None) for one in found.occurrences]
    assert walls == [start + timedelta(weeks=number) for number in range(weeks)]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY"], "too_often"),
        (["DTSTART:19000101T000000Z", "RRULE:FREQ=DAILY"], "too_many_repetitions"),
        (["DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY"], "too_many_repetitions"),
        (["DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], "rule"),
        (["DTSTART:20260102T000000Z", "DTEND:20260101T000000Z"], "ends_early"),
        (["SUMMARY:x"], "no_start"),
    ],
)
def test_what_cannot_be_followed_is_left_out_with_its_reason(lines: list[str], code: str) -> None:
    found = read(*lines)

    assert [one.code for one in found.refused] == [code]
    assert found.occurrences == []


def test_of_a_meeting_since_many_years_only_what_is_asked_for_is_counted() -> None:
    data = ics("DTSTART;TZID=Europe/Rome:20080310T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    found = read_calendar(data, zone="Europe/Rome", start=rome(2026, 3, 9, 9), end=rome(2026, 3, 12, 9))

    assert [one.starts_at for one in found.occurrences] == [rome(2026, 3, day, 9) for day in (9, 10, 11)]


def test_a_broken_zone_a_changed_whole_day_and_a_period_are_followed() -> None:
    lines = ["DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260102", "RRULE:FREQ=YEARLY;COUNT=2"]
    changed = ics("RECURRENCE-ID:20270101T000000Z", "DTSTART;VALUE=DATE:20270104", "DTEND;VALUE=DATE:20270105")
    zone = b"BEGIN:VTIMEZONE\r\nX-NO:name\r\nBEGIN:STANDARD\r\nDTSTART:nonsense\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    whole = ics(*lines).replace(b"BEGIN:VEVENT", zone + b"BEGIN:VEVENT") + changed
    found = read_calendar(whole, zone="Europe/Rome", **SPAN)
    assert sorted(one.starts_at.astimezone(ROME).date().isoformat() for one in found.occurrences) == [
        "2026-01-01",
        "2027-01-04",
    ]

    [first, second] = read(
        "DTSTART:20260302T090000Z", "DURATION:PT1H", "RDATE;VALUE=PERIOD:20260303T090000Z/PT3H"
    ).occurrences
    assert [one.ends_at - one.starts_at for one in (first, second)] == [timedelta(hours=1), timedelta(hours=3)]


def test_exceptions_and_moved_repetitions_of_a_series_are_followed() -> None:
    data = ics("DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260303T090000Z")
    moved = ics("RECURRENCE-ID:20260304T090000Z", "DTSTART:20260304T150000Z", "DURATION:PT1H")
    found = read_calendar(data + moved, zone="Europe/Rome", **SPAN)

    assert sorted(one.starts_at.strftime("%d %H") for one in found.occurrences) == ["02 09", "04 15", "05 09"]


def test_a_file_takes_time_that_no_proposal_falls_on_and_gives_it_back(bound: Firm, alice: Membership) -> None:
    day = NOW.date() + timedelta(days=1)
    data = ics(f"DTSTART;TZID=Europe/Rome:{day:%Y%m%d}T090000", "DTEND;TZID=Europe/Rome:" + f"{day:%Y%m%d}T130000")
    free = len(outlook(alice, weeks=1, at=NOW).slots(day))

    file = services.import_calendar(alice, data, name="a.ics", at=NOW)
    assert len(outlook(alice, weeks=1, at=NOW).slots(day)) == free - 4
    services.import_calendar(alice, data, name="again.ics", at=NOW)
    assert BusyTime.objects.count() == 1

    services.remove_calendar_file(CalendarFile.objects.latest("pk"), by=alice)
    assert len(outlook(alice, weeks=1, at=NOW).slots(day)) == free
    assert CalendarFile.objects.get() == file
    with pytest.raises(ValidationError):
        services.import_calendar(alice, b"nothing", name="b.ics", at=NOW)


def test_the_feed_is_secret_read_by_two_parsers_and_dead_when_revoked(
    firm: Firm, alice: Membership, bob: Membership, browse: Callable[[Membership], Browser]
) -> None:
    with use_firm(firm):
        now = timezone.now()
        client = make_client("Rossi\r\nEND:VEVENT", advisor=alice)
        book(client, now + timedelta(days=3), by=alice, at=now, assignee=alice, place="Via Dante, 1; Milano")
        book(client, now + timedelta(days=4), by=alice, at=now, assignee=bob)
    made = browse(alice).post(page(alice, "calendar/other/feed/")).content.decode()
    path = made.split('data-feed readonly value="http://testserver')[1].split('"')[0]
    stranger = Browser()
    answer = stranger.get(path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    [event] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["LOCATION"]) == "Via Dante, 1; Milano"
    other = vobject.readOne(answer.content.decode())
    assert len(other.contents["vevent"]) == 1
    assert other.vevent.location.value == "Via Dante, 1; Milano"
    assert stranger.get(path.replace(".ics", "x.ics")).status_code == 404
    assert stranger.get(path.replace(f"/{firm.pk}-", f"/{firm.pk + 999}-")).status_code == 404
    again = browse(alice).post(page(alice, "calendar/other/feed/")).content.decode()
    assert path not in again
    assert stranger.get(path).status_code == 404
    newer = again.split('data-feed readonly value="http://testserver')[1].split('"')[0]
    browse(alice).post(page(alice, "calendar/other/feed/revoke/"))
    assert stranger.get(newer).status_code == 404


def test_the_page_imports_shows_and_removes(
    firm: Firm, alice: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    start = timezone.now() + timedelta(days=2)
    data = ics(f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT1H", "SUMMARY:Dentista")
    browser, path = browse(alice), page(alice, "calendar/other/")
    upload = SimpleUploadedFile("mio.ics", data, content_type="text/calendar")
    assert browser.post(f"{path}import/", {"file": upload}).status_code == 302
    wrong = SimpleUploadedFile("mio.ics", b"x", content_type="text/calendar")
    assert browser.post(f"{path}import/", {"file": wrong}).status_code == 422

    window = {"start": (start - timedelta(days=1)).isoformat(), "end": (start + timedelta(days=1)).isoformat()}
    events = browser.get(page(alice, "calendar/events/"), window).json()
    assert [event["title"] for event in events if event.get("outside")] == ["Dentista"]
    with use_firm(firm):
        file = CalendarFile.objects.get()
        client = make_client("Rossi", advisor=alice)
        book(client, start, by=alice, at=timezone.now(), assignee=alice)
    clash = [event for event in browser.get(page(alice, "calendar/events/"), window).json() if event.get("conflict")]
    assert len(clash) == 2
    assert browser.post(f"{path}files/{file.pk}/remove/").status_code == 302
    assert not any(event.get("outside") for event in browser.get(page(alice, "calendar/events/"), window).json())
    assert rome(2026, 3, 10).tzinfo is not None


def test_rest_makes_the_feed_and_imports_files_as_the_pages_do(
    firm: Firm, alice: Membership, bob: Membership, api: Callable[..., Any]
) -> None:
    caller = api(alice)
    made = caller.post("/api/v1/calendar-feeds/").json()
    path = made["url"].split("//", 1)[1].split("/", 1)[1]
    assert Browser().get(f"/{path}").status_code == 200
    assert "url" not in caller.get("/api/v1/calendar-feeds/").json()["results"][0]
    assert caller.delete(f"/api/v1/calendar-feeds/{made['id']}/").status_code == 204
    assert Browser().get(f"/{path}").status_code == 404
    data = ics("DTSTART:20990101T100000Z", "DURATION:PT1H") + ics("SUMMARY:without a start")
    file = SimpleUploadedFile("a.ics", data, content_type="text/calendar")
    told = caller.post("/api/v1/calendar-files/", {"file": file}, format="multipart").json()
    assert (told["made"], [one["code"] for one in told["refused"]]) == (0, ["no_start"])
    assert api(bob).get(f"/api/v1/calendar-files/{told['id']}/").status_code == 404
    assert caller.delete(f"/api/v1/calendar-files/{told['id']}/").status_code == 204
    broken = SimpleUploadedFile("b.ics", b"nothing", content_type="text/calendar")
    refused = caller.post("/api/v1/calendar-files/", {"file": broken}, format="multipart")
    assert refused.json()["errors"][0]["code"] == "not_a_calendar"
