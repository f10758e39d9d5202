"""What falls on the hour of an appointment is shown wherever it is: page, agenda, after saving, REST."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from scheduling import services
from scheduling.models import Appointment, BusyTime
from scheduling.overlaps import OverlapKind, overlaps_of
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, book, make_client, rome

Browse = Callable[[Membership], Browser]


@pytest.fixture
def meeting(firm: Firm, ada: Membership, alice: Membership) -> Appointment:
    """Alice's, at ten on a day on which she is away; at half past ten she is at the dentist's, and meets Verdi too."""
    with use_firm(firm):
        made = book(make_client("Rossi", advisor=alice), rome(2026, 3, 20), by=alice, assignee=alice)
        book(make_client("Verdi", advisor=alice), rome(2026, 3, 20, 10, 30), by=alice, assignee=alice)
        book(make_client("Prima", advisor=alice), rome(2026, 3, 20, 9), by=alice, assignee=alice)
        gone = book(make_client("Annullato", advisor=alice), rome(2026, 3, 20, 10), by=alice, assignee=alice)
        services.cancel_appointment(gone, by=alice, at=NOW)
        day = rome(2026, 3, 20).date()
        services.add_closure(starts_on=day, ends_on=day, reason="Ferie", by=alice, member=alice)
        lines = ["BEGIN:VEVENT", "UID:d", "SUMMARY:Dentista", "DTSTART:20260320T093000Z", "DURATION:PT1H", "END:VEVENT"]
        data = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()
        services.import_calendar(alice, data, name="a.ics", at=NOW)
    return made


def test_it_is_what_its_person_has_and_no_more_than_one_may_know(
    firm: Firm, meeting: Appointment, ada: Membership, alice: Membership, bob: Membership
) -> None:
    with use_firm(firm):
        told = [(one.kind, one.title) for one in overlaps_of(meeting, by=alice)]
        assert told == [
            (OverlapKind.FREE_DAY, "Ferie"),
            (OverlapKind.APPOINTMENT, "Verdi · Incontro"),
            (OverlapKind.OUTSIDE, "Dentista"),
        ]
        to_bob = overlaps_of(meeting, by=bob)
        assert [one.title for one in to_bob if one.kind != OverlapKind.FREE_DAY] == ["Occupato", "Occupato"]
        assert {one.appointment_id for one in to_bob} == {None}
        assert "Dentista" not in {one.title for one in overlaps_of(meeting, by=ada)}

        BusyTime.objects.all().delete()
        services.cancel_appointment(Appointment.objects.get(client__name="Verdi"), by=alice, at=NOW)
        assert [one.kind for one in overlaps_of(meeting, by=alice)] == [OverlapKind.FREE_DAY]


def test_pages_and_rest_show_it(meeting: Appointment, alice: Membership, browse: Browse, api: Any) -> None:
    browser = browse(alice)
    shown = browser.get(page(alice, f"appointments/{meeting.pk}/")).content.decode()
    assert "Nello stesso momento" in shown
    assert "Dentista" in shown
    agenda = browser.get(page(alice, "calendar/"), {"date": "2026-03-20"}).content.decode()
    assert agenda.count("Stessa ora") == 2
    assert "Ferie" in agenda

    told = api(alice).get(f"/api/v1/appointments/{meeting.pk}/overlaps/").json()["overlaps"]
    assert [one["kind"] for one in told] == ["free_day", "appointment", "outside"]


def test_who_plans_at_an_hour_that_is_taken_is_told_so(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        client = make_client("Neri", advisor=alice)
    path = f"{page(alice, 'appointments/new/')}?client={client.pk}"
    form = {"type": meeting.type_id, "assignee": alice.pk, "day": "2026-03-20", "starts": "10:15", "ends": "10:30"}
    answer = browse(alice).post(path, form, follow=True)
    shown = answer.content.decode()
    assert "Nello stesso momento: Ferie, Rossi · Incontro." in shown
