"""Challenges with their live ranking (O-36)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from outcomes.models import Challenge, PointsEntry
from outcomes.queries.challenges import phase_of, standings
from outcomes.services.challenges import ChallengeDetails, save_challenge
from outcomes.services.tallies import enter_points
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


def details(**changes: Any) -> ChallengeDetails:
    values = {"name": "March", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31), "target": 20, **changes}
    return ChallengeDetails(**values)


def score(member: Membership, points: int, day: int = 10) -> None:
    enter_points([PointsEntry(member=member, points=points, at=datetime(2026, 3, day, 12, tzinfo=ROME))])


@pytest.mark.usefixtures("bound")
def test_the_ranking_is_live_and_says_who_reached_the_target(
    firm: Firm, ada: Membership, alice: Membership, bob: Membership
) -> None:
    challenge = save_challenge(None, details(), by=ada)
    score(alice, 5)
    assert [(one.place.points, one.percent, one.has_reached) for one in standings(challenge, firm=firm)] == [
        (5, 25, False),
        (0, 0, False),
        (0, 0, False),
    ]
    score(bob, 45)
    first = standings(challenge, firm=firm)[0]
    assert (first.place.member, first.percent, first.has_reached) == (bob, 100, True)


@pytest.mark.usefixtures("bound")
def test_only_those_who_take_part_are_ranked(firm: Firm, ada: Membership, alice: Membership, bob: Membership) -> None:
    challenge = save_challenge(None, details(participants=[alice]), by=ada)
    score(bob, 45)
    assert [one.place.member for one in standings(challenge, firm=firm)] == [alice]
    changed = save_challenge(challenge, details(participants=[alice, bob]), by=ada)
    assert [one.place.member for one in standings(changed, firm=firm)] == [bob, alice]
    assert len(standings(save_challenge(challenge, details(), by=ada), firm=firm)) == 3


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"ends_on": date(2026, 2, 1)}, "ends_on", "ends_early"),
        ({"target": 0}, "target", "min_value"),
        ({"name": " "}, "name", "blank"),
        ({"name": "TAKEN"}, "name", "name_taken"),
    ],
)
def test_what_makes_no_challenge_is_refused(ada: Membership, changes: dict[str, Any], field: str, code: str) -> None:
    save_challenge(None, details(name="taken"), by=ada)
    with pytest.raises(ValidationError) as refused:
        save_challenge(None, details(**changes), by=ada)
    assert [error.code for error in refused.value.error_dict[field]] == [code]


@pytest.mark.usefixtures("bound")
def test_its_phase(ada: Membership) -> None:
    challenge = save_challenge(None, details(), by=ada)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [phase_of(challenge, on=day) for day in days] == ["coming", "running", "running", "over"]


def test_made_changed_and_deleted_through_pages(
    ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser = browse(ada)
    sent = {"name": "Sfida", "starts_on": "2026-03-01", "ends_on": "2026-03-31", "target": "20", "prize": "Cena"}
    assert browser.post(page(ada, "points/challenges/new/"), sent | {"target": "0"}).status_code == 422
    assert browser.post(page(ada, "points/challenges/new/"), sent | {"participants": [alice.pk]}).status_code == 302
    with use_firm(ada.firm):
        challenge = Challenge.objects.get()
    address = page(ada, f"points/challenges/{challenge.pk}/")
    assert [one.place.member for one in browser.get(address).context["standings"]] == [alice]
    assert browser.get(f"{address}edit/").context["form"].initial["participants"] == [alice.pk]
    assert browser.post(f"{address}edit/", sent | {"version": 1, "name": "Gara"}).status_code == 302
    stale = browser.post(f"{address}edit/", sent | {"version": 1})
    assert stale.status_code == 422
    assert browse(alice).get(page(alice, "points/challenges/")).context["rows"][0]["challenge"].name == "Gara"
    assert browse(alice).post(f"{address}delete/").status_code == 403
    browser.post(f"{address}delete/")
    with use_firm(ada.firm):
        assert not Challenge.objects.exists()


def test_the_api(ada: Membership, alice: Membership, api: Callable[..., Any]) -> None:
    caller = api(ada)
    body = {"name": "Sfida", "starts_on": "2026-03-01", "ends_on": "2026-03-31", "target": 20}
    made = caller.post("/api/v1/challenges/", body | {"participants": [alice.pk]})
    assert (made.status_code, made.json()["participants"]) == (201, [alice.pk])
    address = f"/api/v1/challenges/{made.json()['id']}/"
    changed = caller.patch(address, {"target": 30}).json()
    assert (changed["target"], changed["participants"]) == (30, [alice.pk])
    assert caller.patch(address, {"participants": None}).json()["participants"] is None
    assert [place["percent"] for place in caller.get(f"{address}ranking/").json()] == [0, 0]
    refused = caller.patch(address, {"ends_on": "2025-01-01"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "ends_early")
    assert api(alice).post("/api/v1/challenges/", body).status_code == 403
    assert caller.delete(address).status_code == 204
