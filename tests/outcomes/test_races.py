"""Many at the same appointment at the same moment: one effect (XCT-08)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from clients.models import StatusChange
from outcomes.models import Fulfilment, PointsEntry
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tests.cast import join
from tests.outcomes.making import INTERESTED, NOT_INTERESTED, book, fulfil, make_client

MANY = 20


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_records_and_the_others_are_told_who(firm: Firm, alice: Membership) -> None:
    people = [join(firm, f"operator{n}@aurora.example", f"Operator {n}", Role.OPERATOR) for n in range(MANY)]
    with use_firm(firm):
        call = book(make_client(advisor=alice), by=alice, assignee=None)
    start = Barrier(MANY)

    def record(number: int) -> str:
        try:
            with use_firm(firm):
                start.wait()
                fulfil(call, (INTERESTED, NOT_INTERESTED)[number % 2], by=people[number])
                return people[number].name
        except ValidationError as refusal:
            return f"{refusal.code}: {refusal.messages[0]}"
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        answers = list(threads.map(record, range(MANY)))

    winners = [answer for answer in answers if answer.startswith("Operator")]
    refusals = [answer for answer in answers if answer.startswith("already_fulfilled")]
    assert len(winners) == 1
    assert len(refusals) == MANY - 1
    assert all(f": {winners[0]} " in refusal for refusal in refusals)
    assert_one_effect(firm)


@pytest.mark.django_db(transaction=True)
def test_twenty_retries_of_one_person_are_one_recording(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        call = book(make_client(advisor=alice), by=alice)
    start = Barrier(MANY)

    def record(_number: int) -> int:
        try:
            with use_firm(firm):
                start.wait()
                return fulfil(call, INTERESTED, by=alice).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        answers = set(threads.map(record, range(MANY)))

    assert len(answers) == 1
    assert_one_effect(firm)
    with use_firm(firm):
        assert Appointment.objects.filter(origin="follow_up").count() == 1


def assert_one_effect(firm: Firm) -> None:
    with use_firm(firm):
        made = Fulfilment.objects.get()
        assert PointsEntry.objects.count() == 1
        assert StatusChange.objects.count() == 1
        assert Appointment.objects.count() == 1 + (made.follow_up_id is not None)
        assert made.appointment.state == "held"
