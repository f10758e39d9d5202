"""Proposals on the pages of the client and by REST: proposed, annotated, closed, opened again, taken away."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Client
from communications.models import ClientOpportunity
from communications.services import NewOpportunity, enter_opportunities
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.making import new_client, propose, service

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]
Api = Callable[..., Any]


@pytest.fixture
def rossi(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return new_client("Rossi", advisor=alice)


def html(answer: Any) -> str:
    assert answer.status_code in (200, 422), answer
    return str(answer.content.decode())


def the_only(firm: Firm) -> ClientOpportunity:
    with use_firm(firm):
        return ClientOpportunity.objects.select_related("opportunity").get()


def test_from_the_clients_page_to_its_end_and_back(
    firm: Firm, rossi: Client, alice: Membership, browse: Browse
) -> None:
    browser, home = browse(alice), page(alice, f"clients/{rossi.pk}/")
    new = page(alice, f"clients/{rossi.pk}/opportunities/new/")
    assert new in html(browser.get(home))
    with use_firm(firm):
        ltc = service()
    answer = browser.post(new, {"opportunity": ltc.pk, "notes": "Dopo le ferie"})
    assert (answer.status_code, answer["Location"]) == (302, home)
    row = the_only(firm)
    own = page(alice, f"opportunities/{row.pk}/")
    shown = html(browser.get(home))
    assert own in shown
    assert "Dopo le ferie" in shown
    # What is open is not offered again, and is refused when it is sent all the same.
    assert f'value="{ltc.pk}"' not in html(browser.get(new))
    assert browser.post(new, {"opportunity": ltc.pk}).status_code == 422

    assert browser.post(own, {"notes": "A ottobre", "version": row.version}).status_code == 302
    assert browser.post(own, {"notes": "A novembre", "version": row.version}).status_code == 422
    assert browser.post(f"{own}close/", {"note": "?"}).status_code == 422
    closed = browser.post(f"{own}close/", {"state": "accepted", "note": "Firmato"}, follow=True)
    assert f"{own}reopen/" in html(closed)  # the toast's undo
    row = the_only(firm)
    assert (row.state, row.notes, row.outcome_note) == ("accepted", "A ottobre", "Firmato")
    assert "Accettata" in html(browser.get(home))
    browser.post(f"{own}reopen/")
    assert the_only(firm).is_open
    browser.post(f"{own}delete/")
    with use_firm(firm):
        assert not ClientOpportunity.objects.exists()


def test_whoever_reads_sees_and_changes_nothing(
    firm: Firm, rossi: Client, alice: Membership, rita: Membership, mara: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        row = propose(rossi, by=alice)
    own = f"opportunities/{row.pk}/"
    shown = html(browse(rita).get(page(rita, own)))
    assert "close/" not in shown
    assert "<textarea" not in shown
    assert browse(rita).post(page(rita, f"{own}close/"), {"state": "accepted"}).status_code == 403
    browse(rita).post(page(rita, own), {"notes": "x"})
    assert the_only(firm).notes == ""
    assert browse(mara).get(page(mara, own)).status_code == 404


def test_a_long_history_is_told_shortly(firm: Firm, rossi: Client, alice: Membership, browse: Browse) -> None:
    at = timezone.now()
    with use_firm(firm):
        ltc = service()
        closed = NewOpportunity(client_id=rossi.pk, opportunity=ltc, opened_at=at, state="declined", closed_at=at)
        enter_opportunities([closed] * 8, by=alice)
    assert "e altre 3 chiuse prima" in html(browse(alice).get(page(alice, f"clients/{rossi.pk}/")))


def test_the_api(firm: Firm, rossi: Client, alice: Membership, bob: Membership, api: Api) -> None:
    where, mine = "/api/v1/client-opportunities/", api(alice)
    with use_firm(firm):
        ltc, pac = service(), service("pac")
    made = mine.post(where, {"client": rossi.pk, "opportunity": ltc.pk, "notes": "x"}, format="json")
    assert (made.status_code, made.json()["state"], made.json()["opened_by"]) == (201, "open", alice.pk)
    again = mine.post(where, {"client": rossi.pk, "opportunity": ltc.pk}, format="json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "already_open")
    own = f"{where}{made.json()['id']}/"
    moved = mine.patch(own, {"opportunity": pac.pk}, format="json")
    assert (moved.status_code, moved.json()["errors"][0]["code"]) == (400, "not_changeable")
    assert mine.patch(own, {"notes": "y"}, format="json").json()["notes"] == "y"
    assert api(bob).get(own).status_code == 404

    closed = mine.post(f"{own}close/", {"state": "declined", "note": "Costa troppo"}, format="json")
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_by"]) == (200, "declined", alice.pk)
    assert mine.post(f"{own}close/", {"state": "declined"}, format="json").json()["errors"][0]["code"] == "closed"
    assert mine.post(f"{own}close/", {"state": "open"}, format="json").status_code == 400
    assert mine.get(f"{where}?open=true").json()["results"] == []
    assert [row["id"] for row in mine.get(f"{where}?state=declined&client={rossi.pk}").json()["results"]] == [
        made.json()["id"]
    ]
    of_rossi = f"/api/v1/clients/{rossi.pk}/opportunities/"
    assert [row["id"] for row in mine.get(of_rossi).json()["results"]] == [made.json()["id"]]
    assert mine.get(f"{of_rossi}?open=true").json()["results"] == []
    assert api(bob).get(of_rossi).status_code == 404
    assert mine.get("/api/v1/clients/9223372036854775808/opportunities/").status_code == 404
    assert mine.post(f"{own}reopen/").json()["closed_at"] is None
    assert mine.delete(own).status_code == 204


def test_the_filter_language_of_the_api_knows_each_service(
    firm: Firm, rossi: Client, alice: Membership, api: Api
) -> None:
    with use_firm(firm):
        new_client("Bianchi", advisor=alice)
        propose(rossi, by=alice)
    for value, names in (("open", ["Rossi"]), (None, ["Bianchi"])):
        condition = {"field": "opportunity.ltc", "op": "eq" if value else "empty", "value": value}
        answer = api(alice).get("/api/v1/clients/", {"filter": json.dumps(condition)})
        assert [row["name"] for row in answer.json()["results"]] == names, answer.json()
