"""Whichever door an outcome comes in by, the request takes few statements and has the same effect."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.models import Fulfilment, PointsEntry, Relation
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.outcomes.making import INTERESTED, book, make_client, outcome

pytestmark = pytest.mark.django_db
MOST = 25
YESTERDAY = timezone.now() - timedelta(days=1)
# Lists, Calendar, client and telephone show the same form, which posts to the first; the second takes a note as well.
PAGES = {"two clicks": "appointments/{pk}/fulfil/", "with a note": "appointments/{pk}/outcome/"}


@pytest.fixture
def call(firm: Firm, alice: Membership) -> Appointment:
    """Whose outcome moves everything that an outcome can move."""
    with use_firm(firm):
        Relation.objects.update(concluding=True)
        return book(make_client(advisor=alice), by=alice, starts_at=YESTERDAY, assignee=None)


@pytest.mark.parametrize("door", [*PAGES, "API"])
def test_a_recording_is_a_handful_of_statements_by_every_door(
    door: str, firm: Firm, call: Appointment, alice: Membership, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        body = {"outcome": outcome(INTERESTED).pk}
    browser, caller = browse(alice), api(alice)

    def posted(pk: int) -> tuple[int, list[str]]:
        with CaptureQueriesContext(connection) as captured:
            if door == "API":
                answer = caller.post(f"/api/v1/appointments/{pk}/fulfil/", body)
            else:
                answer = browser.post(page(alice, PAGES[door].format(pk=pk)), body)
        return answer.status_code, [query["sql"] for query in captured]

    posted(0)
    # What any request pays: log-in, firm, rights, the transaction, and that there is no such appointment.
    nothing, frame = posted(0)
    status, statements = posted(call.pk)

    assert (nothing, status) == (404, 200 if door == "API" else 302)
    with use_firm(firm):
        made = Fulfilment.objects.get()
        assert made.follow_up
        assert made.status_change
        assert PointsEntry.objects.get().points == made.points == 1
    told = f"{door}: {len(statements)} statements, {len(frame)} of them for any request"
    print(told)  # noqa: T201 - the figure of the goal
    assert len(statements) - len(frame) <= MOST, "\n".join([told, *statements])
