"""The pages of scheduling in a real browser: what scripts add, what the keyboard does, and what axe says."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from groups.models import Group
from scheduling import services
from scheduling.models import Appointment, CadenceException, Reminder
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address
from tests.scheduling.making import ROME, book, make_client, make_reminder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UNDO = re.compile("Undo|Annulla")


@pytest.fixture
def client_(firm: Firm, ada: Membership) -> Client:
    with use_firm(firm):
        return make_client("Rossi", advisor=ada)


@pytest.fixture
def thursday(firm: Firm, client_: Client, ada: Membership) -> Appointment:
    """This week's Thursday at ten, an hour long."""
    today = local_today(firm)
    day = today + timedelta(days=3 - today.weekday())
    with use_firm(firm):
        start = datetime(day.year, day.month, day.day, 10, tzinfo=ROME)
        return book(client_, start, by=ada, assignee=ada, at=timezone.now())


def goto(screen: Page, live_server: LiveServer, ada: Membership, path: str) -> None:
    screen.goto(live_server.url + address(ada, path))


def stored(firm: Firm, appointment: Appointment) -> Appointment:
    with use_firm(firm):
        return Appointment.objects.get(pk=appointment.pk)


def test_a_click_anywhere_in_the_row_sets_the_number_in_place(
    firm: Firm, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    with use_firm(firm):
        group = Group.objects.create(kind="fixed", name="Gold")
    goto(screen, live_server, ada, "planning/appointments/")

    row = screen.locator(f"#group-{group.pk}")
    row.click(position={"x": 500, "y": 15})
    number = row.get_by_role("spinbutton")
    expect(number).to_be_focused()
    number.fill("53")
    number.press("Enter")
    expect(row.locator(".field-error, input:invalid")).to_be_visible()
    number.fill("4")
    number.press("Enter")

    expect(row.locator('[data-cadence="set"]')).to_be_visible()
    expect(row).to_contain_text("4")
    screen.get_by_role("button", name=UNDO).click()
    expect(screen.locator(f'#group-{group.pk} [data-cadence="none"]')).to_be_visible()


def test_a_reminder_is_dismissed_and_brought_back(
    firm: Firm, client_: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    with use_firm(firm):
        reminder = make_reminder(client_, local_today(firm))
        before = Reminder.objects.values().get()
    goto(screen, live_server, ada, "reminders/")

    row = screen.locator(f"#reminder-{reminder.pk}")
    row.locator("form[action*=dismiss] button").click()
    expect(row).to_have_count(0)
    screen.get_by_role("button", name=UNDO).click()
    expect(row).to_be_visible()

    with use_firm(firm):
        assert Reminder.objects.values().get() == before


def test_a_reminder_is_snoozed_from_its_menu(
    firm: Firm, client_: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    with use_firm(firm):
        reminder = make_reminder(client_, local_today(firm))
    goto(screen, live_server, ada, "reminders/")

    row = screen.locator(f"#reminder-{reminder.pk}")
    row.locator(f"[popovertarget=snooze-{reminder.pk}]").click()
    row.locator("button[name=days][value='7']").click()
    expect(row).to_have_count(0)

    with use_firm(firm):
        assert Reminder.objects.get().snoozed_until == local_today(firm) + timedelta(days=7)


def test_a_drag_moves_an_appointment_and_undo_puts_it_back(
    firm: Firm, thursday: Appointment, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, f"calendar/?view=timeGridWeek&date={thursday.starts_at.date()}")
    screen.locator("cz-calendar[data-ready]").wait_for()
    event = screen.locator("cz-calendar a", has_text="Rossi")
    event.wait_for()
    box = event.bounding_box()
    assert box is not None

    screen.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
    screen.mouse.down()
    screen.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12 + box["height"], steps=8)
    screen.mouse.up()
    undo = screen.get_by_role("button", name=UNDO)
    undo.wait_for()
    moved = stored(firm, thursday)
    undo.click()
    expect(screen.locator("[data-toast]")).to_contain_text("Rossi")  # the first has gone with the click

    assert moved.starts_at - thursday.starts_at in {timedelta(minutes=30), timedelta(minutes=60), timedelta(minutes=90)}
    assert moved.ends_at - moved.starts_at == timedelta(hours=1)
    back = stored(firm, thursday)
    assert (back.starts_at, back.ends_at) == (thursday.starts_at, thursday.ends_at)


def test_a_client_to_be_met_is_dragged_onto_an_hour(
    firm: Firm, client_: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    with use_firm(firm):
        make_reminder(client_, local_today(firm))
    screen.set_viewport_size({"width": 1600, "height": 900})
    goto(screen, live_server, ada, "calendar/?view=timeGridDay&date=2026-05-06")
    screen.locator("cz-calendar[data-ready]").wait_for()
    item = screen.locator("[data-backlog] li").bounding_box()
    grid = screen.locator("cz-calendar").bounding_box()
    assert item is not None
    assert grid is not None

    screen.mouse.move(item["x"] + 20, item["y"] + 20)
    screen.mouse.down()
    screen.mouse.move(grid["x"] + grid["width"] / 2, grid["y"] + grid["height"] / 2, steps=10)
    screen.mouse.up()

    expect(screen).to_have_url(re.compile(rf"client={client_.pk}.*starts_at=2026-05-06T\d\d"))
    expect(screen.locator("input[name=day]")).to_have_value("2026-05-06")


def test_an_appointment_is_moved_without_dragging(
    firm: Firm, thursday: Appointment, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    """By the keyboard alone (WCAG 2.5.7): Enter on the event, then its page of change."""
    goto(screen, live_server, ada, f"calendar/?view=timeGridWeek&date={thursday.starts_at.date()}")
    screen.locator("cz-calendar[data-ready]").wait_for()
    event = screen.locator("cz-calendar a", has_text="Rossi")
    event.focus()
    screen.keyboard.press("Enter")
    screen.wait_for_url(re.compile(r"/appointments/\d+/$"))
    screen.locator("a[href$='/edit/']").press("Enter")
    screen.locator("input[name=starts]").fill("15:00")
    screen.locator("input[name=ends]").fill("16:30")
    screen.locator("input[name=ends]").press("Enter")
    screen.wait_for_url(re.compile(r"/appointments/\d+/$"))

    moved = stored(firm, thursday)
    assert moved.starts_at.astimezone(ROME).hour == 15
    assert moved.ends_at - moved.starts_at == timedelta(minutes=90)


def test_the_client_is_found_while_typing(
    client_: Client, screen: Page, live_server: LiveServer, ada: Membership
) -> None:
    goto(screen, live_server, ada, "appointments/new/")

    screen.get_by_role("searchbox").first.fill("ros")
    screen.locator("#client-choices a", has_text="Rossi").click()

    expect(screen).to_have_url(re.compile(rf"client={client_.pk}"))
    expect(screen.locator("select[name=type]")).to_be_visible()


PAGES = [
    "",
    "planning/appointments/",
    "planning/appointments/groups/{group}/",
    "planning/appointments/check/",
    "planning/never-met/",
    "planning/overdue/",
    "planning/exceptions/",
    "clients/{client}/cadence-exception/",
    "appointments/new/?q=ros",
    "appointments/new/?client={client}",
    "appointments/{appointment}/",
    "appointments/{appointment}/edit/",
    "appointments/unrecorded/",
    "calendar/",
    "calendar/?view=dayGridMonth",
    "reminders/",
    "reminders/?show=snoozed",
    "settings/appointment-types/",
    "settings/appointment-types/new/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    firm: Firm,
    thursday: Appointment,
    screen: Page,
    live_server: LiveServer,
    ada: Membership,
    scheme: str,
    width: int,
) -> None:
    with use_firm(firm):
        group = Group.objects.create(name="Clienti oltre cinquecentomila euro di patrimonio", yearly_meetings=4)
        other = make_client("Bianchi", advisor=ada)
        make_reminder(other, local_today(firm) - timedelta(days=60))
        services.set_cadence_exception(other, yearly_meetings=6, reason="Successione", by=ada, at=timezone.now())
        book(other, timezone.now() - timedelta(days=3), by=ada, at=timezone.now())
        assert CadenceException.objects.exists()
    screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    screen.set_viewport_size({"width": width, "height": 844})
    found: dict[str, list[str]] = {}

    for pattern in PAGES:
        path = pattern.format(group=group.pk, client=other.pk, appointment=thursday.pk)
        goto(screen, live_server, ada, path)
        if pattern.startswith("calendar") and width > 800:
            screen.locator("cz-calendar[data-ready]").wait_for()
        problems = violations(screen)
        if screen.evaluate("document.documentElement.scrollWidth") > width:
            problems.append("wide")
        if problems:
            found[pattern] = problems

    assert found == {}
