"""Booking and changing appointments: what is kept, what is refused, what the trail says."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.enums import ClientState
from clients.models import Client
from scheduling import queries, services
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType
from tenants.models import AuditEvent, Firm, Membership
from tests.scheduling.making import NOW, book, details, make_client, rome

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def client_(bound: Firm, alice: Membership) -> Client:
    return make_client(advisor=alice)


@pytest.fixture
def meeting(client_: Client, alice: Membership) -> Appointment:
    return book(client_, rome(2026, 3, 20), by=alice, assignee=alice)


def call() -> AppointmentType:
    return AppointmentType.objects.get(name="Telefonata commerciale")


def codes(refusal: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str | None]]:
    if not hasattr(refusal.value, "error_dict"):
        return {"": [error.code for error in refusal.value.error_list]}
    return {name: [error.code for error in errors] for name, errors in refusal.value.error_dict.items()}


def test_booking_keeps_what_was_said_and_audits_it(client_: Client, alice: Membership) -> None:
    appointment = book(
        client_, rome(2026, 3, 20), by=alice, assignee=alice, place="Studio", notes="Portare il questionario"
    )

    appointment.refresh_from_db()
    assert (appointment.client, appointment.starts_at, appointment.ends_at) == (
        client_,
        rome(2026, 3, 20, 10),
        rome(2026, 3, 20, 11),
    )
    assert (appointment.state, appointment.counts, appointment.origin, appointment.created_by) == (
        AppointmentState.PLANNED,
        True,
        AppointmentOrigin.MANUAL,
        alice,
    )
    event = AuditEvent.objects.get(action="appointment.booked")
    assert (event.by, event.target_id, event.after["place"]) == (alice, appointment.pk, "Studio")


def test_booking_costs_a_dozen_statements_whatever_came_before(client_: Client, alice: Membership) -> None:
    """Its own row, the trail, the night's list, the plan and the reminders (goals.md: create ≤ 12)."""
    for day in range(1, 8):
        book(client_, rome(2026, 2, day), by=alice)
    wanted = details(rome(2026, 3, 20), assignee=alice)

    with CaptureQueriesContext(connection) as statements:
        services.book_appointment(client_, wanted, by=alice, at=NOW)

    assert len([one for one in statements if "SAVEPOINT" not in one["sql"]]) <= 12


def test_a_telephone_call_does_not_count(client_: Client, alice: Membership) -> None:
    assert book(client_, rome(2026, 3, 20), by=alice, type=call()).counts is False


def test_an_appointment_longer_than_a_week_is_refused(client_: Client, alice: Membership) -> None:
    start = rome(2026, 3, 20)

    with pytest.raises(ValidationError) as refusal:
        book(client_, start, by=alice, ends_at=start + timedelta(days=7, seconds=1))

    assert codes(refusal) == {"ends_at": ["too_long"]}


@pytest.mark.parametrize("year", [1899, 2201, 9999])
def test_a_year_from_which_no_date_can_be_reckoned_is_refused(client_: Client, alice: Membership, year: int) -> None:
    with pytest.raises(ValidationError) as refusal:
        book(client_, rome(year, 3, 20), by=alice)

    assert codes(refusal) == {"starts_at": ["out_of_reach"]}


@pytest.mark.parametrize("minutes", [0, -30])
def test_an_appointment_that_does_not_end_after_its_start_is_refused(
    client_: Client, alice: Membership, minutes: int
) -> None:
    start = rome(2026, 3, 20)

    with pytest.raises(ValidationError) as refusal:
        book(client_, start, by=alice, ends_at=start + timedelta(minutes=minutes))

    assert codes(refusal) == {"ends_at": ["ends_early"]}
    assert not Appointment.objects.exists()


def test_an_archived_client_is_refused(client_: Client, alice: Membership) -> None:
    client_.state = ClientState.ARCHIVED

    with pytest.raises(ValidationError) as refusal:
        book(client_, rome(2026, 3, 20), by=alice)

    assert codes(refusal) == {"client": ["client_not_active"]}


def test_an_inactive_type_is_refused_for_a_new_one_and_kept_by_an_old_one(
    meeting: Appointment, client_: Client, alice: Membership
) -> None:
    AppointmentType.objects.update(active=False)
    kind = AppointmentType.objects.get(pk=meeting.type_id)

    with pytest.raises(ValidationError) as refusal:
        book(client_, rome(2026, 3, 21), by=alice, type=kind)
    edited = services.edit_appointment(meeting, details(rome(2026, 3, 22), type=kind, assignee=alice), by=alice, at=NOW)

    assert codes(refusal) == {"type": ["type_not_active"]}
    assert edited.starts_at == rome(2026, 3, 22)


def test_an_inactive_assignee_is_refused(client_: Client, alice: Membership, bob: Membership) -> None:
    bob.is_active = False

    with pytest.raises(ValidationError) as refusal:
        book(client_, rome(2026, 3, 20), by=alice, assignee=bob)

    assert codes(refusal) == {"assignee": ["assignee_not_active"]}


def test_moving_keeps_the_row_and_its_length(meeting: Appointment, alice: Membership) -> None:
    moved = services.move_appointment(meeting, starts_at=rome(2026, 4, 2, 15), by=alice, at=NOW)

    moved.refresh_from_db()
    assert (moved.pk, moved.starts_at, moved.ends_at) == (meeting.pk, rome(2026, 4, 2, 15), rome(2026, 4, 2, 16))
    assert moved.version == meeting.version + 1
    event = AuditEvent.objects.get(action="appointment.moved")
    assert event.before["starts_at"].startswith("2026-03-20")


def test_moving_over_a_clock_change_keeps_the_local_time_that_was_asked(
    meeting: Appointment, alice: Membership
) -> None:
    moved = services.move_appointment(meeting, starts_at=rome(2026, 3, 30, 10), by=alice, at=NOW)

    moved.refresh_from_db()
    assert moved.starts_at.isoformat() == "2026-03-30T08:00:00+00:00"
    assert meeting.starts_at.isoformat() == "2026-03-20T10:00:00+01:00"


def test_only_a_planned_appointment_moves(meeting: Appointment, alice: Membership) -> None:
    services.cancel_appointment(meeting, by=alice, at=NOW)

    with pytest.raises(ValidationError) as refusal:
        services.move_appointment(meeting, starts_at=rome(2026, 4, 2), by=alice, at=NOW)

    assert codes(refusal) == {"": ["not_planned"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting, by: services.move_appointment(meeting, starts_at=rome(2026, 4, 2), by=by, at=NOW, version=1),
        lambda meeting, by: services.edit_appointment(meeting, details(rome(2026, 4, 2)), by=by, at=NOW, version=1),
        lambda meeting, by: services.cancel_appointment(meeting, by=by, at=NOW, version=1),
    ],
)
def test_a_change_of_what_somebody_else_changed_is_refused(
    meeting: Appointment, alice: Membership, change: Callable[[Appointment, Membership], object]
) -> None:
    services.move_appointment(meeting, starts_at=rome(2026, 3, 25), by=alice, at=NOW, version=1)

    with pytest.raises(ValidationError) as refusal:
        change(meeting, alice)

    assert codes(refusal) == {"": ["stale"]}
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.state) == (rome(2026, 3, 25), AppointmentState.PLANNED)


@pytest.mark.parametrize(
    ("change", "state", "counts"),
    [
        (services.mark_held, AppointmentState.HELD, True),
        (services.mark_no_show, AppointmentState.NO_SHOW, False),
        (services.cancel_appointment, AppointmentState.CANCELLED, False),
    ],
)
def test_states_and_whether_they_count(
    client_: Client,
    alice: Membership,
    change: Callable[..., Appointment],
    state: AppointmentState,
    counts: bool,
) -> None:
    past = book(client_, rome(2026, 3, 2), by=alice)

    changed = change(past, by=alice, at=NOW)
    again = change(past, by=alice, at=NOW)
    reopened = services.reopen_appointment(changed, by=alice, at=NOW)

    assert (changed.state, changed.counts) == (state, counts)
    assert again.version == changed.version
    assert (reopened.state, reopened.counts) == (AppointmentState.PLANNED, True)
    assert AuditEvent.objects.filter(action=f"appointment.{state}").count() == 1


@pytest.mark.parametrize("change", [services.mark_held, services.mark_no_show])
def test_what_is_still_to_come_has_not_taken_place(
    meeting: Appointment, alice: Membership, change: Callable[..., Appointment]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        change(meeting, by=alice, at=NOW)

    assert codes(refusal) == {"": ["still_to_come"]}


def test_a_meeting_of_today_is_held_whatever_its_hour(client_: Client, alice: Membership) -> None:
    tonight = book(client_, rome(2026, 3, 10, 23), by=alice)

    held = services.mark_held(tonight, by=alice, at=NOW)

    assert held.state == AppointmentState.HELD


def test_a_planned_one_ahead_is_deleted(meeting: Appointment, alice: Membership) -> None:
    services.delete_appointment(meeting, by=alice, at=NOW)

    assert not Appointment.objects.exists()
    assert AuditEvent.objects.get(action="appointment.deleted").before["state"] == "planned"


def test_one_with_a_history_is_not_deleted(client_: Client, alice: Membership) -> None:
    held = services.mark_held(book(client_, rome(2026, 3, 2), by=alice), by=alice, at=NOW)

    with pytest.raises(ValidationError) as refusal:
        services.delete_appointment(held, by=alice, at=NOW)

    assert codes(refusal) == {"": ["has_history"]}
    assert Appointment.objects.exists()


def test_one_takes_in_charge_and_the_other_is_told(meeting: Appointment, alice: Membership, bob: Membership) -> None:
    taken = services.take_appointment(meeting, by=bob, at=NOW)
    again = services.take_appointment(meeting, by=bob, at=NOW)

    with pytest.raises(ValidationError) as refusal:
        services.take_appointment(meeting, by=alice, at=NOW)

    assert (taken.taken_by, taken.taken_at, again.version) == (bob, NOW, taken.version)
    assert codes(refusal) == {"": ["already_taken"]}


def test_who_took_or_an_administrator_releases(
    meeting: Appointment, ada: Membership, alice: Membership, bob: Membership
) -> None:
    services.take_appointment(meeting, by=bob, at=NOW)
    with pytest.raises(ValidationError) as refusal:
        services.release_appointment(meeting, by=alice)

    released = services.release_appointment(meeting, by=ada)

    assert codes(refusal) == {"": ["taken_by_another"]}
    assert (released.taken_by, released.taken_at) == (None, None)


def test_operators_see_their_items_and_the_pool_until_it_is_taken(
    client_: Client, alice: Membership, bob: Membership, rita: Membership
) -> None:
    pool = book(client_, rome(2026, 3, 20), by=alice, assignee=None)
    book(client_, rome(2026, 3, 21), by=alice, assignee=alice)

    before = set(queries.visible_appointments(bob).filter(queries.own_items(bob)))
    services.take_appointment(pool, by=alice, at=NOW)
    after = set(queries.visible_appointments(bob))

    assert before == {pool}
    assert after == set()
    assert queries.visible_appointments(rita).count() == 2
