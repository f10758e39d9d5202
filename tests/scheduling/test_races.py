"""Two people at the same row at the same moment (XCT-08)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from scheduling import services
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.scheduling.making import NOW, book, make_client, rome


@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_two_takes_an_appointment_in_charge(firm: Firm, alice: Membership, bob: Membership) -> None:
    with use_firm(firm):
        pool = book(make_client(advisor=alice), rome(2026, 3, 20), by=alice, assignee=None)
    start = Barrier(2)

    def take(member: Membership) -> str:
        try:
            with use_firm(firm):
                start.wait()
                services.take_appointment(pool, by=member, at=NOW)
                return "taken"
        except ValidationError as refusal:
            return str(refusal.code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool_of_threads:
        outcomes = sorted(pool_of_threads.map(take, [alice, bob]))

    assert outcomes == ["already_taken", "taken"]
    with use_firm(firm):
        assert Appointment.objects.get().taken_by_id in {alice.pk, bob.pk}
