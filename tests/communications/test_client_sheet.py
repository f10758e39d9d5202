"""Dettaglio cliente: one sheet with references, user fields, proposals and notes; and the tab AZIONI (SIS-39)."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import detail
from clients.services import NoteContent, create_note
from communications.models import ClientOpportunity
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.making import LATER, NOON, close, new_client, propose, service


def test_the_sheet_says_what_is_known_and_is_printed_as_pdf(
    firm: Firm, alice: Membership, bob: Membership, browse: Any
) -> None:
    with use_firm(firm):
        client = new_client("Bianchi", advisor=alice, tax_code="", custom={"gestione_magazzino": True}, aum=250_000)
        propose(client, by=alice, notes="Ne parla con la moglie")
        close(propose(client, "pac", by=alice), by=alice, note="Firmato")
        create_note(client, NoteContent(text="Preferisce il mattino #{}"), by=alice, at=NOON)
        detail.detail_of(client, alice, today=LATER.date())  # What the firm's catalogue consists of is asked once.
        with CaptureQueriesContext(connection) as captured:
            told = detail.detail_of(client, alice, today=LATER.date())
        for _each in range(5):
            create_note(client, NoteContent(text="Altra nota"), by=alice, at=NOON)
        propose(client, "succession", by=alice)
        with CaptureQueriesContext(connection) as more:
            detail.detail_of(client, alice, today=LATER.date())
        assert len(more) == len(captured)
        said = {section.title: [value for row in section.rows for _name, value in row] for section in told.sections}
    assert said["Campi utente"] == ["sì"]
    assert said["Opportunità di servizio"][0].startswith("Aperta dal")
    assert "Ne parla con la moglie" in said["Opportunità di servizio"]
    assert "Firmato" in said["Opportunità di servizio"]
    assert said["Note"] == ["Preferisce il mattino #{}"]

    browser, where = browse(alice), page(alice, f"clients/{client.pk}/")
    assert f"{where}sheet.pdf" in browser.get(f"{where}actions/").content.decode()
    shown = browser.get(f"{where}sheet/").content.decode()
    assert all(word in shown for word in ("Bianchi", "250.000,00", "Ne parla con la moglie", "Preferisce il mattino"))
    made = browser.get(f"{where}sheet.pdf")
    assert made.headers["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF-")
    assert browse(bob).get(page(bob, f"clients/{client.pk}/sheet.pdf")).status_code == 404


def test_another_system_enters_a_proposal_by_its_key(firm: Firm, alice: Membership, bob: Membership, api: Any) -> None:
    with use_firm(firm):
        client, other = new_client("Bianchi", advisor=alice), new_client("Verdi", advisor=alice)
        ltc = service()
    call, where = api(alice), "/api/v1/client-opportunities/by-external-id/gestionale/A-1/"
    body = {"client": client.pk, "opportunity": ltc.pk, "notes": "Dal gestionale", "opened_at": NOON.isoformat()}
    first = call.put(where, body)
    assert (first.status_code, first.json()["state"]) == (200, "open"), first.content
    ended = body | {"state": "accepted", "closed_at": LATER.isoformat(), "outcome_note": "Firmata"}
    again = call.put(where, ended).json()
    assert (again["id"], again["state"], again["outcome_note"]) == (first.json()["id"], "accepted", "Firmata")
    for said, code in (
        ({"client": other.pk}, "other_client"),
        ({"closed_at": None}, "closing_date"),
        ({"closed_at": (NOON - (LATER - NOON)).isoformat()}, "closed_before_opened"),
    ):
        assert call.put(where, ended | said).json()["errors"][0]["code"] == code
    assert call.put(where, ended | {"client": 0}).status_code == 400
    assert api(bob).put(where, ended).status_code == 400  # Bob does not see the client.
    with use_firm(firm):
        assert ClientOpportunity.objects.filter(external_id="A-1").count() == 1
