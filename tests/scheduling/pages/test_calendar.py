"""The Calendar: its events, a drag, the agenda."""

import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.templatetags.static import static
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from scheduling import services
from scheduling.models import Appointment
from scheduling.services import WeekDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, TODAY, book, make_client, make_reminder, rome

Browse = Callable[[Membership], Browser]


def events(browser: Browser, member: Membership, **query: str) -> object:
    window = {"start": "2026-03-16T00:00:00+01:00", "end": "2026-03-23T00:00:00+01:00", **query}
    return browser.get(page(member, "calendar/events/"), window)


def test_the_events_of_a_week_are_ones_own_or_everybodys(
    firm: Firm, meeting: Appointment, alice: Membership, ada: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        other = book(make_client("Verdi", advisor=ada), rome(2026, 3, 18), by=ada, assignee=ada)
        book(make_client("Lontano", advisor=alice), rome(2026, 4, 18), by=alice, assignee=alice)
        services.cancel_appointment(
            book(make_client("Annullato", advisor=alice), rome(2026, 3, 17), by=alice, assignee=alice),
            by=alice,
            at=NOW,
        )

    def ids(member: Membership, **query: str) -> list[int]:
        return [event["id"] for event in events(browse(member), member, **query).json()]

    assert ids(alice) == ids(alice, assignee="all") == [meeting.pk]
    assert ids(ada) == [other.pk]
    assert ids(ada, assignee="all") == [other.pk, meeting.pk]
    assert ids(ada, assignee=str(alice.pk)) == [meeting.pk]


def test_several_people_stand_side_by_side_each_in_a_colour_within_what_one_may_see(
    firm: Firm, meeting: Appointment, alice: Membership, ada: Membership, bob: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        other = book(make_client("Verdi", advisor=ada), rome(2026, 3, 20), by=ada, assignee=ada)
        book(make_client("Bruni", advisor=ada), rome(2026, 3, 20, 15), by=ada, assignee=bob)
    both = {"assignee": [str(ada.pk), str(alice.pk)]}
    window = {"start": "2026-03-16T00:00:00+01:00", "end": "2026-03-23T00:00:00+01:00", **both}
    shown = browse(ada).get(page(ada, "calendar/events/"), window).json()

    assert {event["id"]: event["whose"] for event in shown} == {meeting.pk: "Alice Conti", other.pk: "Ada Ferri"}
    assert len({event["tone"] for event in shown}) == 2
    assert {event["title"] for event in shown} == {"AC · Rossi · Incontro", "AF · Verdi · Incontro"}
    seen = browse(ada).get(page(ada, "calendar/"), {"date": "2026-03-20", **both})
    assert [(person.pk, [item.pk for item in items]) for person, items in seen.context["columns"]] == [
        (ada.pk, [other.pk]),
        (alice.pk, [meeting.pk]),
    ]
    assert f"calendar/events/?assignee={ada.pk}&amp;assignee={alice.pk}" in seen.content.decode()
    of_alice = browse(alice).get(page(alice, "calendar/events/"), window).json()
    assert [event["id"] for event in of_alice] == [meeting.pk], "a colleague's client is not hers to see"


def test_an_event_says_what_the_calendar_needs(
    meeting: Appointment, alice: Membership, rita: Membership, browse: Browse
) -> None:
    (event,) = events(browse(alice), alice).json()
    (read_only,) = events(browse(rita), rita, assignee="all").json()

    assert event == {
        "id": meeting.pk,
        "title": "Rossi · Incontro",
        "start": "2026-03-20T10:00:00+01:00",
        "end": "2026-03-20T11:00:00+01:00",
        "url": page(alice, f"appointments/{meeting.pk}/"),
        "editable": True,
        "patch_url": page(alice, f"appointments/{meeting.pk}/time/"),
        "version": 1,
        "tone": "blue",
        "symbol": f"{static('icons.svg')}#heart-handshake",
        "state": "planned",
    }
    assert (read_only["editable"], read_only["patch_url"]) == (False, "")


def test_holidays_stand_in_the_calendar(firm: Firm, alice: Membership, browse: Browse) -> None:
    found = events(browse(alice), alice, start="2026-04-01T00:00:00+02:00", end="2026-04-07T00:00:00+02:00").json()

    assert [(event["start"], event["allDay"]) for event in found] == [("2026-04-05", True), ("2026-04-06", True)]


def test_past_ones_without_an_outcome_are_listed_until_it_is_recorded(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        past = book(meeting.client, rome(2026, 3, 2), by=alice, assignee=alice)
    browser = browse(alice)

    before = browser.get(page(alice, "appointments/unrecorded/")).context["page"].items
    back = {"next": page(alice, "appointments/unrecorded/")}
    answer = browser.post(page(alice, f"appointments/{past.pk}/hold/"), back)
    after = browser.get(page(alice, "appointments/unrecorded/")).context["page"].items

    assert (before, after) == ([past], [])
    assert answer["Location"] == back["next"]


@pytest.mark.parametrize(
    "query",
    [
        {"start": "yesterday"},
        {"end": "2026-03-01T00:00:00Z"},
        {"end": "2029-03-01T00:00:00Z"},
        {"start": "0001-01-01T00:00:00Z", "end": "0001-01-08T00:00:00Z"},
        {"start": "9999-12-25T00:00:00Z", "end": "9999-12-31T00:00:00Z"},
    ],
)
def test_an_unreadable_window_is_a_problem(alice: Membership, browse: Browse, query: dict[str, str]) -> None:
    answer = events(browse(alice), alice, **query)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_drag_moves_and_a_second_one_needs_the_new_version(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Browse
) -> None:
    browser, address = browse(alice), page(alice, f"appointments/{meeting.pk}/time/")
    body = {"starts_at": "2026-03-30T14:00:00+02:00", "ends_at": "2026-03-30T15:30:00+02:00", "version": 1}

    moved = browser.patch(address, json.dumps(body), content_type="application/json")
    stale = browser.patch(address, json.dumps(body), content_type="application/json")

    assert (moved.status_code, moved.json()["version"]) == (200, 2)
    assert (stale.status_code, stale["Content-Type"]) == (409, "application/problem+json")
    assert stale.json()["errors"][0]["code"] == "stale"
    with use_firm(firm):
        appointment = Appointment.objects.get(pk=meeting.pk)
    assert (appointment.starts_at, appointment.ends_at) == (rome(2026, 3, 30, 14), rome(2026, 3, 30, 15, 30))


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"starts_at": 5}', '{"starts_at": "x", "ends_at": null}'])
def test_a_body_that_is_no_time_is_refused(meeting: Appointment, alice: Membership, browse: Browse, body: str) -> None:
    answer = browse(alice).patch(page(alice, f"appointments/{meeting.pk}/time/"), body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "starts_at"


def test_an_end_before_the_start_names_its_field(meeting: Appointment, alice: Membership, browse: Browse) -> None:
    body = {"starts_at": "2026-03-30T14:00:00+02:00", "ends_at": "2026-03-30T13:00:00+02:00"}

    answer = browse(alice).patch(
        page(alice, f"appointments/{meeting.pk}/time/"), json.dumps(body), content_type="application/json"
    )

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "ends_at"


def test_a_colleagues_appointment_is_not_there(
    firm: Firm, meeting: Appointment, carol: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        other = Membership.objects.create(user=carol.user, name="Dario", role="advisor")
        other.firm = firm

    answers = [
        browse(other).get(page(other, f"appointments/{meeting.pk}/")).status_code,
        browse(other).post(page(other, f"appointments/{meeting.pk}/cancel/")).status_code,
        browse(carol).get(page(carol, f"appointments/{meeting.pk}/")).status_code,
    ]

    assert answers == [404, 404, 404]


def test_the_calendar_page_has_the_agenda_in_its_html(
    firm: Firm, meeting: Appointment, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        make_reminder(client_, date(2026, 3, 1))

    html = browse(alice).get(page(alice, "calendar/")).content.decode()
    later = browse(alice).get(page(alice, "calendar/?date=2026-04-01")).content.decode()

    assert f"appointments/{meeting.pk}/" in html
    assert "due=2026-03-01" in html
    assert f"appointments/{meeting.pk}/" not in later


@pytest.mark.parametrize("path", ["calendar/", "calendar/events/?start=2026-03-01T00:00Z&end=2026-04-01T00:00Z"])
def test_the_calendar_costs_the_same_with_few_and_many(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Browse, path: str
) -> None:
    browser = browse(alice)
    browser.get(page(alice, path))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(alice, path))
    with use_firm(firm):
        for day in range(11, 19):
            client = make_client(f"Cliente {day}", advisor=alice)
            book(client, rome(2026, 3, day), by=alice, assignee=alice)
            make_reminder(client, date(2026, 3, day))
    with CaptureQueriesContext(connection) as many:
        browser.get(page(alice, path))

    assert len(few) == len(many)


def test_the_hours_shown_are_those_of_whose_calendar_it_is(
    firm: Firm, alice: Membership, ada: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        services.set_working_week(alice, WeekDetails({0: [(480, 750)], 6: [(1200, 1440)]}, 60, None), by=alice)

    def hours(**query: str) -> list[tuple[list[int], str, str]]:
        shown = browse(ada).get(page(ada, "calendar/"), query).content.decode()
        told = json.loads(unescape(re.findall(r'data-hours="([^"]*)"', shown)[0]))
        return [(one["daysOfWeek"], one["startTime"], one["endTime"]) for one in told]

    assert hours(assignee=str(alice.pk)) == [([1], "08:00", "12:30"), ([0], "20:00", "24:00")]
    assert hours()[:2] == [([1], "09:00", "13:00"), ([1], "14:00", "18:00")]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "31/31/2026", "x"])
def test_an_unreadable_day_is_today(alice: Membership, browse: Browse, day: str) -> None:
    answer = browse(alice).get(page(alice, "calendar/"), {"date": day})

    assert (answer.status_code, answer.context["day"]) == (200, TODAY)
