"""Generating and sending through the API: the same dry run, the same states, nothing of clients whom nobody shows."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from clients.models import Email
from communications import outbox
from communications.models import ServiceOpportunity
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.architecture.examples import groups as group_examples
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


def test_for_whom_is_said_in_the_words_of_the_contract(
    firm: Firm, ada: Membership, mara: Membership, api: Callable[..., Any]
) -> None:
    """``{view or group or filter, template, opportunity?}``: a job with counts by reason (api.md)."""
    with use_firm(firm):
        begin(ada)
        reachable_client("Anna")
        reachable_client("Bruno", consent=None)
        offer, service = template(), ServiceOpportunity.objects.all()[0]
    with use_firm(mara.firm_id):
        theirs = group_examples.group(mara)["pk"]
    caller = api(ada)
    named = {"field": "name", "op": "contains", "value": "anna"}
    group = caller.post("/api/v1/groups/", {"name": "A", "kind": "dynamic", "filter": named}, format="json").json()
    view = caller.post("/api/v1/views/", {"name": "A", "filter": named}, format="json").json()

    def asked(**said: Any) -> Any:
        return caller.post(GENERATE, {"template": offer.pk, **said}, format="json")

    for said in ({"group": group["id"]}, {"view": view["id"]}, {"filter": named}):
        told = asked(**said)
        assert told.status_code == 201, told.content
        assert (told.json()["total"], told.json()["included"], told.json()["left_out"]) == (1, 1, {})
    told = asked(filter={"not": named}, opportunity=service.pk).json()
    assert (told["left_out"], told["opportunity"]) == ({"no_consent": 1}, service.pk)

    def refused(**said: Any) -> list[tuple[str, str]]:
        answer = asked(**said)
        assert answer.status_code == 400
        return [(error["field"], error["code"]) for error in answer.json()["errors"]]

    assert refused() == refused(audience="all", group=group["id"]) == [("audience", "one_of")]
    assert refused(filter={"field": "colour", "op": "empty"})[0][0] == "filter.field"
    assert refused(group=theirs) == refused(group=2**62) == [("group", "does_not_exist")]
    with use_firm(firm):
        offer.opportunity = service
        offer.save()
        other = ServiceOpportunity.objects.all()[1]
    assert refused(audience="all", opportunity=other.pk) == [("opportunity", "other_service")]
    assert asked(audience="all", opportunity=service.pk).json()["opportunity"] == service.pk
