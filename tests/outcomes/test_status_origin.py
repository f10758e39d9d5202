"""The history behind the arrow names the outcome that changed the status, and leads to it (IFY-24, STY-20)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Status
from clients.services import change_status
from clients.timeline.reading import Wish, events
from outcomes import services
from outcomes.models import Fulfilment
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.outcomes.making import CALL, INTERESTED, MEETING, SIGNS, book, fulfil, make_client

NOW = timezone.now()
YESTERDAY = NOW - timedelta(days=1)
TOLD = f"{MEETING}: {SIGNS}"


@pytest.fixture
def meeting(firm: Firm, alice: Membership, ada: Membership) -> Appointment:
    """By hand, then by an outcome."""
    with use_firm(firm):
        client = make_client(advisor=alice)
        change_status(client, to=Status.objects.get(name="Pianificato"), by=ada, at=YESTERDAY)
        appointment = book(client, MEETING, by=alice, starts_at=YESTERDAY)
        fulfil(appointment, SIGNS, by=alice, at=NOW)
        return appointment


@pytest.mark.parametrize("where", ["clients/{}/", "clients/{}/status/"])
def test_the_outcome_is_named_with_the_way_to_its_appointment(
    where: str, meeting: Appointment, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    shown = browse(alice).get(page(alice, where.format(meeting.client_id))).content.decode()
    history = shown[shown.index("<caption") :]
    link = f'<a class="link block text-xs" href="{page(alice, f"appointments/{meeting.pk}/")}">{TOLD}</a>'
    assert history[: history.index("</table>")].count(link) == 1


def test_the_api_says_which_who_and_when_for_an_outcome_and_for_its_undo(
    firm: Firm, meeting: Appointment, ada: Membership, alice: Membership, api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        services.undo_fulfilment(meeting, by=ada, at=NOW + timedelta(minutes=1))
        made = Fulfilment.objects.get()
    rows = api(alice).get(f"/api/v1/clients/{meeting.client_id}/status-history/").json()["results"]

    assert [row["cause"] for row in rows] == ["undo", "outcome", "manual"]
    undo, done, by_hand = [row["outcome"] for row in rows]
    assert by_hand is None
    assert undo == done
    named = {name: done[name] for name in ("fulfilment", "appointment", "type_name", "outcome_name", "by")}
    assert named == {
        "fulfilment": made.pk,
        "appointment": meeting.pk,
        "type_name": MEETING,
        "outcome_name": SIGNS,
        "by": alice.name,
    }
    assert (done["type"], done["outcome"]) == (made.type_id, made.outcome_id)


def test_it_costs_no_statement_however_many_there_are(
    firm: Firm, meeting: Appointment, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            browse(alice).get(page(alice, f"clients/{meeting.client_id}/status/"))
        return len(queries)

    statements()
    few = statements()
    with use_firm(firm):
        for _number in range(3):
            fulfil(book(meeting.client, CALL, by=alice, starts_at=YESTERDAY), INTERESTED, by=alice, at=NOW)
            fulfil(book(meeting.client, MEETING, by=alice, starts_at=YESTERDAY), SIGNS, by=alice, at=NOW)
    assert statements() == few


@pytest.mark.usefixtures("bound")
def test_the_time_line_says_it_too(meeting: Appointment, alice: Membership) -> None:
    told = events(meeting.client, Wish(now=NOW, kinds=["status"]), by=alice).items
    assert f"Esito di un appuntamento · {TOLD}" in [event.text for event in told]
