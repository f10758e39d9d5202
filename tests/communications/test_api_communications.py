"""Generating and sending through the API: the same dry run, the same states, nothing of clients whom nobody shows."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from clients.models import Email
from communications import outbox
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.communications.mail_server import ScriptedServer
from tests.communications.sending import begin, reachable_client, template

pytestmark = pytest.mark.django_db
GENERATE, COMMUNICATIONS = "/api/v1/communications/generate/", "/api/v1/communications/"


def test_from_the_dry_run_to_what_was_sent(
    firm: Firm, ada: Membership, alice: Membership, server: ScriptedServer, api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        begin(ada)
        own, other = reachable_client("Anna", advisor=alice), reachable_client("Bruno")
        reachable_client("Muto", consent=None)
        offer = template()
    caller = api(ada)
    told = caller.post(GENERATE, {"template": offer.pk, "audience": "all"}, format="json").json()
    assert (told["state"], told["total"], told["included"], told["left_out"]) == ("draft", 3, 2, {"no_consent": 1})
    assert caller.get(COMMUNICATIONS).json()["results"] == []
    named = json.dumps({"field": "name", "op": "contains", "value": "anna"})
    asked = {"template": offer.pk, "audience": f"filter:{named}"}
    assert caller.post(GENERATE, asked, format="json").json()["total"] == 1
    told = caller.post(GENERATE, {"template": offer.pk, "audience": "all"}, format="json").json()
    run = f"/api/v1/communication-runs/{told['id']}/"
    assert caller.post(f"{run}confirm/").json()["generated"] == 2
    with use_firm(firm):
        Email.objects.filter(client=other).update(address="nuovo@example.com")
    listed = {row["client"]: row for row in caller.get(COMMUNICATIONS).json()["results"]}
    assert (listed[own.pk]["stale"], listed[other.pk]["stale"]) == (False, True)
    stale = caller.get(COMMUNICATIONS, {"state": "stale"}).json()["results"]
    assert [row["client"] for row in stale] == [other.pk]

    ids = {"ids": [row["id"] for row in listed.values()]}
    assert caller.post(f"{COMMUNICATIONS}send/", ids, format="json").json() == {"done": 1, "stale": 1}
    assert caller.post(f"{COMMUNICATIONS}regenerate/", ids, format="json").json()["done"] == 1
    assert caller.post(f"{COMMUNICATIONS}send/", ids, format="json").json() == {"done": 1, "stale": 0}
    while outbox.send_due(firm.pk):
        pass
    assert sorted(str(mail["To"]) for mail in server.received) == ["anna@example.com", "nuovo@example.com"]
    assert {row["state"] for row in caller.get(COMMUNICATIONS).json()["results"]} == {"sent"}
    # An advisor reads of her own clients only, and sends to nobody else's.
    advisor = api(alice)
    assert [row["client"] for row in advisor.get(COMMUNICATIONS).json()["results"]] == [own.pk]
    assert advisor.get(f"{COMMUNICATIONS}{listed[other.pk]['id']}/").status_code == 404
    assert advisor.post(f"{COMMUNICATIONS}cancel/", ids, format="json").json()["done"] == 0


def test_what_names_nothing_is_refused_by_its_field(
    firm: Firm, ada: Membership, rita: Membership, api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        begin(ada)
        offer = template()
    for audience in ("group:999", f"client:{2**62}", "group:x"):
        refused = api(ada).post(GENERATE, {"template": offer.pk, "audience": audience}, format="json")
        assert refused.status_code == 400, audience
    missing = api(ada).post(GENERATE, {"template": 999_999, "audience": "all"}, format="json")
    assert missing.status_code == 400
    assert api(rita).post(GENERATE, {"template": offer.pk, "audience": "all"}, format="json").status_code == 403
