"""Recorded outcomes in the time line, the category of the call centre, and the charge reset on Parametri."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from clients.enums import ListName
from clients.models import ListEntry
from clients.services import create_client
from clients.timeline.reading import Wish, events
from outcomes import services
from outcomes.queries.parameters import parameters
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.outcomes.making import CALL, INTERESTED, NOW, book, fulfil, make_client

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("bound")
def test_what_was_recorded_stands_there_with_all_that_it_brought_about(ada: Membership, alice: Membership) -> None:
    client = make_client(advisor=alice)
    call = book(client, CALL, by=alice)
    made = fulfil(call, INTERESTED, by=alice, note="Vuole saperne di più")
    [event] = events(client, Wish(now=NOW, kinds=["outcome"]), by=alice).items
    assert (event.id, event.title, event.state_label, event.by) == (made.pk, CALL, INTERESTED, alice.name)
    for word in ("Vuole saperne di più", "Pianificato", "1", "Incontro"):
        assert word in event.text
    # The change of status says its cause.
    [change] = events(client, Wish(now=NOW, kinds=["status"]), by=alice).items
    assert "Pianificato" in str(change.title)
    assert change.text
    services.undo_fulfilment(call, by=ada, at=NOW)
    assert events(client, Wish(now=NOW, kinds=["outcome"]), by=alice).items == []


def test_its_line_leads_to_the_appointment_and_strangers_find_nothing(
    firm: Firm, alice: Membership, carol: Membership, browse: Callable[[Membership], Browser]
) -> None:
    with use_firm(firm):
        made = fulfil(book(make_client(advisor=alice), CALL, by=alice), INTERESTED, by=alice)
    answer = browse(alice).get(page(alice, f"history/{made.pk}/"))
    assert answer["Location"] == page(alice, f"appointments/{made.appointment_id}/")
    assert browse(carol).get(page(carol, f"history/{made.pk}/")).status_code == 404


@pytest.mark.usefixtures("bound")
def test_clients_whom_the_call_centre_enters_get_its_category(
    ada: Membership, alice: Membership, bob: Membership
) -> None:
    category, other = (
        ListEntry.objects.create(list_name=ListName.CATEGORY, name=name) for name in ("Call center", "Altra")
    )
    held = parameters()
    services.edit_parameters(
        standard_time=held.standard_time, charge_days=held.charge_days, call_centre_category=category, by=ada
    )
    made = [
        create_client({"kind": "person", "last_name": "Rossi", **values}, by=member, at=NOW).category
        for member, values in ((bob, {}), (alice, {}), (bob, {"category": other}), (None, {}))  # type: ignore[typeddict-item]
    ]
    assert made == [category, None, other, None]
    ListEntry.objects.filter(pk=category.pk).update(active=False)
    assert create_client({"kind": "person", "last_name": "Verdi"}, by=bob, at=NOW).category is None


def test_the_charge_is_reset_from_parametri(
    firm: Firm, ada: Membership, alice: Membership, browse: Callable[[Membership], Any]
) -> None:
    with use_firm(firm):
        call = book(make_client(advisor=alice), CALL, by=alice)
        Appointment.objects.filter(pk=call.pk).update(taken_by=alice, taken_at=NOW)
    settings = page(ada, "settings/crm/parameters/")
    reset = page(ada, "appointments/charges/reset/")
    assert reset in browse(ada).get(settings).content.decode()
    assert browse(ada).post(reset, {"next": settings})["Location"] == settings
    with use_firm(firm):
        assert Appointment.objects.get(pk=call.pk).taken_by is None
