"""How many of a year's meetings were held, wherever a client is a row; and no statement for each of them."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Address, Client, Household
from groups.enums import GroupKind
from groups.models import Group, GroupMember, MarketingList
from scheduling.models import ClientPlan
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client, new_company

SAID = "2 su 4"


def people(advisor: Membership, company: Client, household: Household, count: int) -> None:
    """Everywhere at once: in a group, a household, a company, on the map, in a cadence."""
    group = Group.objects.get(name="Gold")
    for _number in range(count):
        one = new_client("Rossi", advisor=advisor)
        GroupMember.objects.create(group=group, client_id=one.pk)
        ClientPlan.objects.update_or_create(client=one, defaults={"yearly_meetings": 4, "meetings_this_year": 2})
        one.profile.company, one.profile.household = company, household
        one.profile.save()
        Address.objects.filter(client=one).delete()
        Address.objects.create(client=one, position=1, city="Milano", latitude="45.46", longitude="9.19")


@pytest.fixture
def places(firm: Firm, alice: Membership) -> dict[str, str]:
    with use_firm(firm):
        group = Group.objects.create(kind=GroupKind.FIXED, name="Gold", yearly_meetings=4)
        company = new_company(advisor=alice)
        household = Household.objects.create(name="Rossi")
        everybody = MarketingList.objects.create(
            name="All", filter={"all": [{"field": "last_name", "op": "contains", "value": "Rossi"}]}
        )
        people(alice, company, household, 2)
        first = Client.objects.filter(last_name="Rossi").order_by("pk")[0]
    return {
        "group": f"groups/{group.pk}/",
        "search": "search/?q=Rossi",
        "palette": "palette/?q=Rossi",
        "company": f"clients/{company.pk}/company/",
        "household": f"clients/households/{household.pk}/",
        "near": f"clients/{first.pk}/near/",
        "map": "clients/map/",
        "marketing": f"groups/lists/{everybody.pk}/",
        "list": "clients/",
        "matrix": "clients/?show=services",
    }


def test_it_stands_beside_clients_in_a_number_of_statements_that_does_not_grow(
    firm: Firm, alice: Membership, places: dict[str, str], browse: Callable[[Membership], Browser]
) -> None:
    browser = browse(alice)

    def look(path: str) -> tuple[int, int]:
        browser.get(page(alice, path))
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(page(alice, path))
        assert answer.status_code == 200, path
        return answer.content.decode().count(SAID), len(asked)

    few = {name: look(path) for name, path in places.items()}
    with use_firm(firm):
        company, household = Client.objects.get(kind="company"), Household.objects.get()
        people(alice, company, household, 3)
    many = {name: look(path) for name, path in places.items()}
    assert {name for name, (said, _asked) in few.items() if not said} == set()
    assert all(many[name][0] > said for name, (said, _asked) in few.items()), (few, many)
    assert {name: asked for name, (_said, asked) in many.items()} == {n: asked for n, (_s, asked) in few.items()}
