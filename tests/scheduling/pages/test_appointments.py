"""The pages of one appointment: whom, when, and what became of it."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client as Browser

from clients.models import Client
from scheduling import services
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, TODAY, book, make_client, make_reminder, rome

Browse = Callable[[Membership], Browser]


def fields(kind: AppointmentType, **values: object) -> dict[str, object]:
    return {"type": kind.pk, "day": "2026-03-24", "starts": "15:00", "ends": "16:00", "place": "", **values}


def incontro(firm: Firm) -> AppointmentType:
    with use_firm(firm):
        return AppointmentType.objects.get(name="Incontro")


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


def test_a_meeting_has_a_place_long_notes_and_can_be_somebody_elses(
    firm: Firm, client_: Client, alice: Membership, bob: Membership, browse: Browse
) -> None:
    """STY-30 … STY-32: entered by one, held by another, with all that was said in it."""
    browser, long = browse(alice), "Contenuti ed esito dell'incontro. " * 2_000
    address = page(alice, f"appointments/new/?client={client_.pk}")
    values = fields(incontro(firm), assignee=bob.pk, place="Via Torino 12, Milano", notes="Portare il contratto")

    form = browser.get(address).context["form"]
    assert browser.post(address, values).status_code == 302
    with use_firm(firm):
        made = Appointment.objects.get()
    of_bob = browse(bob).get(page(bob, f"appointments/{made.pk}/")).content.decode()
    browse(bob).post(page(bob, f"appointments/{made.pk}/edit/"), {**values, "notes": long, "version": made.version})

    assert int(form.fields["notes"].widget.attrs["rows"]) >= 8, "large"
    assert (made.assignee_id, made.created_by_id, made.place) == (bob.pk, alice.pk, "Via Torino 12, Milano")
    assert "Via Torino 12, Milano" in of_bob
    with use_firm(firm):
        assert Appointment.objects.get().notes == long.strip()
    line = browser.get(page(alice, f"clients/{client_.pk}/timeline/")).content.decode()
    assert f"appointments/{made.pk}/" in line, "the creator keeps sight of it (O-57)"


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


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [("/f/aurora/reminders/", "/f/aurora/reminders/"), ("https://evil.example/", None), ("javascript:alert(1)", None)],
)
def test_leaving_the_form_leads_only_to_this_site(
    client_: Client, alice: Membership, browse: Browse, wanted: str, offered: str | None
) -> None:
    answer = browse(alice).get(page(alice, "appointments/new/"), {"client": client_.pk, "next": wanted})

    assert answer.context["cancel_url"] == (offered or page(alice, "calendar/"))
    assert f'href="{wanted}"' in answer.content.decode() or offered is None


@pytest.mark.parametrize("query", ["due=0001-01-01", "due=9999-12-31", "starts_at=9999-12-31T23:00:00%2B00:00"])
def test_a_hint_from_another_age_is_left_out(client_: Client, alice: Membership, browse: Browse, query: str) -> None:
    answer = browse(alice).get(page(alice, f"appointments/new/?client={client_.pk}&{query}"))

    assert answer.status_code == 200
    assert answer.context["form"].initial["day"] == TODAY
