"""Google Calendar against a stand-in that keeps to what Google documents (STY-30, O-55)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.test import override_settings
from django.utils import timezone

from scheduling import services
from scheduling.calendars import claims, connecting, rounds
from scheduling.calendars.contents import key_of
from scheduling.calendars.google_consent import Question
from scheduling.enums import AppointmentState, OutsideState
from scheduling.models import Appointment, OutsideCalendar, OutsideEvent
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import page
from tests.scheduling.google_server import Google, running_google
from tests.scheduling.making import HOUR, book, make_client
from web.sealing import UnopenedError, seal, unseal


@pytest.fixture
def google() -> Iterator[Google]:
    with running_google() as made:
        yield made


def connected(google: Google, member: Membership) -> OutsideCalendar:
    question = Question.new()
    asked = dict(part.split("=") for part in question.address().partition("?")[2].split("&"))
    assert asked["code_challenge_method"] == "S256"
    google.consent("a-code", asked["code_challenge"])
    with use_firm(member.firm_id):
        return connecting.connect_google(member, code="a-code", verifier=question.verifier, at=timezone.now())


def sync(calendar: OutsideCalendar) -> OutsideCalendar:
    with use_firm(calendar.firm_id):
        connecting.sync_now(calendar, at=timezone.now())
    rounds.sync_due(calendar.firm_id)
    with use_firm(calendar.firm_id):
        return OutsideCalendar.objects.get(pk=calendar.pk)


def booked(member: Membership, name: str = "Rossi", days: int = 3, **values: Any) -> Appointment:
    with use_firm(member.firm_id):
        client = make_client(name, advisor=member)
        at = timezone.now()
        starts_at = (at + timedelta(days=days)).replace(microsecond=0)
        return book(client, starts_at, by=member, at=at, assignee=member, **values)


def event_of(appointment: Appointment) -> OutsideEvent:
    with use_firm(appointment.firm_id):
        return OutsideEvent.objects.get(appointment_id=appointment.pk)


def again(appointment: Appointment) -> Appointment:
    with use_firm(appointment.firm_id):
        return Appointment.objects.select_related("client", "type").get(pk=appointment.pk)


def key(appointment: Appointment) -> str:
    return key_of(appointment.firm_id, appointment.assignee_id or 0, appointment.pk)


def when(moment: datetime) -> dict[str, str]:
    return {"dateTime": moment.astimezone(UTC).isoformat()}


def moved(google: Google, appointment: Appointment, by: timedelta) -> datetime:
    starts_at = again(appointment).starts_at + by
    google.edit(key(appointment), start=when(starts_at), end=when(starts_at + HOUR))
    return starts_at


def test_an_appointment_is_written_once_and_says_no_more_than_it_must(google: Google, alice: Membership) -> None:
    one = booked(alice, place="Via Dante 1", notes="Wants to sell everything")
    booked(alice, "Bianchi", days=-60)
    calendar = connected(google, alice)
    sync(calendar)
    sync(calendar)

    assert list(google.standing) == [key(one)]
    event = google.events[key(one)]
    assert (event["summary"].split(" · ")[0], event["location"]) == ("Rossi", "Via Dante 1")
    assert datetime.fromisoformat(event["start"]["dateTime"]) == one.starts_at
    assert "sell" not in json.dumps(event)
    assert [line for line in google.asked if line.startswith("POST")] == [
        "POST /token",
        "POST /calendars/primary/events",
    ]
    assert event_of(one).state == OutsideState.SYNCED
    with use_firm(alice.firm_id):
        stored = OutsideCalendar.objects.get()
    assert (stored.account, stored.last_error) == ("anna@example.com", "")
    assert not any(secret in stored.secret for secret in [*google.access, *google.refresh])


def test_a_change_here_wakes_the_calendar_and_is_written(google: Google, alice: Membership, bob: Membership) -> None:
    one, calendar = booked(alice), connected(google, alice)
    sync(calendar)
    assert claims.firms_due(timezone.now()) == []
    with use_firm(alice.firm_id):
        later = services.move_appointment(one, starts_at=one.starts_at + HOUR, by=alice, at=timezone.now())
    assert claims.firms_due(timezone.now()) == [alice.firm_id]
    rounds.sync_due(alice.firm_id)
    assert google.events[key(one)]["start"] == {
        "dateTime": later.starts_at.astimezone(UTC).isoformat(),
        "timeZone": "UTC",
    }

    with use_firm(alice.firm_id):
        client = one.client
        client.name = "Rossi Anna"
        client.save()
    rounds.sync_due(alice.firm_id)
    assert google.events[key(one)]["summary"].startswith("Rossi Anna · ")

    with use_firm(alice.firm_id):
        services.cancel_appointment(one, by=alice, at=timezone.now())
    rounds.sync_due(alice.firm_id)
    assert google.standing == {}
    with use_firm(alice.firm_id):
        services.reopen_appointment(one, by=alice, at=timezone.now())
    rounds.sync_due(alice.firm_id)
    assert list(google.standing) == [key(one)]
    assert len(google.events) == 1


def test_of_time_and_place_the_calendar_decides_of_the_rest_the_crm(google: Google, alice: Membership) -> None:
    one, two, calendar = booked(alice), booked(alice, "Bianchi"), connected(google, alice)
    sync(calendar)
    starts_at = moved(google, one, timedelta(days=1))
    google.edit(key(one), location="  Bar\nSport ", summary="Lunch", colorId="7")
    sync(calendar)

    found = again(one)
    assert (found.starts_at, found.place) == (starts_at, "Bar Sport")
    assert google.events[key(one)]["summary"].startswith("Rossi")
    assert google.events[key(one)]["colorId"] == "7"
    assert (event_of(one).state, event_of(one).note) == (OutsideState.SYNCED, "changed_there")

    theirs = moved(google, two, timedelta(days=2))
    with use_firm(alice.firm_id):
        services.move_appointment(two, starts_at=two.starts_at + HOUR, by=alice, at=timezone.now())
    sync(calendar)
    assert again(two).starts_at == theirs
    assert event_of(two).state == OutsideState.CONFLICT

    google.delete(key(one))
    sync(calendar)
    assert again(one).state == AppointmentState.PLANNED
    assert key(one) in google.standing
    assert event_of(one).note == "put_back"


def test_what_cannot_be_followed_or_moved_is_put_back(google: Google, alice: Membership) -> None:
    one, calendar = booked(alice), connected(google, alice)
    past = booked(alice, "Bianchi", days=-2)
    with use_firm(alice.firm_id):
        services.mark_held(past, by=alice, at=timezone.now())
    sync(calendar)
    google.edit(key(one), start={"date": "2027-01-01"}, end={"date": "2027-01-02"}, recurrence=["RRULE:FREQ=DAILY"])
    moved(google, past, timedelta(days=9))
    before = again(past).starts_at
    sync(calendar)

    assert again(one).starts_at == one.starts_at
    assert datetime.fromisoformat(google.events[key(one)]["start"]["dateTime"]) == one.starts_at
    assert "recurrence" not in google.events[key(one)]
    assert again(past).starts_at == before
    assert datetime.fromisoformat(google.events[key(past)]["start"]["dateTime"]) == before
    assert (event_of(one).note, event_of(past).note) == ("cannot_follow", "not_movable")


def test_pages_and_a_forgotten_token_lose_and_double_nothing(google: Google, alice: Membership) -> None:
    mine = [booked(alice, f"Client {number}") for number in range(7)]
    calendar = sync(connected(google, alice))
    for number in range(5):
        google.own_event(f"dentist{number}", summary="Dentist", start=when(timezone.now()), end=when(timezone.now()))
    token = calendar.token
    google.forget_tokens()
    google.delete(key(mine[0]))
    starts_at = moved(google, mine[1], timedelta(days=5))
    calendar = sync(calendar)

    assert calendar.token not in ("", token)
    assert again(mine[1]).starts_at == starts_at
    assert {key(one) for one in mine} | {f"dentist{number}" for number in range(5)} == google.standing.keys()
    assert any("pageToken" in line for line in google.asked)
    with use_firm(alice.firm_id):
        assert Appointment.objects.count() == 7


@pytest.mark.parametrize(
    "fault", [(403, "rateLimitExceeded", ""), (429, "rateLimitExceeded", "900"), (503, "backendError", "")]
)
def test_quota_and_failures_wait_as_long_as_asked(google: Google, alice: Membership, fault: Any) -> None:
    one, calendar = booked(alice), connected(google, alice)
    google.fault = lambda method, path: fault if method == "POST" and "events" in path else None
    now = timezone.now()
    calendar = sync(calendar)
    google.fault = None

    assert calendar.paused_until is not None
    assert calendar.paused_until - now >= timedelta(seconds=int(fault[2] or 25))
    assert calendar.last_error == ("unavailable" if fault[0] == 503 else "quota")
    assert claims.firms_due(timezone.now()) == []
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        assert claims.firms_due(timezone.now()) == [alice.firm_id]
        rounds.sync_due(alice.firm_id)
    assert list(google.standing) == [key(one)]


def test_an_answer_that_was_lost_makes_no_second_copy_and_no_change(google: Google, alice: Membership) -> None:
    one, calendar = booked(alice), connected(google, alice)
    google.fault = lambda method, path: "lose" if "events" in path and method != "GET" else None
    sync(calendar)
    assert list(google.standing) == [key(one)]
    with use_firm(alice.firm_id):
        final = services.move_appointment(one, starts_at=one.starts_at + HOUR, by=alice, at=timezone.now())
    google.fault = None
    sync(calendar)

    assert again(one).starts_at == final.starts_at
    assert datetime.fromisoformat(google.events[key(one)]["start"]["dateTime"]) == final.starts_at
    assert len(google.events) == 1


def test_tokens_are_refreshed_a_withdrawn_consent_is_told_and_disconnecting_deletes(
    google: Google, alice: Membership, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    one, calendar = booked(alice), connected(google, alice)
    google.access.clear()
    calendar = sync(calendar)
    assert (calendar.last_error, list(google.standing)) == ("", [key(one)])

    google.access.clear()
    withdrawn = set(google.refresh)
    google.refresh.clear()
    calendar = sync(calendar)
    assert (calendar.state, calendar.last_error) == ("refused", "revoked")
    assert claims.firms_due(timezone.now()) == []

    calendar = connected(google, alice)
    sync(calendar)
    assert len(google.events) == 1
    with django_capture_on_commit_callbacks(execute=True), use_firm(alice.firm_id):
        connecting.disconnect(OutsideCalendar.objects.get(), by=alice)
    with use_firm(alice.firm_id):
        assert (OutsideCalendar.objects.count(), OutsideEvent.objects.count()) == (0, 0)
    assert withdrawn
    assert google.refresh == set()

    # Cancelled while nothing was connected: what is left outside goes, what is there already is not written twice.
    two = booked(alice, "Bianchi")
    with use_firm(alice.firm_id):
        services.cancel_appointment(one, by=alice, at=timezone.now())
    sync(connected(google, alice))
    assert list(google.standing) == [key(two)]


def test_one_appointment_can_be_kept_out(google: Google, alice: Membership) -> None:
    one, calendar = booked(alice), connected(google, alice)
    sync(calendar)
    with use_firm(alice.firm_id):
        connecting.leave_out(one, out=True, by=alice, at=timezone.now())
    sync(calendar)
    assert google.standing == {}
    assert event_of(one).state == OutsideState.LEFT_OUT
    with use_firm(alice.firm_id):
        services.move_appointment(one, starts_at=one.starts_at + HOUR, by=alice, at=timezone.now())
    sync(calendar)
    assert google.standing == {}
    with use_firm(alice.firm_id):
        connecting.leave_out(one, out=False, by=alice, at=timezone.now())
    sync(calendar)
    assert list(google.standing) == [key(one)]


def test_two_workers_do_not_share_a_calendar_and_who_lost_it_writes_nothing(google: Google, alice: Membership) -> None:
    calendar = connected(google, alice)
    first = claims.claim(alice.firm_id, calendar.pk)
    assert first is not None
    assert claims.claim(alice.firm_id, calendar.pk) is None
    with time_machine.travel(timezone.now() + claims.LEASE + timedelta(seconds=1), tick=True):
        second = claims.claim(alice.firm_id, calendar.pk)
        assert second is not None
        booked(alice)
        rounds.run_round(first)
        assert google.standing == {}
        rounds.run_round(second)
    assert len(google.standing) == 1


def test_a_wrong_verifier_connects_nothing(google: Google, alice: Membership) -> None:
    google.consent("a-code", "somebody-elses")
    with use_firm(alice.firm_id), pytest.raises(ValidationError) as refused:
        connecting.connect_google(alice, code="a-code", verifier="mine", at=timezone.now())
    assert refused.value.code == "revoked"


def test_what_is_sealed_opens_with_its_key_for_its_purpose_only() -> None:
    with override_settings(SEALING_KEYS=["old"]):
        sealed = seal("token", purpose="one")
    with override_settings(SEALING_KEYS=["new", "old"]):
        assert unseal(sealed, purpose="one") == "token"
        with pytest.raises(UnopenedError):
            unseal(sealed, purpose="two")
    with override_settings(SEALING_KEYS=["new"]), pytest.raises(UnopenedError):
        unseal(sealed, purpose="one")


def test_a_member_connects_by_the_page_and_nobody_else_can_use_his_consent(
    google: Google, alice: Membership, bob: Membership, browse: Callable[[Membership], Browser]
) -> None:
    one, hers, his = booked(alice), browse(alice), browse(bob)
    shown = hers.get(page(alice, "calendar/other/"))
    assert f"form-action 'self' http://{google.name}" in shown.headers["Content-Security-Policy"]
    sent = hers.post(page(alice, "calendar/other/google/"))
    asked = parse_qs(urlsplit(sent["Location"]).query)
    google.consent("a-code", asked["code_challenge"][0])
    back = f"/outside/google/?state={asked['state'][0]}&code=a-code"

    assert his.get(back).status_code == 404
    assert hers.get(back.replace("state=", "state=x")).status_code == 404
    finish = hers.get(back)["Location"]
    confirm = hers.get(finish)
    assert b'value="a-code"' in confirm.content
    with use_firm(alice.firm_id):
        assert not OutsideCalendar.objects.exists()
    given = {"code": "a-code", "state": asked["state"][0]}
    assert his.post(page(bob, "calendar/other/google/finish/"), given).status_code == 302
    hers.post(page(alice, "calendar/other/google/finish/"), given)
    hers.post(page(alice, "calendar/other/google/finish/"), given)
    with use_firm(alice.firm_id):
        calendar = OutsideCalendar.objects.get()
    assert calendar.member_id == alice.pk
    sync(calendar)

    assert "anna@example.com" in hers.get(page(alice, "calendar/other/")).content.decode()
    detail = page(alice, f"appointments/{one.pk}/")
    assert 'name="out" value="1"' in hers.get(detail).content.decode()
    hers.post(page(alice, f"appointments/{one.pk}/outside/"), {"out": "1"})
    assert event_of(one).left_out
    assert his.post(page(bob, f"calendar/other/calendars/{calendar.pk}/disconnect/")).status_code == 404
    hers.post(page(alice, f"calendar/other/calendars/{calendar.pk}/disconnect/"))
    with use_firm(alice.firm_id):
        assert not OutsideCalendar.objects.exists()


def test_the_state_is_seen_in_the_calendar_and_by_rest(
    google: Google, alice: Membership, ada: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    one, calendar = booked(alice), connected(google, alice)
    sync(calendar)
    span = f"start={date.today():%Y-%m-%d}T00:00:00Z&end={date.today() + timedelta(days=9):%Y-%m-%d}T00:00:00Z"  # noqa: DTZ011
    [event] = [
        each for each in browse(alice).get(page(alice, f"calendar/events/?{span}")).json() if each.get("id") == one.pk
    ]
    assert (event["outside_state"], event["title"][0]) == ("synced", "\u21c4")

    caller = api(alice)
    [shown] = caller.get("/api/v1/outside-calendars/").json()["results"]
    assert (shown["provider"], shown["state"], shown["events"]) == ("google", "active", {"synced": 1})
    assert not {"secret", "token"} & shown.keys()
    [row] = caller.get(f"/api/v1/outside-events/?appointment={one.pk}").json()["results"]
    assert (row["outside_id"], row["state"]) == (key(one), "synced")
    assert caller.post(f"/api/v1/outside-calendars/{calendar.pk}/sync/").status_code == 200
    assert api(ada).get("/api/v1/outside-calendars/").json()["results"] == []
    assert caller.delete(f"/api/v1/outside-calendars/{calendar.pk}/").status_code == 204


def test_without_being_registered_with_google_the_page_says_so(
    alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    hers = browse(alice)
    assert b"data-not-offered" in hers.get(page(alice, "calendar/other/")).content
    assert hers.post(page(alice, "calendar/other/google/")).status_code == 404
