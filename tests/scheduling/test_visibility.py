"""Who sees what through an appointment (XCT-02, O-22, O-57)."""

import pytest

from clients.queries import visible_clients
from scheduling import queries, services
from scheduling.enums import AppointmentState
from scheduling.models import ClientPlan
from tenants.enums import Role
from tenants.models import Firm, Membership
from tests.cast import join
from tests.scheduling.making import NOW, TODAY, book, make_client, make_reminder, rome

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def dario(bound: Firm) -> Membership:
    return join(bound, "dario@aurora.example", "Dario Leone", Role.ADVISOR)


def test_a_colleague_sees_the_client_until_the_meeting_is_over(
    bound: Firm, alice: Membership, dario: Membership
) -> None:
    client = make_client(advisor=alice)
    meeting = book(client, rome(2026, 3, 2), by=alice, assignee=dario)

    before = list(visible_clients(dario))
    services.mark_held(meeting, by=dario, at=NOW)

    assert before == [client]
    assert list(visible_clients(dario)) == []
    assert list(queries.visible_appointments(dario)) == [meeting]


def test_an_operator_sees_the_clients_of_his_items_and_of_the_pool(
    bound: Firm, alice: Membership, bob: Membership
) -> None:
    mine, pool, hers = (make_client(name, advisor=alice) for name in ("Mio", "Di tutti", "Suo"))
    book(mine, rome(2026, 3, 20), by=alice, assignee=bob)
    shared = book(pool, rome(2026, 3, 20), by=alice)
    book(hers, rome(2026, 3, 20), by=alice, assignee=alice)

    before = set(visible_clients(bob))
    services.cancel_appointment(shared, by=alice, at=NOW)

    assert before == {mine, pool}
    assert set(visible_clients(bob)) == {mine}
    Membership.objects.filter(pk=bob.pk).update(enters_appointments=False)
    bob.refresh_from_db()
    services.reopen_appointment(shared, by=alice, at=NOW)
    assert set(visible_clients(bob)) == {mine}


def test_who_entered_an_appointment_keeps_it_in_sight(bound: Firm, alice: Membership, dario: Membership) -> None:
    entered = book(make_client(advisor=alice), rome(2026, 3, 20), by=dario, assignee=alice)

    assert list(queries.visible_appointments(dario)) == [entered]


def test_plans_reminders_and_meetings_follow_the_client(bound: Firm, alice: Membership, dario: Membership) -> None:
    client = make_client(advisor=alice, contact=dario)
    other = make_client("Altro", advisor=alice)
    for one in (client, other):
        book(one, rome(2026, 1, 20), by=alice, assignee=alice)
        ClientPlan.objects.filter(client=one).delete()
        ClientPlan.objects.create(client=one, yearly_meetings=4)
        make_reminder(one, TODAY)

    def seen(member: Membership) -> list[set[int]]:
        rows = [queries.visible_plans(member), queries.visible_reminders(member), queries.counting_meetings(member)]
        return [set(found.values_list("client_id", flat=True)) for found in rows]

    assert seen(dario) == [{client.pk}] * 3
    assert seen(alice) == [{client.pk, other.pk}] * 3


def test_a_cancelled_one_is_not_in_the_calendar(bound: Firm, alice: Membership) -> None:
    meeting = book(make_client(advisor=alice), rome(2026, 3, 20), by=alice, assignee=alice)
    night = book(make_client(advisor=alice), rome(2026, 3, 19, 22), by=alice, ends_at=rome(2026, 3, 20, 2))
    window = (rome(2026, 3, 20, 0), rome(2026, 3, 21, 0))

    both = list(queries.appointments_between(alice, *window))
    services.cancel_appointment(meeting, by=alice, at=NOW)

    assert both == [night, meeting]
    assert list(queries.appointments_between(alice, *window)) == [night]
    assert meeting.state == AppointmentState.PLANNED
