"""The page of a client's exception."""

from collections.abc import Callable
from datetime import date

from django.test import Client as Browser

from clients.models import Client
from scheduling import queries
from scheduling.models import CadenceException
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import TODAY

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
