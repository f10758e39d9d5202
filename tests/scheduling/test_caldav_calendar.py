"""A calendar on a real CalDAV server, Radicale (STY-30)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone

from scheduling import services
from scheduling.calendars import connecting
from scheduling.calendars.caldav_event import seen_in
from scheduling.enums import OutsideState
from scheduling.models import Appointment, OutsideCalendar
from tenants.binding import use_firm
from tenants.models import Membership
from tests.scheduling.caldav_server import COLLECTION, PASSWORD, USER, Radicale, running_radicale
from tests.scheduling.making import HOUR
from tests.scheduling.test_google_calendar import again, booked, event_of, key, sync


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Radicale]:
    with running_radicale(tmp_path) as made:
        yield made


@pytest.fixture(params=[None, 403], ids=["sync-collection", "listed"])
def either(radicale: Radicale, request: pytest.FixtureRequest) -> Radicale:
    """A server that says what has changed, and one whose files have to be listed."""
    radicale.lists_only = request.param
    return radicale


def connected(radicale: Radicale, member: Membership, path: str = "/") -> OutsideCalendar:
    with use_firm(member.firm_id):
        url = radicale.root + path
        return connecting.connect_caldav(member, url=url, user=USER, password=PASSWORD, at=timezone.now())


def test_a_server_is_asked_for_its_calendar_and_written_to(radicale: Radicale, alice: Membership) -> None:
    one = booked(alice, place="Via Dante 1; Milano", notes="Wants to sell everything")
    calendar = connected(radicale, alice)
    assert calendar.address == radicale.root + COLLECTION
    assert connected(radicale, alice, COLLECTION).pk == calendar.pk
    sync(calendar)
    calendar = sync(calendar)

    assert list(radicale.standing()) == [key(one)]
    event = radicale.event(f"{key(one)}.ics")[1]
    assert (event["DTSTART"].dt, str(event["LOCATION"]), int(event["SEQUENCE"])) == (one.starts_at, one.place, 1)
    assert b"sell" not in event.to_ical()
    assert calendar.last_error == ""
    assert PASSWORD not in calendar.secret


def test_changes_come_back_and_what_others_have_added_stays(either: Radicale, alice: Membership) -> None:
    one, radicale = booked(alice), either
    calendar = sync(connected(radicale, alice))
    radicale.person(
        "PUT",
        COLLECTION + "dentist.ics",
        radicale.event(f"{key(one)}.ics")[0].to_ical().replace(key(one).encode(), b"dentist"),
    )
    starts_at = one.starts_at + timedelta(days=2)
    radicale.edit(key(one), dtstart=starts_at, dtend=starts_at + HOUR, categories=["Work"], summary="Lunch")
    sync(calendar)

    assert again(one).starts_at == starts_at
    event = radicale.event(f"{key(one)}.ics")[1]
    assert str(event["SUMMARY"]).startswith("Rossi")
    assert event["CATEGORIES"].to_ical() == b"Work"
    with use_firm(alice.firm_id):
        assert Appointment.objects.count() == 1

    radicale.edit(key(one), dtstart=date(2027, 1, 1), dtend=date(2027, 1, 2))
    sync(calendar)
    assert again(one).starts_at == starts_at
    assert radicale.event(f"{key(one)}.ics")[1]["DTSTART"].dt == starts_at
    assert event_of(one).note == "cannot_follow"

    radicale.delete(key(one))
    sync(calendar)
    assert list(radicale.standing()) == [key(one)]
    assert (event_of(one).state, event_of(one).note) == (OutsideState.SYNCED, "put_back")


def test_what_both_sides_have_changed_is_the_calendars_and_said_to_be_a_conflict(
    either: Radicale, alice: Membership
) -> None:
    one, two = booked(alice), booked(alice, "Bianchi")
    calendar = sync(connected(either, alice))
    theirs = one.starts_at + timedelta(days=2)
    either.move(key(one), theirs, theirs + HOUR)
    with use_firm(alice.firm_id):
        services.move_appointment(one, starts_at=one.starts_at + HOUR, by=alice, at=timezone.now())
    either.relocate(key(two), "Bar Sport")
    sync(sync(calendar))

    assert again(one).starts_at == theirs
    assert event_of(one).state == OutsideState.CONFLICT
    assert (again(two).place, event_of(two).state) == ("Bar Sport", OutsideState.SYNCED)


@pytest.mark.parametrize("status", [403, 405, 501])
def test_a_server_that_cannot_say_what_has_changed_is_listed_when_its_mark_has(
    radicale: Radicale, alice: Membership, status: int
) -> None:
    """No sync-collection: one short question while nothing changes, then only the files with another etag."""
    radicale.lists_only = status
    several = [booked(alice, f"Client {number}") for number in range(3)]
    calendar = sync(sync(connected(radicale, alice)))
    radicale.asked.clear()
    calendar = sync(calendar)
    assert dict(radicale.asked) == {"PROPFIND": 1}

    place = several[0].starts_at + timedelta(days=1)
    radicale.move(key(several[0]), place, place + HOUR)
    radicale.delete(key(several[1]))
    radicale.asked.clear()
    calendar = sync(calendar)
    assert again(several[0]).starts_at == place
    assert event_of(several[1]).note == "put_back"
    assert dict(radicale.asked) == {"PROPFIND": 2, "REPORT": 1, "PUT": 1}
    assert sorted(radicale.standing()) == sorted(key(one) for one in several)
    assert (calendar.last_error, calendar.state) == ("", "active")


def test_what_we_wrote_and_somebody_deleted_is_missed_although_the_mark_is_the_old_one(
    radicale: Radicale, alice: Membership
) -> None:
    """Radicale makes the mark of a collection from its files: without the new one it is what it was."""
    radicale.lists_only = 501
    booked(alice)
    calendar = sync(sync(connected(radicale, alice)))
    late = booked(alice, "Late")
    calendar = sync(calendar)
    radicale.delete(key(late))
    sync(calendar)
    assert event_of(late).note == "put_back"
    assert key(late) in radicale.standing()


def test_addresses_inside_wrong_passwords_and_what_is_no_calendar_are_refused(
    radicale: Radicale, alice: Membership
) -> None:
    def refusal(url: str, password: str = PASSWORD) -> str:
        with use_firm(alice.firm_id), pytest.raises(ValidationError) as refused:
            connecting.connect_caldav(alice, url=url, user=USER, password=password, at=timezone.now())
        return str(refused.value.error_dict["url"][0].code)

    assert refusal(radicale.root + "/", "wrong") == "unauthorised"
    assert refusal(radicale.root + "/nobody/") in {"not_found", "forbidden"}
    with override_settings(CALENDAR_EXCEPTIONS=[]):
        assert refusal(radicale.root + "/") == "address_not_https"
        assert refusal("https://127.0.0.1/") == "address_private"
    with use_firm(alice.firm_id):
        assert not OutsideCalendar.objects.exists()


@pytest.mark.parametrize(
    "data",
    [b"", b"BEGIN:VCALENDAR", b"\xff\xfe", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR"],
)
def test_a_broken_file_is_one_that_cannot_be_followed(data: bytes) -> None:
    assert seen_in("crm", '"1"', data).content is None
