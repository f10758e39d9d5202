"""Campaigns: who belongs, what he answered, what came of it, on the page, the time line, in filters and the API."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

import groups.services
from clients.models import Client, Status
from clients.services import update_client
from communications import queries, services
from communications.enums import CampaignResponse, CampaignState
from communications.models import Campaign, CampaignMember
from communications.services import Answer, CampaignDetails
from groups.enums import GroupKind
from groups.services import GroupDetails
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client, new_company
from tests.communications.making import ACCEPTED, close, found, propose, service

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]
Api = Callable[..., Any]
JOINED, LATER = NOON + timedelta(hours=1), NOON + timedelta(days=1)


def campaign(**given: Any) -> Campaign:
    usual = {"name": "Primavera", "starts_on": NOON.date(), "state": CampaignState.RUNNING}
    return services.create_campaign(CampaignDetails(**{**usual, **given}), by=None)


def join(joined: Campaign, *clients: Client, by: Membership) -> list[int]:
    chosen = Client.objects.filter(pk__in=[client.pk for client in clients])
    return services.add_members(joined, chosen, by=by, at=JOINED)


def answer(joined: Campaign, client: Client, response: CampaignResponse, *, by: Membership) -> None:
    member = CampaignMember.objects.get(campaign=joined, client=client)
    services.record_answer(member, Answer(response=response), by=by, at=LATER)


def test_results_count_answers_statuses_and_proposals_since_each_joined(alice: Membership, bound: Firm) -> None:
    one, two, three, stranger = (new_client(name, advisor=alice) for name in ("Uno", "Due", "Tre", "Altro"))
    close(propose(one, "pac", by=alice, at=NOON - timedelta(days=9)), ACCEPTED, by=alice, on=None)
    spring = campaign(cost=Decimal(300), opportunity=service("ltc"))
    assert len(join(spring, one, two, three, by=alice)) == 3
    assert join(spring, one, by=alice) == []
    close(propose(one, "ltc", by=alice, at=JOINED), ACCEPTED, by=alice)
    propose(two, "ltc", by=alice, at=LATER)
    propose(three, "pac", by=alice, at=LATER)
    propose(stranger, "ltc", by=alice, at=LATER)
    target = Status.objects.order_by("pk").last()
    update_client(one, {"status": target}, version=None, by=alice, at=LATER)
    answer(spring, one, CampaignResponse.WON, by=alice)
    answer(spring, two, CampaignResponse.DECLINED, by=alice)

    results = queries.results_of(spring, alice)

    assert (results.members, results.answered, results.won) == (3, 2, 1)
    assert (results.proposed, results.accepted) == (2, 1)
    assert results.statuses == [(target.name, 1)]
    assert results.cost_per_win == Decimal("300.00")
    assert found("campaign.name", "eq", spring.pk) == ["Due", "Tre", "Uno"]
    assert found("campaign.response", "eq", "won") == ["Uno"]


def test_figures_take_as_many_statements_for_many_members(alice: Membership, bound: Firm) -> None:
    spring = campaign()

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            queries.results_of(spring, alice)
            list(queries.campaigns_with_counts(alice))
        return len(captured)

    def joining(number: int) -> int:
        clients = [new_client(advisor=alice) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            join(spring, *clients, by=alice)
        return len(captured)

    joining(1)
    assert joining(1) == joining(12)
    few = statements()
    joining(9)
    assert statements() == few


def test_what_makes_no_sense_is_refused(alice: Membership, bound: Firm) -> None:
    client, spring = new_client(advisor=alice), campaign()

    def code(work: Callable[[], object]) -> str:
        with pytest.raises(ValidationError) as raised:
            work()
        refusal = raised.value
        return str((next(iter(refusal.error_dict.values())) if hasattr(refusal, "error_dict") else [refusal])[0].code)

    assert code(campaign) == "unique"
    assert code(lambda: campaign(name="x", ends_on=NOON.date() - timedelta(days=1))) == "ends_before_it_starts"
    assert code(lambda: campaign(name="x", cost=Decimal(-1))) == "negative"
    join(spring, client, by=alice)
    assert code(lambda: services.delete_campaign(spring, by=alice)) == "in_use"
    answer(spring, client, CampaignResponse.INTERESTED, by=alice)
    assert services.remove_members(spring, [client.pk], by=alice) == []
    closed = CampaignDetails(name="Primavera", starts_on=NOON.date(), state=CampaignState.CLOSED)
    services.edit_campaign(spring, closed, by=alice, version=1)
    assert code(lambda: services.edit_campaign(spring, closed, by=alice, version=1)) == "stale"
    spring.refresh_from_db()
    assert code(lambda: join(spring, new_client(advisor=alice), by=alice)) == "closed"


def test_a_client_joins_on_his_page_and_it_is_on_both_time_lines(
    firm: Firm, alice: Membership, mara: Membership, browse: Browse, api: Api
) -> None:
    browser = browse(alice)
    entered = {"name": "Primavera", "state": "running", "starts_on": "2026-03-01", "cost": "100"}
    wrong = browser.post(page(alice, "campaigns/new/"), {**entered, "ends_on": "2026-02-01"})
    assert wrong.context["form"].errors["ends_on"].as_data()[0].code == "ends_before_it_starts"
    detail = browser.post(page(alice, "campaigns/new/"), entered)["Location"]
    with use_firm(firm):
        company = new_company("Alfa S.r.l.", advisor=alice)
        client = new_client("Rossi", advisor=alice, company=company)
        spring = Campaign.objects.get()

    browser.post(page(alice, f"clients/{client.pk}/campaigns/join/"), {"campaign": spring.pk})

    with use_firm(firm):
        member = CampaignMember.objects.get()
        everyone = groups.services.create_group(GroupDetails(name="Tutti", kind=GroupKind.FIXED), by=alice, at=NOON)
        groups.services.add_members(everyone, Client.objects.all(), by=alice, at=NOON)
    browser.post(page(alice, f"campaigns/{spring.pk}/enlist/"), {"audience": f"group:{everyone.pk}"})
    with use_firm(firm):
        assert CampaignMember.objects.filter(client=company).count() == 1
        CampaignMember.objects.filter(client=company).delete()
    for pk in (client.pk, company.pk):
        [event] = api(alice).get(f"/api/v1/clients/{pk}/timeline/?kind=campaign").json()["results"]
        assert (event["state"], "Primavera" in event["title"]) == ("none", True)
    browser.post(page(alice, f"campaigns/members/{member.pk}/answer/"), {"response": "won", "note": "Firma lunedì"})
    shown = browser.get(detail)
    assert (shown.context["results"].won, shown.context["results"].cost_per_win) == (1, Decimal("100.00"))
    assert "Firma lunedì" in shown.content.decode()
    assert "Primavera" in browser.get(page(alice, "campaigns/")).content.decode()
    assert browse(mara).get(page(mara, f"campaigns/{spring.pk}/")).status_code == 404


def test_the_api_enters_joins_answers_and_counts(
    firm: Firm, ada: Membership, alice: Membership, bob: Membership, api: Api
) -> None:
    with use_firm(firm):
        own, foreign = new_client("Rossi", advisor=alice), new_client("Verdi", advisor=ada)
    body = {"name": "Estate", "starts_on": "2026-06-01", "cost": "10.00", "state": "running"}
    made = api(alice).post("/api/v1/campaigns/", body).json()
    root = f"/api/v1/campaigns/{made['id']}/"

    assert api(alice).post(f"{root}join/", {"clients": [own.pk]}).json() == {"joined": 1}
    assert api(alice).post(f"{root}join/", {"clients": [foreign.pk]}).status_code == 400
    assert api(ada).post(f"{root}join/", {"clients": [own.pk, foreign.pk]}).json() == {"joined": 1}
    [member] = api(alice).get(f"/api/v1/campaign-members/?campaign={made['id']}").json()["results"]
    said = api(alice).patch(f"/api/v1/campaign-members/{member['id']}/", {"response": "interested"}).json()
    assert (said["response"], said["client"]) == ("interested", own.pk)
    assert api(alice).get(f"{root}results/").json()["members"] == 1
    assert api(ada).get(f"{root}results/").json()["answers"] == {"interested": 1, "none": 1}
    assert api(bob).get(f"/api/v1/campaign-members/{member['id']}/").status_code == 404
    assert api(alice).patch(root, {"state": "closed"}).json()["state"] == "closed"
    assert api(alice).delete(root).status_code == 400
