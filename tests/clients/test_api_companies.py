"""REST: the group of a company, read and changed, and who is and was linked to it (STY-06)."""

from datetime import timedelta
from typing import Any

import pytest

from clients import services
from clients.models import Client
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client, new_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(firm: Firm, ada: Membership, alice: Membership) -> dict[str, Client]:
    """Ada's holding above Alice's Beta above Alice's Gamma."""
    with use_firm(firm):
        holding = new_company("Holding", advisor=ada)
        beta = new_company("Beta", advisor=alice, parent_company=holding)
        gamma = new_company("Gamma", advisor=alice, parent_company=beta)
    return {"Holding": holding, "Beta": beta, "Gamma": gamma}


def drawn(answer: Any) -> list[tuple[str | None, int | None, int, bool]]:
    return [(row["name"], row["above"], row["depth"], row["is_here"]) for row in answer.json()["results"]]


def test_the_group_is_read_from_its_top_and_who_is_not_seen_has_no_name(
    api: Any, group: dict[str, Client], ada: Membership, alice: Membership
) -> None:
    holding, beta, gamma = (group[name].pk for name in ("Holding", "Beta", "Gamma"))
    assert drawn(api(ada).get(f"/api/v1/clients/{beta}/company-group/")) == [
        ("Holding", None, 0, False),
        ("Beta", holding, 1, True),
        ("Gamma", beta, 2, False),
    ]
    assert drawn(api(alice).get(f"/api/v1/clients/{gamma}/company-group/")) == [
        (None, None, 0, False),
        ("Beta", None, 1, False),
        ("Gamma", beta, 2, True),
    ]
    assert api(alice).get(f"/api/v1/clients/{holding}/company-group/").status_code == 404


def test_the_group_is_changed_and_neither_a_circle_nor_an_old_version_passes(
    api: Any, group: dict[str, Client], ada: Membership, firm: Firm
) -> None:
    call, gamma = api(ada), group["Gamma"]
    address = f"/api/v1/clients/{gamma.pk}/company-group/"
    seen = call.get(address)
    wanted, version = {"parent_company": group["Holding"].pk}, {"If-Match": seen["ETag"]}
    moved = call.put(address, wanted, format="json", headers=version)
    stale = call.put(address, {"parent_company": None}, format="json", headers=version)
    circle = call.put(
        f"/api/v1/clients/{group['Holding'].pk}/company-group/", {"parent_company": gamma.pk}, format="json"
    )

    assert (moved.status_code, moved.json()["version"]) == (200, seen.json()["version"] + 1)
    assert [(row[0], row[2]) for row in drawn(moved)] == [("Holding", 0), ("Beta", 1), ("Gamma", 1)]
    assert stale.status_code == 412
    assert (circle.status_code, circle.json()["errors"][0]["code"]) == (400, "circle")
    alone = call.put(address, {"parent_company": None}, format="json")
    assert drawn(alone) == [("Gamma", None, 0, True)]


def test_a_person_has_no_group(api: Any, firm: Firm, ada: Membership) -> None:
    with use_firm(firm):
        person = new_client(advisor=ada)
    assert api(ada).get(f"/api/v1/clients/{person.pk}/company-group/").status_code == 404


def test_links_are_read_from_either_end_with_those_that_ended(
    api: Any, group: dict[str, Client], ada: Membership, alice: Membership, firm: Firm
) -> None:
    with use_firm(firm):
        rossi = new_client("Rossi", company=group["Beta"], advisor=ada)
        services.update_client(rossi, {"company": None}, version=None, by=ada, at=NOON + timedelta(days=3))
        verdi = new_client("Verdi", company=group["Beta"], advisor=alice)

    def links(member: Membership, client: Client) -> list[tuple[int, int, bool]]:
        rows = api(member).get(f"/api/v1/clients/{client.pk}/company-links/").json()["results"]
        return sorted((row["client"], row["company"], row["until_on"] is None) for row in rows)

    beta = group["Beta"].pk
    assert links(ada, group["Beta"]) == [(rossi.pk, beta, False), (verdi.pk, beta, True)]
    assert links(ada, rossi) == [(rossi.pk, beta, False)]
    assert links(alice, group["Beta"]) == [(verdi.pk, beta, True)]
