"""Clients against services: counts, white space, and acting from there (SIS-02, SIS-15)."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.layouts import Asked
from clients.models import BulkJob, Client
from clients.queries import visible_clients
from communications.matrix import NEVER, read_matrix
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.services import set_active
from groups.models import Group
from groups.services import GroupDetails, create_group
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.making import DECLINED, LATER, NOON, close, new_client, propose, service

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


@pytest.fixture
def people(firm: Firm, ada: Membership, alice: Membership) -> list[Client]:
    """Six of Alice's: two have LTC open, one declined it and one of the two had declined it before; a stranger."""
    with use_firm(firm):
        clients = [new_client(f"Cliente {number}", advisor=alice, aum=number * 100_000) for number in range(6)]
        close(propose(clients[0], by=ada), DECLINED, by=ada)
        propose(clients[0], by=ada, at=LATER)
        propose(clients[1], by=ada)
        close(propose(clients[2], by=ada), DECLINED, by=ada)
        new_client("Estraneo", advisor=ada)
        return clients


def tallies(member: Membership, key: str = "ltc") -> dict[str, int]:
    matrix = read_matrix(visible_clients(member), Asked(today=LATER.date()))
    return {line.code: tally.number for line in matrix.lines for tally in line.counts if tally.service.key == key}


def html(answer: Any) -> str:
    assert answer.status_code in (200, 422), answer
    return str(answer.content.decode())


def test_each_client_counts_once_for_each_service(firm: Firm, people: list[Client], alice: Membership) -> None:
    with use_firm(firm):
        assert tallies(alice) == {NEVER: 3, "open": 2, "declined": 1}
        assert tallies(alice, "pac") == {NEVER: 6, "open": 0, "declined": 0}
        matrix = read_matrix(visible_clients(alice), Asked(today=LATER.date()))
        cells = {
            row.client.pk: next(
                cell.row.state if cell.row else NEVER for cell in row.cells if cell.service.key == "ltc"
            )
            for row in matrix.rows
        }
        # What the cells say, line by line, is what the counts say.
        counted = Counter(cells.values())
        assert {code: counted[code] for code in tallies(alice)} == tallies(alice)
        assert cells[people[0].pk] == "open"
        set_active(service(), active=False, by=alice)
        assert "ltc" not in {
            offered.key for offered in read_matrix(visible_clients(alice), Asked(today=NOON.date())).services
        }


def test_it_takes_as_many_statements_for_many_clients_as_for_few(
    firm: Firm, people: list[Client], ada: Membership
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            read_matrix(visible_clients(ada), Asked(today=LATER.date()))
        return len(captured)

    with use_firm(firm):
        few = statements()
        for number in range(20):
            propose(new_client(f"Altro {number}"), "pac", by=ada)
        assert statements() == few <= 6


def test_the_white_space_of_a_group_is_shown_and_acted_upon_from_there(
    firm: Firm, people: list[Client], ada: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        ltc = service()
        gold: Group = create_group(
            GroupDetails(name="Gold", filter={"field": "aum", "op": "gte", "value": "300000"}), by=ada, at=NOON
        )
    browser, where = browse(ada), page(ada, f"clients/?group={gold.pk}&show=services")
    shown = html(browser.get(where))
    assert 'aria-label="Polizza LTC, Mai offerti: 3"' in shown
    assert "Cliente 3" in shown
    assert "Cliente 0" not in shown

    # The number leads to the list of just those; the button beside it proposes to them, previewed first.
    body = {
        "query": f"group={gold.pk}&filter={json.dumps({'field': 'opportunity.ltc', 'op': 'empty'})}",
        "scope": "all",
        "action": "associate_opportunity",
        "opportunity": ltc.pk,
        "notes": "",
        "next": where,
    }
    draft = browser.post(page(ada, "clients/bulk/new/"), body)
    preview = html(browser.get(draft["Location"]))
    assert "3 clienti saranno modificati" in preview
    with use_firm(firm):
        job = BulkJob.objects.get()
    browser.post(page(ada, f"clients/bulk/{job.pk}/confirm/"), {"opportunity": ltc.pk, "notes": "", "next": where})
    assert "Polizza LTC, Aperta: 3" in html(browser.get(where))
    browser.post(page(ada, f"clients/bulk/{job.pk}/undo/"))
    assert 'aria-label="Polizza LTC, Mai offerti: 3"' in html(browser.get(where))


def test_one_click_on_a_white_cell_and_its_undo(
    firm: Firm, people: list[Client], alice: Membership, rita: Membership, mara: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        ltc, stranger = service(), Client.objects.get(name="Estraneo")
    where, act = page(alice, "clients/?show=services"), page(alice, "opportunities/propose/")
    browser = browse(alice)
    assert f'value="{people[4].pk}-{ltc.pk}"' in html(browser.get(where))
    told = html(browser.post(act, {"cell": f"{people[4].pk}-{ltc.pk}", "next": where}, follow=True))
    with use_firm(firm):
        row = ClientOpportunity.objects.get(client=people[4])
    assert page(alice, f"opportunities/{row.pk}/delete/") in told
    assert page(alice, f"opportunities/{row.pk}/") in told
    # Again, by a stale page: refused, and nothing is doubled.
    browser.post(act, {"cell": f"{people[4].pk}-{ltc.pk}"})
    for cell in ("", "1", "x-y", f"{people[4].pk}-", "9" * 30 + "-1"):
        assert browser.post(act, {"cell": cell}).status_code == 302
    assert browser.post(act, {"cell": f"{stranger.pk}-{ltc.pk}"}).status_code == 404
    assert (
        browse(mara).post(page(mara, "opportunities/propose/"), {"cell": f"{people[5].pk}-{ltc.pk}"}).status_code == 404
    )
    assert (
        browse(rita).post(page(rita, "opportunities/propose/"), {"cell": f"{people[5].pk}-{ltc.pk}"}).status_code == 403
    )
    assert 'id="propose"' not in html(browse(rita).get(page(rita, "clients/?show=services")))
    with use_firm(firm):
        assert ClientOpportunity.objects.filter(opportunity=ltc).count() == 5


def test_the_api_counts_the_same(
    firm: Firm, people: list[Client], ada: Membership, alice: Membership, api: Callable[..., Any]
) -> None:
    where = "/api/v1/service-opportunities/matrix/"
    told = api(alice).get(where).json()
    ltc = next(row for row in told["services"] if row["key"] == "ltc")
    assert (told["clients"], ltc["never"], ltc["open"], ltc["declined"], ltc["accepted"]) == (6, 3, 2, 1, 0)
    assert api(ada).get(where).json()["clients"] == 7
    rich = json.dumps({"field": "aum", "op": "gte", "value": "300000"})
    narrowed = api(alice).get(where, {"filter": rich}).json()
    assert [row["never"] for row in narrowed["services"] if row["key"] == "ltc"] == [3]
    assert narrowed["clients"] == 3
    for wrong in ("{", '{"field": "nothing", "op": "eq", "value": 1}'):
        assert api(alice).get(where, {"filter": wrong}).status_code == 400


def test_the_navigation_leads_there_and_the_list_switches(
    firm: Firm, people: list[Client], alice: Membership, browse: Browse
) -> None:
    browser = browse(alice)
    assert browser.get(page(alice, "opportunities/"))["Location"] == page(alice, "clients/?show=services")
    table = html(browser.get(page(alice, "clients/?q=Cliente")))
    assert "?q=Cliente&amp;show=services" in table
    shown = html(browser.get(page(alice, "clients/?q=Cliente&show=services")))
    assert 'name="show" value="services"' in shown
    # An unknown layout is the table; a cursor of another list begins anew.
    assert "Polizza LTC, " not in html(browser.get(page(alice, "clients/?show=nonsense")))
    assert browser.get(page(alice, "clients/?show=services&cursor=xyz")).status_code == 200
    # Somebody who fits no filter: the empty state that says so.
    assert "Nessuno corrisponde" in html(browser.get(page(alice, "clients/?q=Zzz&show=services")))
    with use_firm(firm):
        ServiceOpportunity.objects.update(active=False)
    assert "Nessun servizio è offerto" in html(browser.get(page(alice, "clients/?show=services")))
