"""What a person does with a reminder, and who sees which."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from clients.models import Client
from scheduling import queries, services
from scheduling.enums import ReminderState
from scheduling.models import Check, Reminder
from tenants.models import AuditEvent, Firm, Membership
from tests.scheduling.making import NOW, TODAY, make_client, make_reminder

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def client_(bound: Firm, alice: Membership) -> Client:
    return make_client(advisor=alice)


@pytest.fixture
def reminder(client_: Client) -> Reminder:
    return make_reminder(client_, date(2026, 3, 14))


def showing(member: Membership, on: date = TODAY) -> list[Reminder]:
    return list(queries.showing_reminders(member, on=on))


def test_dismissing_takes_it_away_and_undo_brings_it_back(reminder: Reminder, alice: Membership) -> None:
    dismissed = services.dismiss_reminder(reminder, by=alice, at=NOW)
    after = showing(alice)
    services.reopen_reminder(reminder, by=alice)

    assert (dismissed.state, dismissed.ended_at, dismissed.ended_by) == (ReminderState.DISMISSED, NOW, alice)
    assert after == []
    assert showing(alice) == [reminder]
    assert AuditEvent.objects.filter(action="reminder.dismissed").count() == 1


def test_a_snoozed_one_shows_again_on_its_day(reminder: Reminder, alice: Membership) -> None:
    services.snooze_reminder(reminder, until=date(2026, 3, 17), by=alice, at=NOW)

    assert showing(alice) == []
    assert list(queries.snoozed_reminders(alice, on=TODAY)) == [reminder]
    assert showing(alice, date(2026, 3, 16)) == []
    assert showing(alice, date(2026, 3, 17)) == [reminder]


@pytest.mark.parametrize("until", [TODAY, date(2026, 3, 1)])
def test_it_is_not_snoozed_into_the_past(reminder: Reminder, alice: Membership, until: date) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.snooze_reminder(reminder, until=until, by=alice, at=NOW)

    assert list(refusal.value.message_dict) == ["until"]


def test_one_whose_cause_has_ended_stays_closed(reminder: Reminder, alice: Membership) -> None:
    Reminder.objects.update(state=ReminderState.CLOSED)

    for change in (
        lambda: services.dismiss_reminder(reminder, by=alice, at=NOW),
        lambda: services.snooze_reminder(reminder, until=date(2026, 4, 1), by=alice, at=NOW),
        lambda: services.reopen_reminder(reminder, by=alice),
    ):
        with pytest.raises(ValidationError) as refusal:
            change()
        assert refusal.value.code == "closed"


def test_an_advisor_sees_his_own_and_the_overdue_first(
    client_: Client, alice: Membership, ada: Membership, rita: Membership
) -> None:
    later = make_reminder(client_, date(2026, 3, 15))
    overdue = make_reminder(make_client("Bianchi", advisor=alice), date(2026, 2, 1))
    other = make_reminder(make_client("Verdi", advisor=ada), date(2026, 3, 1))

    assert showing(alice) == [overdue, later]
    assert showing(ada) == showing(rita) == [overdue, other, later]


def test_the_planning_check_is_edited_and_audited(bound: Firm, ada: Membership) -> None:
    check = queries.planning_check()
    assert check is not None

    services.edit_planning_check(check, lead_days=14, text="Fissare un incontro", active=False, by=ada)
    services.edit_planning_check(check, lead_days=14, text="Fissare un incontro", active=False, by=ada)

    event = AuditEvent.objects.get(action="check.edited")
    assert event.before["lead_days"] == 7
    assert event.after == {"lead_days": 14, "text": "Fissare un incontro", "active": False}


def test_a_check_that_is_too_early_is_refused(bound: Firm, ada: Membership) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.edit_planning_check(Check.objects.get(kind="planning"), lead_days=366, text="x", active=True, by=ada)

    assert list(refusal.value.message_dict) == ["lead_days"]
