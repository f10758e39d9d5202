"""Recording an outcome: all that follows from it, or nothing, and once (IFY-37, IFY-38)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Status, StatusChange
from outcomes import services
from outcomes.models import (
    Fulfilment,
    Outcome,
    PointsEntry,
    Relation,
)
from outcomes.services.relations import RelationDetails
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType, ClientPlan
from scheduling.services import cancel_appointment, mark_held, reopen_appointment, take_appointment
from tenants.models import AuditEvent, Firm, Membership
from tests.outcomes.making import (
    CALL,
    INTERESTED,
    MEETING,
    NOT_INTERESTED,
    NOW,
    SIGNS,
    book,
    fulfil,
    make_client,
    open_activity,
    outcome,
    rome,
    the_pair,
)

pytestmark = pytest.mark.usefixtures("bound")


def test_an_interested_client_is_planned_scored_and_followed_up(alice: Membership, bob: Membership) -> None:
    client = make_client(advisor=alice)
    call = book(client, CALL, by=alice, assignee=bob)

    made = fulfil(call, INTERESTED, by=bob)

    client.refresh_from_db()
    call.refresh_from_db()
    assert (call.state, call.counts) == (AppointmentState.HELD, False)
    assert client.status.name == "Pianificato"
    change = StatusChange.objects.get(client=client)
    assert (change.cause, change.by, change.from_status, change.at) == ("outcome", bob, None, NOW)
    assert made.status_change == change
    line = PointsEntry.objects.get()
    assert (line.member, line.points, line.kind, line.fulfilment, line.at) == (bob, 1, "award", made, NOW)
    follow_up = Appointment.objects.exclude(pk=call.pk).get()
    assert made.follow_up == follow_up
    assert (follow_up.type.name, follow_up.assignee, follow_up.origin) == (MEETING, alice, AppointmentOrigin.FOLLOW_UP)
    assert follow_up.starts_at == NOW + timedelta(days=2)
    assert follow_up.ends_at - follow_up.starts_at == timedelta(minutes=60)
    assert CALL in follow_up.notes
    assert INTERESTED in follow_up.notes
    assert "10/03/2026" in follow_up.notes
    # The follow-up is the next meeting, in the same transaction (domain 7).
    assert ClientPlan.objects.get(client=client).next_meeting_at == follow_up.starts_at
    assert AuditEvent.objects.filter(action="appointment.fulfilled", target_id=call.pk, by=bob).count() == 1


def test_no_status_on_the_pair_leaves_the_client_as_he_is(alice: Membership) -> None:
    status = Status.objects.get(name="Cliente")
    client = make_client(advisor=alice, status=status)
    review = book(client, "Integrazioni / Verifiche di portafoglio", by=alice)

    made = fulfil(review, INTERESTED, by=alice)

    client.refresh_from_db()
    assert client.status == status
    assert not StatusChange.objects.exists()
    assert (made.from_status, made.to_status, made.points, made.follow_up) == (status, status, 1, None)


def test_points_and_rule_stay_as_they_were(alice: Membership) -> None:
    call = book(make_client(advisor=alice), CALL, by=alice)
    made = fulfil(call, INTERESTED, by=alice)

    Relation.objects.update(points=99)
    Outcome.objects.filter(name=INTERESTED).update(name="Curioso")

    made.refresh_from_db()
    assert (made.points, made.rule["points"], made.rule["outcome_name"]) == (1, 1, INTERESTED)
    assert PointsEntry.objects.get().points == 1


def test_a_repetition_changes_nothing(alice: Membership) -> None:
    call = book(make_client(advisor=alice), CALL, by=alice)
    first = fulfil(call, INTERESTED, by=alice)

    again = fulfil(call, INTERESTED, by=alice, at=NOW + timedelta(minutes=1))

    assert again.pk == first.pk
    assert (Fulfilment.objects.count(), PointsEntry.objects.count(), Appointment.objects.count()) == (1, 1, 2)


@pytest.mark.parametrize("wanted", [INTERESTED, NOT_INTERESTED])
def test_a_colleague_who_comes_second_is_told_who_was_first(wanted: str, alice: Membership, bob: Membership) -> None:
    call = book(make_client(advisor=alice), CALL, by=alice)
    fulfil(call, INTERESTED, by=alice)

    with pytest.raises(ValidationError) as refusal:
        fulfil(call, wanted, by=bob)

    assert refusal.value.code == "already_fulfilled"
    assert alice.name in refusal.value.messages[0]
    assert INTERESTED in refusal.value.messages[0]


def test_an_outcome_that_is_not_ticked_is_refused(alice: Membership) -> None:
    call = book(make_client(advisor=alice), CALL, by=alice)

    for name in (SIGNS, INTERESTED):
        Relation.objects.filter(type=call.type, outcome__name=INTERESTED).update(active=False)
        with pytest.raises(ValidationError) as refusal:
            fulfil(call, name, by=alice)
        assert refusal.value.error_dict["outcome"][0].code == "outcome_not_linked"
    call.refresh_from_db()
    assert call.state == AppointmentState.PLANNED
    assert not Fulfilment.objects.exists()


def test_an_inactive_outcome_is_refused_but_an_inactive_type_is_not(alice: Membership) -> None:
    client = make_client(advisor=alice)
    call, meeting = book(client, CALL, by=alice), book(client, MEETING, by=alice)
    AppointmentType.objects.filter(name=MEETING).update(active=False)
    Outcome.objects.filter(name=INTERESTED).update(active=False)

    fulfil(meeting, SIGNS, by=alice)  # IFY-15
    with pytest.raises(ValidationError) as refusal:
        fulfil(call, INTERESTED, by=alice)

    assert refusal.value.error_dict["outcome"][0].code == "outcome_not_active"


def test_what_is_cancelled_or_still_to_come_has_no_outcome(alice: Membership) -> None:
    client = make_client(advisor=alice)
    cancelled = cancel_appointment(book(client, by=alice), by=alice, at=NOW)
    ahead = book(client, by=alice, starts_at=NOW + timedelta(days=1))

    codes = []
    for appointment in (cancelled, ahead):
        with pytest.raises(ValidationError) as refusal:
            fulfil(appointment, INTERESTED, by=alice)
        codes.append(refusal.value.code)

    assert codes == ["cancelled", "still_to_come"]


def test_a_meeting_recorded_as_held_may_still_get_its_outcome(alice: Membership) -> None:
    meeting = mark_held(book(make_client(advisor=alice), MEETING, by=alice), by=alice, at=NOW)

    made = fulfil(meeting, SIGNS, by=alice)

    assert made.points == 10


def test_an_outcome_may_ask_for_a_note(alice: Membership) -> None:
    Outcome.objects.update(note_required=True)
    call = book(make_client(advisor=alice), by=alice)

    with pytest.raises(ValidationError) as refusal:
        fulfil(call, INTERESTED, by=alice, note="  ")

    assert refusal.value.error_dict["note"][0].code == "required"
    assert fulfil(call, INTERESTED, by=alice, note="Richiamare").note == "Richiamare"


def test_what_did_not_take_place_does_not_count(alice: Membership) -> None:
    Outcome.objects.filter(name="Non sottoscrive").update(counts_as_held=False)
    client = make_client(advisor=alice)
    held = book(client, MEETING, by=alice, starts_at=rome(2026, 2, 1))
    missed = book(client, MEETING, by=alice, starts_at=rome(2026, 3, 1))

    fulfil(held, SIGNS, by=alice)
    fulfil(missed, "Non sottoscrive", by=alice)

    missed.refresh_from_db()
    assert (missed.state, missed.counts) == (AppointmentState.NO_SHOW, False)
    assert ClientPlan.objects.get(client=client).last_meeting_at == held.starts_at


@pytest.mark.parametrize(
    ("of_outcome", "of_pair", "state"), [(True, False, "no_show"), (False, True, "held"), (False, None, "no_show")]
)
def test_the_pair_says_whether_it_took_place_and_else_the_outcome(
    alice: Membership, of_outcome: bool, of_pair: bool | None, state: str
) -> None:
    """The same outcome may mean a meeting after one type and a vain attempt after another."""
    Outcome.objects.filter(name=SIGNS).update(counts_as_held=of_outcome)
    pair = the_pair(MEETING, SIGNS)
    services.save_relation(pair.type, pair.outcome, RelationDetails(counts_as_held=of_pair), by=alice)
    meeting = book(make_client(advisor=alice), MEETING, by=alice, starts_at=rome(2026, 3, 1))

    made = fulfil(meeting, SIGNS, by=alice)

    meeting.refresh_from_db()
    assert (meeting.state, meeting.counts, made.rule["counts_as_held"]) == (state, state == "held", state == "held")


def test_nobody_has_it_in_charge_any_more_and_the_pools_item_is_whose_did_it(
    alice: Membership, bob: Membership
) -> None:
    call = take_appointment(book(make_client(advisor=alice), by=alice, assignee=None), by=bob, at=NOW)

    fulfil(call, NOT_INTERESTED, by=bob)

    call.refresh_from_db()
    assert (call.taken_by, call.taken_at, call.assignee) == (None, None, bob)


def test_what_has_an_outcome_keeps_its_state(alice: Membership) -> None:
    call = book(make_client(advisor=alice), by=alice)
    fulfil(call, INTERESTED, by=alice)

    for change in (reopen_appointment, cancel_appointment):
        with pytest.raises(ValidationError) as refusal:
            change(call, by=alice, at=NOW)
        assert refusal.value.code == "has_outcome"


def test_several_get_one_outcome_in_as_many_statements_as_few(alice: Membership) -> None:
    def recorded_in(count: int) -> int:
        calls = [book(make_client(advisor=alice), by=alice) for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            done = services.fulfil_appointments(calls, outcome(INTERESTED), by=alice, at=NOW)
        assert (len(done.fulfilments), done.refused) == (count, {})
        return len(captured)

    assert recorded_in(2) == recorded_in(20)
    assert Fulfilment.objects.count() == 22
    assert Appointment.objects.filter(origin="follow_up").count() == 22
    assert PointsEntry.objects.count() == 22


def test_of_several_those_that_cannot_are_told_apart(alice: Membership) -> None:
    client = make_client(advisor=alice)
    fit, unfit, ahead = (
        book(client, CALL, by=alice),
        book(client, MEETING, by=alice),
        book(client, CALL, by=alice, starts_at=NOW + timedelta(days=3)),
    )

    recorded = services.fulfil_appointments([fit, unfit, ahead], outcome(INTERESTED), by=alice, at=NOW)

    assert [made.appointment_id for made in recorded.fulfilments] == [fit.pk]
    assert set(recorded.refused) == {unfit.pk, ahead.pk}


def test_history_is_entered_in_its_order_and_all_or_nothing(alice: Membership, bob: Membership) -> None:
    client = make_client(advisor=alice)
    days = [rome(2026, 1, day) for day in (5, 6, 7)]
    calls = [book(client, CALL, by=alice, starts_at=day) for day in days]
    names = [NOT_INTERESTED, INTERESTED, NOT_INTERESTED]
    recordings = [
        services.Recording(appointment=call, outcome=outcome(name), by=bob, at=day)
        for call, name, day in zip(calls, names, days, strict=True)
    ]

    with pytest.raises(ValidationError):
        services.enter_fulfilments([*recordings, recordings[0]], at=NOW)
    services.enter_fulfilments(list(reversed(recordings)), at=NOW)

    client.refresh_from_db()
    assert client.status.name == "Perso"
    changes = StatusChange.objects.filter(client=client).order_by("at")
    assert [change.to_status.name for change in changes] == ["Perso", "Pianificato", "Perso"]
    assert [change.from_status and change.from_status.name for change in changes] == [None, "Perso", "Pianificato"]
    assert list(Fulfilment.objects.order_by("at").values_list("at", flat=True)) == days


def test_a_recording_takes_at_most_25_statements(alice: Membership, bound: Firm) -> None:
    Relation.objects.update(concluding=True)
    client = make_client(advisor=alice)
    open_activity(client, CALL, by=alice)
    call, wanted = book(client, by=alice, assignee=None), outcome(INTERESTED)

    with CaptureQueriesContext(connection) as captured:
        made = services.fulfil_appointment(call, wanted, by=alice, at=NOW)

    assert made.follow_up
    assert made.activity
    assert made.status_change
    assert made.points
    statements = [query["sql"] for query in captured]
    assert len(statements) <= 25, "\n".join(statements)
