"""The pages of planning, appointments, calendar, reminders and types: what they show, do and refuse."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from groups.models import Group, GroupMember
from scheduling import queries, services
from scheduling.enums import AppointmentOrigin, AppointmentState, ReminderState
from scheduling.models import Appointment, AppointmentType, CadenceException, Check, ClientPlan, Reminder
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, TODAY, book, make_client, make_reminder, rome

Browse = Callable[[Membership], Browser]


@pytest.fixture(autouse=True)
def _today(db: None) -> object:
    """The pages read the clock; these tests live on 10 March 2026, at nine in Rome."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def client_(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return make_client("Rossi", advisor=alice)


@pytest.fixture
def meeting(firm: Firm, client_: Client, alice: Membership) -> Appointment:
    with use_firm(firm):
        return book(client_, rome(2026, 3, 20), by=alice, assignee=alice)


def fields(kind: AppointmentType, **values: object) -> dict[str, object]:
    return {"type": kind.pk, "day": "2026-03-24", "starts": "15:00", "ends": "16:00", "place": "", **values}


def incontro(firm: Firm) -> AppointmentType:
    with use_firm(firm):
        return AppointmentType.objects.get(name="Incontro")


# Planning


@pytest.fixture
def groups(firm: Firm, client_: Client) -> tuple[Group, Group]:
    with use_firm(firm):
        gold, rest = (
            Group.objects.create(kind="fixed", name="Gold", yearly_meetings=4),
            Group.objects.create(kind="fixed", name="Altri"),
        )
        GroupMember.objects.create(group=gold, client_id=client_.pk)
        return gold, rest


def test_planning_lists_all_groups_with_a_mark_that_is_not_colour_alone(
    groups: tuple[Group, Group], alice: Membership, browse: Browse
) -> None:
    answer = browse(alice).get(page(alice, "planning/appointments/"))

    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count('data-cadence="set"') == html.count('data-cadence="none"') == 1
    assert html.index("Gold") < html.index("Altri")
    assert 'tabular-nums">4</span>' in html[html.index('data-cadence="set"') :][:120]
    assert 'name="yearly_meetings"' not in html


def test_planning_costs_the_same_with_few_and_many_groups(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    browser = browse(ada)
    browser.get(page(ada, "planning/appointments/"))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(ada, "planning/appointments/"))
    with use_firm(firm):
        Group.objects.bulk_create(Group(name=f"G{n}", yearly_meetings=1) for n in range(10))
    with CaptureQueriesContext(connection) as many:
        browser.get(page(ada, "planning/appointments/"))

    assert len(few) == len(many)


@pytest.mark.parametrize(("given", "kept"), [("12", 12), ("", None), ("0", None)])
def test_an_administrator_sets_changes_and_removes_the_number(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse, given: str, kept: int | None
) -> None:
    gold, _ = groups
    address = page(ada, f"planning/appointments/groups/{gold.pk}/")

    shown = browse(ada).get(address)
    answer = browse(ada).post(address, {"yearly_meetings": given})

    assert 'value="4"' in shown.content.decode()
    assert (answer.status_code, answer["Location"]) == (302, page(ada, "planning/appointments/"))
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == kept
    assert "moon-star" in browse(ada).get(page(ada, "planning/appointments/")).content.decode().split("<tbody>")[1]


def test_with_htmx_the_row_becomes_a_form_and_a_row_again(
    groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    gold, _ = groups
    browser, address = browse(ada), page(ada, f"planning/appointments/groups/{gold.pk}/")
    htmx = {"HX-Request": "true"}

    form = browser.get(address, headers=htmx).content.decode()
    refused = browser.post(address, {"yearly_meetings": "53"}, headers=htmx)
    row = browser.post(address, {"yearly_meetings": "6"}, headers=htmx)

    assert form.lstrip().startswith("<tr") or "<tr id=" in form
    assert "<html" not in form
    assert refused.status_code == 422
    assert "field-error" in refused.content.decode()
    assert 'data-cadence="set"' in row.content.decode()
    assert "toast" in row["HX-Trigger"]


@pytest.mark.parametrize("number", ["53", "-1", "4.5", "abc"])
def test_a_number_out_of_range_is_refused_beside_its_field(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse, number: str
) -> None:
    gold, _ = groups

    answer = browse(ada).post(page(ada, f"planning/appointments/groups/{gold.pk}/"), {"yearly_meetings": number})

    assert answer.status_code == 422
    assert 'id="id_yearly_meetings_error"' in answer.content.decode()
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == 4


def test_an_advisor_cannot_set_the_number(groups: tuple[Group, Group], alice: Membership, browse: Browse) -> None:
    answer = browse(alice).post(page(alice, f"planning/appointments/groups/{groups[0].pk}/"), {"yearly_meetings": "6"})

    assert answer.status_code == 403


def test_removing_a_number_can_be_taken_back(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    gold, _ = groups
    browser = browse(ada)

    removed = browser.post(page(ada, f"planning/appointments/groups/{gold.pk}/set/0/"), follow=True)
    undo = page(ada, f"planning/appointments/groups/{gold.pk}/set/4/")
    offered = undo in removed.content.decode()
    browser.post(undo)

    assert offered
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == 4


def test_the_lead_days_are_set_by_who_configures(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    address = page(ada, "planning/appointments/check/")
    values = {"lead_days": "14", "text": "Fissare", "active": "on"}

    answer = browse(ada).post(address, values)
    forbidden = browse(alice).post(address, values)

    assert (answer.status_code, forbidden.status_code) == (302, 403)
    with use_firm(firm):
        assert Check.objects.get().lead_days == 14


def test_the_forgotten_the_overdue_and_the_exceptions_are_listed(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        never, late = make_client("Mai Visto", advisor=alice), make_client("In Ritardo", advisor=alice)
        ClientPlan.objects.create(client=never, yearly_meetings=4)
        ClientPlan.objects.create(
            client=late, yearly_meetings=4, last_meeting_at=rome(2025, 10, 1), due_on=date(2026, 1, 1)
        )
        services.set_cadence_exception(client_, yearly_meetings=None, reason="All'estero", by=alice, at=NOW)
    browser = browse(alice)

    pages = {
        name: browser.get(page(alice, f"planning/{name}/")).content.decode()
        for name in ("never-met", "overdue", "exceptions")
    }

    assert "Mai Visto" in pages["never-met"]
    assert "In Ritardo" not in pages["never-met"]
    assert "In Ritardo" in pages["overdue"]
    assert "68 " in pages["overdue"]
    assert "All&#x27;estero" in pages["exceptions"]


# Appointments


def test_without_a_client_one_is_searched_for_without_scripts(
    firm: Firm, client_: Client, carol: Membership, alice: Membership, browse: Browse
) -> None:
    with use_firm(carol.firm):
        make_client("Rossini", advisor=carol)

    html = browse(alice).get(page(alice, "appointments/new/?q=ros&origin=reminder")).content.decode()

    assert f"?client={client_.pk}&amp;origin=reminder" in html
    assert "Rossini" not in html


def test_another_firms_client_does_not_exist(firm: Firm, carol: Membership, alice: Membership, browse: Browse) -> None:
    with use_firm(carol.firm):
        foreign = make_client("Neri", advisor=carol)

    answers = [browse(alice).get(page(alice, f"appointments/new/?client={pk}")) for pk in (foreign.pk, 987654321)]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_from_a_reminder_to_a_planned_appointment_in_two_clicks(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    """The first opens the page with everything filled in, the second saves it (REL-42)."""
    with use_firm(firm):
        make_reminder(client_, date(2026, 3, 15))
        book(make_client("Bianchi", advisor=alice), rome(2026, 3, 13, 9), by=alice, assignee=alice)
    browser = browse(alice)
    reminders = browser.get(page(alice, "reminders/")).content.decode()
    link = f"{page(alice, 'appointments/new/')}?client={client_.pk}&amp;due=2026-03-15&amp;origin=reminder"

    form = browser.get(page(alice, f"appointments/new/?client={client_.pk}&due=2026-03-15&origin=reminder"))
    initial = form.context["form"].initial
    html = form.content.decode()
    browser.post(
        form.wsgi_request.get_full_path(),
        {
            "type": initial["type"].pk,
            "assignee": initial["assignee"].pk,
            "day": initial["day"],
            "starts": initial["starts"],
            "ends": initial["ends"],
            "origin": initial["origin"],
        },
    )

    assert link in reminders
    # The 15th is a Sunday: Friday is proposed, after what is already fixed at nine.
    assert (str(initial["day"]), str(initial["starts"])) == ("2026-03-13", "10:00:00")
    assert 'value="2026-03-13"' in html
    with use_firm(firm):
        booked = Appointment.objects.select_related("type").get(starts_at=rome(2026, 3, 13, 10))
    assert (booked.client_id, booked.assignee_id, booked.type.name, booked.origin) == (
        client_.pk,
        alice.pk,
        "Incontro",
        AppointmentOrigin.REMINDER,
    )
    assert link not in browser.get(page(alice, "reminders/")).content.decode()


def test_a_range_of_the_calendar_is_taken_over(client_: Client, alice: Membership, browse: Browse) -> None:
    query = "starts_at=2026-03-24T15%3A00%3A00%2B01%3A00&ends_at=2026-03-24T16%3A30%3A00%2B01%3A00"

    form = browse(alice).get(page(alice, f"appointments/new/?client={client_.pk}&{query}")).context["form"]

    assert [str(form.initial[name]) for name in ("day", "starts", "ends")] == ["2026-03-24", "15:00:00", "16:30:00"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends": "14:00"}, "ends"),
        ({"ends": "15:00"}, "ends"),
        ({"day": "2026-02-30"}, "day"),
        ({"type": "0"}, "type"),
        ({"assignee": "999999999"}, "assignee"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_booked(
    firm: Firm, client_: Client, alice: Membership, browse: Browse, values: dict[str, str], field: str
) -> None:
    answer = browse(alice).post(page(alice, f"appointments/new/?client={client_.pk}"), fields(incontro(firm), **values))

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    with use_firm(firm):
        assert not Appointment.objects.exists()


def test_an_operator_without_the_permission_books_nothing(
    firm: Firm, client_: Client, bob: Membership, rita: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        Membership.objects.filter(pk=bob.pk).update(enters_appointments=False)

    answers = [browse(member).get(page(member, "appointments/new/")).status_code for member in (bob, rita)]

    assert answers == [403, 403]


def test_the_page_of_an_appointment_and_its_buttons(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        past = book(meeting.client, rome(2026, 3, 2), by=alice, assignee=alice, place="Via Torino 12")
    browser = browse(alice)

    html = browser.get(page(alice, f"appointments/{past.pk}/")).content.decode()
    ahead = browser.get(page(alice, f"appointments/{meeting.pk}/")).content.decode()
    held = browser.post(page(alice, f"appointments/{past.pk}/hold/"), follow=True).content.decode()

    assert "Via Torino 12" in html
    assert "circle-help" in html
    assert f"appointments/{past.pk}/hold/" in html
    assert f"appointments/{meeting.pk}/hold/" not in ahead
    assert f"appointments/{past.pk}/reopen/" in held
    with use_firm(firm):
        assert Appointment.objects.get(pk=past.pk).state == AppointmentState.HELD


@pytest.mark.parametrize(
    ("action", "state"), [("cancel", "cancelled"), ("no-show", "no_show"), ("hold", "held"), ("reopen", "planned")]
)
def test_states_change_by_a_post_and_never_by_a_get(
    firm: Firm, client_: Client, alice: Membership, browse: Browse, action: str, state: str
) -> None:
    with use_firm(firm):
        past = book(client_, rome(2026, 3, 2), by=alice, assignee=alice)
    browser = browse(alice)

    looked = browser.get(page(alice, f"appointments/{past.pk}/{action}/"))
    done = browser.post(page(alice, f"appointments/{past.pk}/{action}/"))

    assert (looked.status_code, done.status_code) == (405, 302)
    with use_firm(firm):
        assert Appointment.objects.get(pk=past.pk).state == state


def test_changing_and_taking_it_back(firm: Firm, meeting: Appointment, alice: Membership, browse: Browse) -> None:
    browser = browse(alice)
    values = fields(incontro(firm), assignee=alice.pk, version=1, place="Studio")

    changed = browser.post(page(alice, f"appointments/{meeting.pk}/edit/"), values, follow=True)
    with use_firm(firm):
        moved = Appointment.objects.get(pk=meeting.pk)
    undo = next(toast for toast in changed.context["messages"])
    browser.post(undo.extra_tags)

    assert (moved.starts_at, moved.place) == (rome(2026, 3, 24, 15), "Studio")
    with use_firm(firm):
        back = Appointment.objects.get(pk=meeting.pk)
    assert (back.starts_at, back.ends_at, back.place) == (meeting.starts_at, meeting.ends_at, "")


def test_a_form_opened_before_somebody_elses_change_is_refused(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        services.move_appointment(meeting, starts_at=rome(2026, 3, 25), by=alice, at=NOW)

    answer = browse(alice).post(
        page(alice, f"appointments/{meeting.pk}/edit/"), fields(incontro(firm), assignee=alice.pk, version=1)
    )

    assert answer.status_code == 422
    with use_firm(firm):
        assert Appointment.objects.get(pk=meeting.pk).starts_at == rome(2026, 3, 25)


# The Calendar


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
    "query", [{"start": "yesterday"}, {"end": "2026-03-01T00:00:00Z"}, {"end": "2029-03-01T00:00:00Z"}]
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


# Reminders


def test_reminders_are_sorted_and_filtered(
    firm: Firm, client_: Client, alice: Membership, ada: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        make_reminder(client_, date(2026, 3, 15))
        make_reminder(make_client("Bianchi", advisor=alice), date(2026, 2, 1))
        make_reminder(make_client("Verdi", advisor=ada), date(2026, 3, 1))
        make_reminder(
            make_client("Gialli", advisor=alice),
            date(2026, 3, 2),
            state=ReminderState.SNOOZED,
            snoozed_until=date(2026, 3, 20),
        )

    def names(member: Membership, query: str = "") -> list[str]:
        answer = browse(member).get(page(member, f"reminders/{query}"))
        return [reminder.client.name for reminder in answer.context["page"].items]

    assert names(alice) == ["Bianchi", "Rossi"]
    assert names(ada) == ["Bianchi", "Verdi", "Rossi"]
    assert names(ada, f"?advisor={alice.pk}") == ["Bianchi", "Rossi"]
    assert names(alice, "?show=overdue") == ["Bianchi"]
    assert names(alice, "?show=upcoming") == ["Rossi"]
    assert names(alice, "?show=snoozed") == ["Gialli"]
    assert names(alice, "?show=nonsense") == ["Bianchi", "Rossi"]


def test_reminders_cost_the_same_with_one_and_many(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        make_reminder(client_, date(2026, 3, 15))
    browser = browse(alice)
    browser.get(page(alice, "reminders/"))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(alice, "reminders/"))
    with use_firm(firm):
        for n in range(10):
            make_reminder(make_client(f"Cliente {n}", advisor=alice), date(2026, 3, 1))
    with CaptureQueriesContext(connection) as many:
        browser.get(page(alice, "reminders/"))

    assert len(few) == len(many)


def test_dismissing_and_snoozing_by_button_with_undo(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        reminder = make_reminder(client_, date(2026, 3, 15))
    browser, base = browse(alice), page(alice, f"reminders/{reminder.pk}/")
    htmx = {"HX-Request": "true"}

    def state() -> tuple[str, date | None]:
        with use_firm(firm):
            row = Reminder.objects.get(pk=reminder.pk)
        return row.state, row.snoozed_until

    dismissed = browser.post(f"{base}dismiss/", headers=htmx)
    after_dismissing = state()
    browser.post(f"{base}reopen/")
    after_undo = state()
    browser.post(f"{base}snooze/", {"days": "3"})
    after_snoozing = state()
    browser.post(f"{base}snooze/", {"until": "2026-03-09"})

    assert (dismissed.status_code, dismissed.content) == (200, b"")
    assert f"{base}reopen/" in dismissed["HX-Trigger"]
    assert after_dismissing == ("dismissed", None)
    assert after_undo == ("open", None)
    assert after_snoozing == state() == ("snoozed", TODAY + timedelta(days=3))


def test_who_only_reads_handles_no_reminder(firm: Firm, client_: Client, rita: Membership, browse: Browse) -> None:
    with use_firm(firm):
        reminder = make_reminder(client_, date(2026, 3, 15))

    seen = browse(rita).get(page(rita, "reminders/")).content.decode()
    answer = browse(rita).post(page(rita, f"reminders/{reminder.pk}/dismiss/"))

    assert "Rossi" in seen
    assert "dismiss" not in seen
    assert answer.status_code == 403


# Exceptions


def test_an_exception_is_set_changed_and_removed(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    browser, address = browse(alice), page(alice, f"clients/{client_.pk}/cadence-exception/")

    refused = browser.post(address, {"kind": "own", "yearly_meetings": "", "reason": ""})
    browser.post(address, {"kind": "own", "yearly_meetings": "6", "reason": "Successione in corso"})
    with use_firm(firm):
        first = CadenceException.objects.get()
    browser.post(address, {"kind": "none", "yearly_meetings": "6", "reason": "Si trasferisce", "ends_on": "2026-12-31"})
    with use_firm(firm):
        second = queries.exception_of(client_, on=TODAY)
    assert second is not None
    browser.post(page(alice, f"planning/exceptions/{second.pk}/remove/"))

    assert refused.status_code == 422
    assert 'id="id_yearly_meetings_error"' in refused.content.decode()
    assert 'id="id_reason_error"' in refused.content.decode()
    assert first.yearly_meetings == 6
    assert (second.yearly_meetings, second.ends_on) == (None, date(2026, 12, 31))
    with use_firm(firm):
        assert queries.exception_of(client_, on=TODAY) is None


# Types


def test_types_are_created_edited_ordered_and_switched_off(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser, base = browse(ada), page(ada, "settings/appointment-types/")
    values = {"name": "Videochiamata", "active": "on", "counts_for_cadence": "on", "duration_minutes": "30"}

    created = browser.post(f"{base}new/", {**values, "symbol": "video", "colour": "teal"})
    again = browser.post(f"{base}new/", {**values, "symbol": "video", "colour": "teal"})
    with use_firm(firm):
        kind = AppointmentType.objects.get(name="Videochiamata")
    browser.post(f"{base}{kind.pk}/move/", {"direction": "up"})
    browser.post(f"{base}{kind.pk}/deactivate/")
    listed = browser.get(base)

    assert (created.status_code, again.status_code) == (302, 422)
    assert 'id="id_name_error"' in again.content.decode()
    names = [one.name for one in listed.context["types"]]
    assert names[-2:] == ["Videochiamata", "Proposta"]
    with use_firm(firm):
        assert AppointmentType.objects.get(pk=kind.pk).active is False


def test_types_are_for_who_configures(alice: Membership, browse: Browse) -> None:
    answer = browse(alice).get(page(alice, "settings/appointment-types/"))

    assert answer.status_code == 403
