"""The page of a client's exception."""

from collections.abc import Callable
from datetime import date, timedelta

from django.test import Client as Browser
from django.utils import timezone

from clients.models import Client
from scheduling import queries
from scheduling.models import CadenceException
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import TODAY, book, make_client

BADGE = 'title="Eccezione alla cadenza"'

Browse = Callable[[Membership], Browser]


def test_an_exception_is_set_changed_and_removed(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    browser, address = browse(alice), page(alice, f"clients/{client_.pk}/cadence-exception/")

    refused = browser.post(address, {"kind": "own", "yearly_meetings": "", "reason": ""})
    browser.post(address, {"kind": "own", "yearly_meetings": "6", "reason": "Successione in corso"})
    with use_firm(firm):
        first = CadenceException.objects.get()
    browser.post(address, {"kind": "none", "yearly_meetings": "6", "reason": "Si trasferisce", "ends_on": "2026-12-31"})
    with use_firm(firm):
        second = queries.exception_of(client_, on=TODAY)
    assert second is not None
    browser.post(page(alice, f"planning/exceptions/{second.pk}/remove/"))

    assert refused.status_code == 422
    assert 'id="id_yearly_meetings_error"' in refused.content.decode()
    assert 'id="id_reason_error"' in refused.content.decode()
    assert first.yearly_meetings == 6
    assert (second.yearly_meetings, second.ends_on) == (None, date(2026, 12, 31))
    with use_firm(firm):
        assert queries.exception_of(client_, on=TODAY) is None


def test_a_date_that_an_exception_decides_says_so_wherever_it_stands(
    firm: Firm, alice: Membership, browse: Browse
) -> None:
    """O-08: always shown as a badge next to the date."""
    now = timezone.now()
    with use_firm(firm):
        rossi, verdi = make_client("Rossi", advisor=alice), make_client("Verdi", advisor=alice)
        for met in (rossi, verdi):
            book(met, now - timedelta(days=300), by=alice, assignee=alice, at=now)
    browser = browse(alice)

    def marked() -> list[bool]:
        places = ["", "clients/", "reminders/", "planning/overdue/", "calendar/", f"clients/{rossi.pk}/"]
        return [BADGE in browser.get(page(alice, path)).content.decode() for path in places]

    assert marked() == [False] * 6
    browser.post(
        page(alice, f"clients/{rossi.pk}/cadence-exception/"),
        {"kind": "own", "yearly_meetings": "6", "reason": "Successione in corso"},
    )
    assert marked() == [True] * 6
    assert BADGE not in browser.get(page(alice, f"clients/{verdi.pk}/")).content.decode()
