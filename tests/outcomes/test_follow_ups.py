"""What a recorded outcome leads to: the next appointment with recipient and time, the activity (IFY-31 … IFY-33)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clients.models import Client, Status
from outcomes.models import (
    Activity,
    Parameters,
    Relation,
)
from scheduling.enums import AppointmentState
from scheduling.models import Appointment, AppointmentType
from tenants.models import Membership
from tests.outcomes.making import (
    CALL,
    INTERESTED,
    MEETING,
    NOT_INTERESTED,
    NOW,
    book,
    fulfil,
    make_client,
    open_activity,
    rome,
    the_pair,
)

pytestmark = pytest.mark.usefixtures("bound")


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [("me", "bob"), ("advisor", "alice"), ("contact", "rita"), ("specialist", "ada"), ("fixed", "ada"), ("all", "")],
)
def test_the_six_recipients(
    recipient: str, expected: str, ada: Membership, alice: Membership, bob: Membership, rita: Membership
) -> None:
    members = {"ada": ada, "alice": alice, "bob": bob, "rita": rita, "": None}
    Relation.objects.filter(pk=the_pair(CALL, INTERESTED).pk).update(
        recipient=recipient, operator=ada if recipient == "fixed" else None
    )
    call = book(make_client(advisor=alice, contact=rita, specialist=ada), by=alice)

    made = fulfil(call, INTERESTED, by=bob)

    assert made.follow_up is not None
    assert made.follow_up.assignee == members[expected]
    assert made.notices == []


@pytest.mark.parametrize(
    ("recipient", "is_advisor_there"),
    [("advisor", False), *((name, there) for name in ("contact", "specialist", "fixed") for there in (True, False))],
)
def test_somebody_stands_in_for_a_recipient_who_is_missing_or_has_left(
    recipient: str, is_advisor_there: bool, ada: Membership, alice: Membership, bob: Membership
) -> None:
    Membership.objects.filter(pk=ada.pk).update(is_active=False)
    Relation.objects.filter(pk=the_pair(CALL, INTERESTED).pk).update(
        recipient=recipient, operator=ada if recipient == "fixed" else None
    )
    call = book(make_client(advisor=alice if is_advisor_there else ada, specialist=ada), by=alice)

    made = fulfil(call, INTERESTED, by=bob)

    assert made.follow_up is not None
    assert made.follow_up.assignee == (alice if is_advisor_there else bob)
    assert made.notices == ["recipient_replaced"]
    assert "manca quella prevista" in made.follow_up.notes


def test_the_standard_time_holds_for_days_and_not_for_hours(alice: Membership) -> None:
    Parameters.objects.update(standard_time="15:30")
    client = make_client(advisor=alice)
    in_days = fulfil(book(client, by=alice), INTERESTED, by=alice)
    Relation.objects.filter(pk=the_pair(CALL, INTERESTED).pk).update(days=1, hours=3)
    in_hours = fulfil(book(client, by=alice), INTERESTED, by=alice)

    assert in_days.follow_up is not None
    assert in_hours.follow_up is not None
    assert in_days.follow_up.starts_at == rome(2026, 3, 12, 15, 30)
    assert in_hours.follow_up.starts_at == rome(2026, 3, 11, 12, 0)


def test_the_only_open_activity_with_the_type_takes_the_status_and_is_concluded(alice: Membership) -> None:
    client = make_client(advisor=alice)
    activity, other = open_activity(client, CALL, by=alice), open_activity(client, MEETING, by=alice)
    fulfil(book(client, by=alice), INTERESTED, by=alice)
    activity.refresh_from_db()
    assert (activity.status and activity.status.name, activity.status_at, activity.closed_at) == (
        "Pianificato",
        NOW,
        None,
    )

    Relation.objects.filter(outcome__name=NOT_INTERESTED).update(concluding=True)
    made = fulfil(book(client, by=alice), NOT_INTERESTED, by=alice, at=NOW + timedelta(hours=1))

    activity.refresh_from_db()
    other.refresh_from_db()
    assert (activity.status and activity.status.name, activity.closed_at) == ("Perso", NOW + timedelta(hours=1))
    assert (activity.closed_by, activity.closing_reason) == (alice, f"{CALL}: {NOT_INTERESTED}")
    assert (made.activity, other.status, other.closed_at) == (activity, None, None)


def test_of_two_open_activities_the_chosen_one_is_touched_and_else_none(alice: Membership) -> None:
    client = make_client(advisor=alice)
    first, second = open_activity(client, CALL, by=alice), open_activity(client, CALL, by=alice)

    assert fulfil(book(client, by=alice), INTERESTED, by=alice).activity is None
    assert fulfil(book(client, by=alice), INTERESTED, by=alice, activity=second).activity == second
    Activity.objects.filter(pk=first.pk).update(closed_at=NOW)
    with pytest.raises(ValidationError) as refusal:
        fulfil(book(client, by=alice), INTERESTED, by=alice, activity=first)

    assert refusal.value.error_dict["activity"][0].code == "activity_not_open"


def test_an_archived_client_gets_no_follow_up_and_an_inactive_type_or_status_nothing(alice: Membership) -> None:
    archived = book(make_client(advisor=alice), by=alice)
    Client.objects.update(state="archived")
    told = fulfil(archived, INTERESTED, by=alice)
    assert (told.follow_up, told.notices) == (None, ["client_not_active"])

    served = book(make_client(advisor=alice), by=alice)
    AppointmentType.objects.filter(name=MEETING).update(active=False)
    Status.objects.update(active=False)
    told = fulfil(served, INTERESTED, by=alice)
    assert (told.follow_up, told.to_status) == (None, None)
    assert told.notices == ["status_inactive", "follow_up_type_inactive"]


def test_a_loop_without_delay_creates_one_appointment_for_each_recording(alice: Membership) -> None:
    pair = the_pair(CALL, INTERESTED)
    Relation.objects.filter(pk=pair.pk).update(follow_up_type=pair.type, days=0)
    call = book(make_client(advisor=alice), by=alice)

    first = fulfil(call, INTERESTED, by=alice)
    assert first.follow_up is not None
    assert first.follow_up.starts_at == NOW
    second = fulfil(first.follow_up, INTERESTED, by=alice)

    assert Appointment.objects.count() == 3
    assert second.follow_up is not None
    assert second.follow_up.state == AppointmentState.PLANNED
