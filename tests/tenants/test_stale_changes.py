"""Two who have seen the same state change it in the same moment: one goes on, the other is told (api.md)."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import api_client

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
# Of each kind one: a member's own row, the firm's, a row that is not stored yet, what is composed of several.
CHANGES: dict[str, list[dict[str, Any]]] = {
    "me": [{"signature": "One"}, {"signature": "Two"}],
    "firm": [{"name": "Studio One"}, {"name": "Studio Two"}],
    "points-mail": [{"addresses": ["one@aurora.example"]}, {"addresses": ["two@aurora.example"]}],
    "retention": [{"mifid": 8}, {"mifid": 9}],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resource", CHANGES)
def test_of_two_with_the_same_tag_one_goes_on(resource: str, ada: Membership) -> None:
    address = f"/api/v1/{resource}/"
    seen = {"If-Match": api_client(ada).get(address)["ETag"]}
    callers = [api_client(ada) for _ in CHANGES[resource]]

    def change(caller: Any, body: dict[str, Any]) -> int:
        try:
            return int(caller.patch(address, body, format="json", headers=seen).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        with use_firm(ada.firm_id):
            # Whoever has to wait for one of these rows waits until both have come as far.
            Firm.objects.select_for_update(no_key=True).get(pk=ada.firm_id)
            Membership.objects.select_for_update(no_key=True).get(pk=ada.pk)
            answers = [threads.submit(change, *each) for each in zip(callers, CHANGES[resource], strict=True)]
            wait_until_all_wait(answers)
        statuses = sorted(answer.result() for answer in answers)

    assert statuses == [200, 412]


def wait_until_all_wait(answers: list[Future[int]]) -> None:
    """Or until somebody is through who did not have to wait."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone() == (len(answers),) or any(answer.done() for answer in answers):
                return
        time.sleep(0.005)
