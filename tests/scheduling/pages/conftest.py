"""Pages read the clock: these tests live on 10 March 2026, at nine in Rome."""

from collections.abc import Iterator

import pytest
import time_machine

from clients.models import Client
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.scheduling.making import NOW, book, make_client, rome


@pytest.fixture(autouse=True)
def _today(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client_(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return make_client("Rossi", advisor=alice)


@pytest.fixture
def meeting(firm: Firm, client_: Client, alice: Membership) -> Appointment:
    """The client's, on 20 March at ten."""
    with use_firm(firm):
        return book(client_, rome(2026, 3, 20), by=alice, assignee=alice)
