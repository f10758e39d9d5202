"""REST: what a firm configures stands in its order, and ``position`` changes it."""

from typing import Any

import pytest

from clients.models import Quantity
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("resource", "given", "name"),
    [
        ("statuses", {}, "name"),
        ("lists", {"list_name": "rating"}, "name"),
        ("custom-fields", {"type": "text"}, "label"),
        ("quantities", {}, "label"),
    ],
)
def test_a_row_is_put_at_a_place_and_the_others_make_room(
    api: Any, firm: Firm, ada: Membership, alice: Membership, resource: str, given: dict[str, str], name: str
) -> None:
    call, address = api(ada), f"/api/v1/{resource}/"
    narrow = {"list_name": "rating"} if resource == "lists" else {}
    rows = call.get(address, {**narrow, "page_size": 200}).json()["results"]
    there = len(rows)
    for each in "XYZ":
        made = call.post(address, {**given, name: f"Row {each}"}, format="json")
        assert made.status_code == 201, made.content

    def order() -> list[str]:
        rows = call.get(address, {**narrow, "page_size": 200}).json()["results"]
        return [row[name].removeprefix("Row ") for row in rows][there:]

    assert order() == ["X", "Y", "Z"]
    changed = call.patch(f"{address}{made.json()['id']}/", {"position": there + 1}, format="json")
    assert (changed.status_code, changed.json()["position"]) == (200, there + 1)
    assert order() == ["Z", "X", "Y"]
    first = call.post(address, {**given, name: "Row W", "position": there + 2}, format="json")
    assert first.status_code == 201
    assert order() == ["Z", "W", "X", "Y"]
    assert call.patch(f"{address}{made.json()['id']}/", {"position": 99_999}, format="json").status_code == 200
    assert order() == ["W", "X", "Y", "Z"]
    assert call.patch(f"{address}{made.json()['id']}/", {"position": 0}, format="json").status_code == 400
    assert api(alice).patch(f"{address}{made.json()['id']}/", {"position": 1}, format="json").status_code == 403


def test_yearly_values_are_moved_on_their_page(browse: Any, firm: Firm, ada: Membership) -> None:
    with use_firm(firm):
        first, second = Quantity.objects.order_by("position", "pk")[:2]
    browser = browse(ada)

    answer = browser.post(page(ada, f"clients/yearly-values/{second.pk}/move/"), {"direction": "up"})

    with use_firm(firm):
        assert answer.status_code == 302
        assert list(Quantity.objects.order_by("position", "pk")[:2]) == [second, first]
        assert AuditEvent.objects.filter(action="quantity.moved").exists()
    shown = browser.get(page(ada, "clients/yearly-values/")).content.decode()
    assert shown.index(second.label) < shown.index(first.label)
