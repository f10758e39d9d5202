"""Booking links: secret, expiring, never one time for two, mails with a calendar file for both; nothing of others."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import icalendar
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from clients.bulk.actions import actions
from clients.bulk.services import confirm, freeze, undo
from clients.models import Client
from communications import outbox
from communications.models import ClientMail, OutgoingMail
from scheduling import queries, services
from scheduling.bookable import bookable_days
from scheduling.enums import AppointmentState
from scheduling.models import Appointment, BookingLink, ClientPlan
from scheduling.services import NewLink, WeekDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.scheduling.making import NOW, ROME, book, make_client, make_reminder

Browse = Callable[[Membership], Browser]
ADDRESS = "anna@casa.example"


def anna(advisor: Membership, name: str = "Rossi", address: str = ADDRESS) -> Client:
    return new_client(name, first_name="Anna", advisor=advisor, emails=[{"address": address}])


def linked(
    client: Client, member: Membership, *, at: datetime = NOW, address: str = ADDRESS
) -> tuple[BookingLink, str]:
    return services.make_booking_links([NewLink(client, member, address)], by=member, at=at)[0]


def first_slot(member: Membership, *, at: datetime = NOW) -> datetime:
    return next(iter(bookable_days(member, at=at).values()))[0][0]


def local(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url)


def calendars() -> list[Any]:
    """The calendar file of each mail that has left, with the method that its type says."""
    found = []
    for message in mail.outbox:
        for part in message.message().walk():
            if part.get_content_type() == "text/calendar":
                calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
                assert part.get_param("method") == calendar["METHOD"]
                found.append((message.to[0], calendar["METHOD"], calendar.walk("VEVENT")[0]))
    return found


@dataclass
class Booking:
    client: Client
    taken: datetime
    address: str
    moments: list[datetime]


@pytest.fixture
def offered(firm: Firm, alice: Membership, bob: Membership) -> Booking:
    """Anna has a reminder and a link; another client has the first hour."""
    now = timezone.now()
    with use_firm(firm):
        client = anna(alice)
        taken, *free = [slot[0] for slots in bookable_days(alice, at=now).values() for slot in slots]
        book(make_client("Segreto", advisor=alice), taken, by=alice, assignee=alice, at=now)
        make_reminder(client, now.date())
        link, url = linked(client, alice, at=now)
        assert link.secret_hash not in url
    return Booking(client, taken, local(url), free)


def test_the_page_shows_free_hours_in_the_browsers_language_and_nothing_of_others(firm: Firm, offered: Booking) -> None:
    shown = Browser(headers={"accept-language": "en"}).get(offered.address)
    body = shown.content.decode()
    assert {word for word in ("Alice Conti", "Studio Aurora", "Segreto", "Rossi", "Bob Riva") if word in body} == {
        "Alice Conti",
        "Studio Aurora",
    }
    assert "Meet Alice Conti" in body
    assert "Incontrare Alice Conti" in Browser(headers={"accept-language": "it"}).get(offered.address).content.decode()
    moments = [slot[0] for _day, slots in shown.context["days"] for slot in slots]
    assert moments == offered.moments[: len(moments)]
    assert all(9 <= moment.astimezone(ROME).hour < 18 for moment in moments)
    assert Browser().get(offered.address, {"at": moments[0].isoformat()}).status_code == 200
    with use_firm(firm):
        assert not Appointment.objects.filter(client=offered.client).exists(), "looking changes nothing"


def test_a_client_books_moves_and_cancels_by_himself_and_both_are_told(
    firm: Firm, alice: Membership, offered: Booking
) -> None:
    client, taken, address, moments = offered.client, offered.taken, offered.address, offered.moments
    browser = Browser()
    assert browser.post(address, {"at": taken.isoformat()}).status_code == 409
    for _click in range(2):
        assert browser.post(address, {"at": moments[0].isoformat()}).status_code == 302
    with use_firm(firm):
        made = Appointment.objects.get(client=client)
        assert (made.starts_at, made.assignee, made.origin) == (moments[0], alice, "booking")
        assert ClientPlan.objects.get(client=client).next_meeting_at == moments[0]
        assert not client.reminders.filter(state="open").exists()
    outbox.send_due(firm.pk)
    told = calendars()
    assert {(who, method) for who, method, _event in told} == {(ADDRESS, "REQUEST"), (alice.user.email, "PUBLISH")}
    assert told[0][2]["DTSTART"].dt == moments[0]
    assert told[0][2]["SEQUENCE"] == 0

    assert browser.post(address, {"at": moments[1].isoformat()}).status_code == 302
    assert browser.post(address, {"cancel": "1"}).status_code == 302
    outbox.send_due(firm.pk)
    with use_firm(firm):
        assert Appointment.objects.get(client=client).state == AppointmentState.CANCELLED
    of_client = [(method, int(event["SEQUENCE"])) for who, method, event in calendars() if who == ADDRESS]
    # The change had not left when he cancelled.
    assert of_client == [("REQUEST", 0), ("CANCEL", 2)]
    assert len({event["UID"] for _who, _method, event in calendars()}) == 1


def test_a_link_that_is_wrong_over_or_withdrawn_opens_nothing(
    firm: Firm, other_firm: Firm, alice: Membership, carol: Membership
) -> None:
    with use_firm(firm):
        link, url = linked(anna(alice), alice, at=timezone.now())
    address, browser = local(url), Browser()
    assert browser.get(address.replace(f"/{firm.pk}/", f"/{other_firm.pk}/")).status_code == 404
    assert browser.get(address[:-5] + "xxxx/").status_code == 404
    with use_firm(firm):
        services.withdraw_booking_links([link.pk], by=alice, at=timezone.now())
    assert browser.get(address).status_code == 410
    slot = "2030-01-08T10:00:00+01:00"
    assert browser.post(address, {"at": slot}).status_code == 410
    with use_firm(firm):
        BookingLink.objects.update(withdrawn_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get(address).status_code == 410
    with use_firm(firm):
        assert not Appointment.objects.exists()
        BookingLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
        assert OutgoingMail.objects.get().state == "cancelled", "what was withdrawn in time never leaves"
    statuses = {browser.get(address).status_code for _number in range(31)}
    assert statuses == {200, 429}


def test_hours_holidays_closures_and_the_most_of_a_day_bound_what_can_be_booked(bound: Firm, alice: Membership) -> None:
    services.set_working_week(
        alice, WeekDetails(hours={0: [(600, 720)], 2: [(600, 720)]}, meeting_minutes=60, most_a_day=1), by=alice
    )
    monday = datetime(2026, 3, 16, 10, tzinfo=ROME)
    services.add_closure(starts_on=monday.date(), ends_on=monday.date(), reason="Fiera", by=alice, member=alice)
    days = bookable_days(alice, at=NOW)
    assert monday.date() not in days
    assert {day.weekday() for day in days} == {0, 2}
    assert date(2026, 4, 6) not in days, "Easter Monday"
    assert all(len(slots) == 2 for slots in days.values())
    book(make_client(advisor=alice), datetime(2026, 3, 18, 10, tzinfo=ROME), by=alice, assignee=alice)
    assert date(2026, 3, 18) not in bookable_days(alice, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_eight_clients_at_one_time_exactly_one_gets_it(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        clients = [anna(alice, f"Rossi {number}", f"c{number}@x.example") for number in range(8)]
        wanted = [NewLink(client, alice) for client in clients]
        links = [link for link, _url in services.make_booking_links(wanted, by=alice, at=NOW)]
        slot = first_slot(alice)
    start = Barrier(8)

    def try_it(link: BookingLink) -> str:
        try:
            with use_firm(firm):
                start.wait()
                services.book_slot(link, slot, url="", at=NOW)
                return "booked"
        except ValidationError as refusal:
            return str(refusal.code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(try_it, links))
    assert outcomes == ["booked", *["slot_taken"] * 7]
    with use_firm(firm):
        assert Appointment.objects.filter(starts_at=slot).count() == 1


def test_from_a_reminder_the_link_is_sent_and_shown_once_and_by_bulk_to_whoever_can_have_one(
    firm: Firm, alice: Membership, ada: Membership, rita: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        client, planned, silent = anna(alice), anna(alice, "Verdi", "v@x.example"), make_client("Muto", advisor=alice)
        book(planned, timezone.now() + timedelta(days=9), by=alice, at=timezone.now())
    address = page(alice, f"clients/{client.pk}/booking-link/")
    assert browse(rita).get(address).status_code == 403
    answer = browse(alice).post(address, {"address": ADDRESS, "days": "7"})
    shown = re.search(r'data-booking readonly value="([^"]+)"', answer.content.decode())
    assert shown is not None
    assert Browser().get(local(shown[1])).status_code == 200
    with use_firm(firm):
        assert shown[1] in OutgoingMail.objects.get().body
        assert shown[1] not in ClientMail.objects.get(client=client).text
        job = freeze(actions()["send_booking_link"], Client.objects.all(), by=ada, at=timezone.now())
        job = confirm(job, {"days": 14}, at=timezone.now())
        assert job.changed == 1
    assert Browser().get(local(shown[1])).status_code == 410, "the new one takes its place"
    with use_firm(firm):
        latest = BookingLink.objects.latest("pk")
        assert (latest.client_id, latest.withdrawn_at) == (client.pk, None)
        assert not BookingLink.objects.filter(client__in=[planned, silent]).exists()
        undo(job, by=ada, at=timezone.now())
        latest.refresh_from_db()
        assert latest.withdrawn_at is not None
        assert not OutgoingMail.objects.filter(state="pending").exists()


def test_who_was_invited_hears_of_a_move_and_of_the_end(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        now = timezone.now()
        client, start = anna(alice), first_slot(alice, at=now)
        details = services.AppointmentDetails(
            type=queries.default_meeting_type(),
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            assignee=alice,
            place="Roma; via, 1",
        )
        made = services.book_appointment(client, details, by=alice, at=now, invite=True)
        quiet = services.book_appointment(anna(alice, "Neri", "n@x.example"), details, by=alice, at=now)
        services.move_appointment(quiet, starts_at=start + timedelta(days=1), by=alice, at=now)
        with pytest.raises(ValidationError) as refused:
            services.book_appointment(make_client("Muto", advisor=alice), details, by=alice, at=now, invite=True)
        assert set(refused.value.error_dict) == {"invite"}
    outbox.send_due(firm.pk)
    with use_firm(firm):
        moved = services.move_appointment(made, starts_at=start + timedelta(days=1), by=alice, at=now)
        outbox_state = services.move_appointment(moved, starts_at=start + timedelta(days=2), by=alice, at=now)
    outbox.send_due(firm.pk)
    with use_firm(firm):
        services.delete_appointment(outbox_state, by=alice, at=now)
    outbox.send_due(firm.pk)
    told = calendars()
    assert [(who, method, int(event["SEQUENCE"])) for who, method, event in told] == [
        (ADDRESS, "REQUEST", 0),
        (ADDRESS, "REQUEST", 2),
        (ADDRESS, "CANCEL", 3),
    ]
    assert told[1][2]["DTSTART"].dt == start + timedelta(days=2)
    assert told[0][2]["LOCATION"] == "Roma; via, 1"
    assert told[2][2]["STATUS"] == "CANCELLED"


def test_rest_makes_a_link_shows_its_address_once_and_withdraws_it(
    firm: Firm, alice: Membership, api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        client, silent = anna(alice), make_client("Muto", advisor=alice)
    caller, path = api(alice), "/api/v1/booking-links/"
    refused = caller.post(path, {"client": silent.pk}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "no_address")
    made = caller.post(path, {"client": client.pk, "days": 3}, format="json").json()
    assert Browser().get(local(made["url"])).status_code == 200
    assert "url" not in caller.get(f"{path}{made['id']}/").json()
    assert caller.post(f"{path}{made['id']}/withdraw/").json()["withdrawn_at"] is not None
    assert Browser().get(local(made["url"])).status_code == 410
