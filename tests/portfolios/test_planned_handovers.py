"""Handovers on a day to come: planned, seen, taken back, and done by the night of that day (O-62)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.bulk import services as bulk
from clients.models import BulkJob, Client
from crm import nightly
from groups.models import Group, GroupMember
from groups.services import GroupDetails, create_group
from portfolios import services
from portfolios.models import Link, PlannedHandover, Portfolio, Typology
from portfolios.planned_handovers import plan_handover, take_effect, withdraw_handover
from scheduling.models import NightlyRun
from tenants.binding import local_today, use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page

Browse = Callable[[Membership], Browser]


@pytest.fixture
def gold(firm: Firm, ada: Membership) -> Portfolio:
    with use_firm(firm):
        return services.create_portfolio(Typology.objects.get(position=1), by=ada, name="Oro")


def people(count: int) -> list[Client]:
    made = Client.objects.bulk_create([Client(name=f"C{n}", last_name=f"C{n}") for n in range(count)])
    Client.objects.filter(pk__in=[client.pk for client in made]).update(created_at=timezone.now() - timedelta(days=300))
    return made


def group(name: str, asked: dict[str, Any], by: Membership) -> Group:
    return create_group(GroupDetails(name=name, filter=asked), by=by, at=timezone.now())


def planned(firm: Firm, gold: Portfolio, by: Membership, *, days: int = 10, of: Group | None = None) -> PlannedHandover:
    on = local_today(firm) + timedelta(days=days)
    said = {"former": Portfolio.objects.get(is_default=True), "to": gold, "on": on}
    return plan_handover("hand_over_portfolio", said, of, by=by, at=timezone.now())


def let_its_day_come(handover: PlannedHandover, day: date) -> None:
    said = {**handover.argument, "on": day.isoformat()}
    PlannedHandover.objects.filter(pk=handover.pk).update(on=day, argument=said)


def in_portfolio(portfolio: Portfolio) -> set[str]:
    return set(Client.objects.filter(main_portfolio=portfolio).values_list("name", flat=True))


def test_the_night_of_the_day_hands_over_whoever_is_linked_then_and_groups_follow(
    firm: Firm, ada: Membership, gold: Portfolio
) -> None:
    with use_firm(firm):
        people(3)
        golden = group("Oro", {"field": "main_portfolio", "op": "in", "value": [gold.pk]}, ada)
        handover = planned(firm, gold, ada)
        today = local_today(firm)
    nightly.run_now(firm.pk, today, at=timezone.now())
    with use_firm(firm):
        assert in_portfolio(gold) == set(), "its day has not come"
        late = Client.objects.create(name="Late", last_name="Late")
        Client.objects.filter(name="C0").update(state="archived", main_portfolio=gold)
        let_its_day_come(handover, today)
    run = nightly.run_now(firm.pk, today, at=timezone.now())
    assert run.state == "done", run.error
    with use_firm(firm):
        assert in_portfolio(gold) == {"C0", "C1", "C2", "Late"}
        assert GroupMember.objects.filter(group=golden).count() == 3, "the same night sees them"
        handover.refresh_from_db()
        assert (handover.state, handover.job.changed) == ("done", 3)
        assert Link.objects.get(client=late, until=None).since == today
        job = bulk.undo(handover.job, by=ada, at=timezone.now())
        assert job.restored == 3
        assert in_portfolio(gold) == {"C0"}
    again = nightly.run_now(firm.pk, today, at=timezone.now())
    with use_firm(firm):
        assert again.state == "done"
        assert in_portfolio(gold) == {"C0"}, "done is done"
        assert NightlyRun.objects.count() == 1


def test_a_night_asked_for_a_day_to_come_hands_nothing_over(firm: Firm, ada: Membership, gold: Portfolio) -> None:
    with use_firm(firm):
        people(1)
        handover = planned(firm, gold, ada)
    nightly.run_now(firm.pk, handover.on, at=timezone.now())
    with use_firm(firm):
        assert in_portfolio(gold) == set()


def test_more_clients_than_a_person_waits_for_move_in_one_night(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    people(bulk.AT_ONCE + bulk.STRETCH + 1)
    handover, today = planned(bound, gold, ada), local_today(bound)
    let_its_day_come(handover, today)
    moved = take_effect(today=today, at=timezone.now())
    assert len(moved) == len(set(moved)) == bulk.AT_ONCE + bulk.STRETCH + 1
    handover.refresh_from_db()
    assert handover.job.state == "done"


def test_only_the_members_of_a_group_as_they_are_on_that_day(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    people(3)
    rich = group("Due", {"field": "aum", "op": "gt", "value": "10.00"}, ada)
    handover, today = planned(bound, gold, ada, of=rich), local_today(bound)
    Client.objects.filter(name__in=["C1", "C2"]).update(aum=20)
    let_its_day_come(handover, today)
    take_effect(today=today, at=timezone.now())
    assert in_portfolio(gold) == {"C1", "C2"}


def test_what_is_no_longer_possible_says_so_and_stops_no_other(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    people(1)
    gone = services.create_portfolio(gold.typology, by=ada, name="Via")
    broken, good, today = planned(bound, gone, ada), planned(bound, gold, ada), local_today(bound)
    services.deactivate_portfolio(gone, by=ada)
    for handover in (broken, good):
        let_its_day_come(handover, today)
    take_effect(today=today, at=timezone.now())
    broken.refresh_from_db()
    assert (broken.state, broken.job) == ("failed", None)
    assert broken.failure
    assert in_portfolio(gold) == {"C0"}
    assert AuditEvent.objects.filter(action="handover.failed").count() == 1


def test_with_nobody_left_it_is_done_all_the_same(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    handover, today = planned(bound, gold, ada), local_today(bound)
    let_its_day_come(handover, today)
    assert take_effect(today=today, at=timezone.now()) == []
    handover.refresh_from_db()
    assert (handover.state, handover.job) == ("done", None)


def test_a_portfolio_that_awaits_a_handover_is_not_deleted(bound: Firm, ada: Membership, gold: Portfolio) -> None:
    handover = planned(bound, gold, ada)
    with pytest.raises(ValidationError):
        services.delete_portfolio(gold, by=ada)
    withdraw_handover(handover, by=ada, at=timezone.now())
    services.delete_portfolio(gold, by=ada)
    assert not Portfolio.objects.filter(pk=gold.pk).exists()


def test_it_is_planned_on_the_page_seen_first_listed_and_taken_back(
    firm: Firm, ada: Membership, alice: Membership, gold: Portfolio, browse: Browse
) -> None:
    browser, address = browse(ada), page(ada, "settings/handover/")
    with use_firm(firm):
        people(3)
        generic, on = Portfolio.objects.get(is_default=True), local_today(firm) + timedelta(days=40)
    said = {"former": generic.pk, "to": gold.pk, "on": on.isoformat(), "group": ""}
    seen = browser.post(address, said)
    assert seen.status_code == 200
    ahead = seen.context["ahead"]
    assert (ahead["count"], [client.name for client in ahead["sample"]]) == (3, ["C0", "C1", "C2"])
    with use_firm(firm):
        assert not PlannedHandover.objects.exists()
        assert not BulkJob.objects.exists()
    assert browser.post(address, {**dict(ahead["answers"]), "plan": "1"}).status_code == 302
    [told] = browser.get(address).context["planned"]
    assert (told.former, told.to, told.planned.on, told.planned.state) == ("Generico", "Oro", on, "waiting")
    assert browser.get(page(ada, f"portfolios/{generic.pk}/")).context["planned"] == [told.planned]
    mine = page(alice, f"settings/handover/{told.planned.pk}/withdraw/")
    assert browse(alice).post(mine).status_code == 404, "another member's"
    browser.post(f"{address}{told.planned.pk}/withdraw/")
    assert [each.planned.state for each in browser.get(address).context["planned"]] == ["withdrawn"]
    browser.post(f"{address}{told.planned.pk}/restore/")
    assert [each.planned.state for each in browser.get(address).context["planned"]] == ["waiting"]
    too_far = browser.post(address, {**said, "on": "2999-01-01"})
    assert list(too_far.context["form"].errors) == ["on"]


def test_the_page_costs_the_same_however_much_is_planned(
    firm: Firm, ada: Membership, gold: Portfolio, browse: Browse
) -> None:
    browser = browse(ada)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page(ada, "settings/handover/")).status_code == 200
        return len(captured)

    with use_firm(firm):
        planned(firm, gold, ada)
    statements()
    one = statements()
    with use_firm(firm):
        for days in range(1, 6):
            planned(firm, gold, ada, days=days)
    assert statements() == one


def test_by_rest(firm: Firm, ada: Membership, gold: Portfolio, api: Callable[..., Any]) -> None:
    rest = api(ada)
    with use_firm(firm):
        generic, today = Portfolio.objects.get(is_default=True), local_today(firm)
    values = {"former": generic.pk, "to": gold.pk, "on": (today + timedelta(days=5)).isoformat()}

    def plan(**changed: Any) -> Any:
        body = {"action": "hand_over_portfolio", "values": {**values, **changed}}
        return rest.post("/api/v1/planned-handovers/", body, format="json")

    made = plan()
    assert made.status_code == 201, made.json()
    assert (made.json()["state"], made.json()["on"]) == ("waiting", values["on"])
    assert plan(on=today.isoformat()).json()["errors"][0]["field"] == "on"
    assert plan(to=generic.pk).json()["errors"][0]["field"] == "values.to"
    back = rest.post(f"/api/v1/planned-handovers/{made.json()['id']}/withdraw/")
    assert back.json()["state"] == "withdrawn"
    assert rest.post(f"/api/v1/planned-handovers/{made.json()['id']}/withdraw/").status_code == 400
    listed = rest.get("/api/v1/planned-handovers/").json()["results"]
    assert [row["state"] for row in listed] == ["withdrawn"]
