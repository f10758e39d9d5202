"""Many people at one client at once (F23): who saw an older version is refused, and no accepted change is lost."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from clients.models import Client
from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership
from tests.cast import token_for

pytestmark = pytest.mark.django_db(transaction=True)

# A thousand at full size: `make faults`.
EDITS = int(os.environ.get("KILL_POINTS", "10")) * 10
EDITORS = 8
CLIENTS = "/api/v1/clients/"


def test_no_accepted_change_is_lost(ada: Membership) -> None:
    """Each editor adds one to a number that he has read: what is left is the number of those who were told 200."""
    token = token_for(ada)
    caller = _caller(token)
    made = caller.post(CLIENTS, {"last_name": "Rossi", "first_name": "0"}, format="json")
    assert made.status_code == 201, made.content
    address = f"{CLIENTS}{made.json()['id']}/"

    def edit(number: int) -> int:
        try:
            caller = _caller(token)
            seen = caller.get(address)
            value = {"first_name": str(int(seen.json()["first_name"]) + 1)}
            answer = caller.patch(address, value, format="json", headers={"If-Match": seen["ETag"]})
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(EDITORS) as pool:
        told = Counter(pool.map(edit, range(EDITS)))

    with use_firm(ada.firm_id):
        client = Client.objects.get()
        changes = AuditEvent.objects.filter(action="client.changed").count()
    print(f"{EDITS} edits of one client: {dict(told)}.")  # noqa: T201
    assert set(told) <= {200, 412}
    assert int(client.first_name) == told[200] > 0
    assert client.version == made.json()["version"] + told[200]
    assert changes == told[200]
    assert told[412] > 0, "nobody met anybody"


def _caller(token: str) -> APIClient:
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return caller
