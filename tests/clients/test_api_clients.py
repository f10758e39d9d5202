"""REST: clients."""

from collections.abc import Callable
from typing import Any

from tenants.models import Membership

Api = Callable[..., Any]
CLIENTS = "/api/v1/clients/"


def test_a_client_is_created_read_and_changed(api: Api, alice: Membership) -> None:
    caller = api(alice)

    made = caller.post(CLIENTS, {"last_name": "Rossi", "first_name": "Mario", "aum": "1234.5", "advisor": alice.pk})

    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["name"], body["aum"], body["version"]) == ("Rossi Mario", "1234.50", 1)
    assert made["Location"].endswith(f"{CLIENTS}{body['id']}/")
    assert made["ETag"] == '"1"'
    read = caller.get(f"{CLIENTS}{body['id']}/")
    assert read.json() == body
    changed = caller.patch(f"{CLIENTS}{body['id']}/", {"first_name": "Maria"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed["ETag"]) == (200, "Rossi Maria", '"2"')
    stale = caller.patch(f"{CLIENTS}{body['id']}/", {"first_name": "Ugo"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale["Content-Type"]) == (412, "application/problem+json")
    listed = caller.get(CLIENTS).json()
    assert listed == {"next": None, "previous": None, "results": [changed.json()]}
