"""A note with an attachment on a contact appears in the time line of his company: by mouse, by keyboard, on a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.cast import page as address
from tests.clients.builders import new_client, new_company
from tests.journeys.test_first_meeting import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def company(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return new_company("Alfa S.r.l.", advisor=alice)


@pytest.fixture
def contact(firm: Firm, alice: Membership, company: Client) -> Client:
    with use_firm(firm):
        return new_client("Rossi", first_name="Mario", advisor=alice, company=company)


@pytest.fixture
def screen(page: Page) -> Page:
    return page


@pytest.fixture
def brochure(tmp_path: Path) -> Path:
    file = tmp_path / "Offerta è pronta.pdf"
    file.write_bytes(b"%PDF-1.7 " + b"x" * 300_000)
    return file


def line_of(member: Membership, client: Client) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = api_client(member).get(f"/api/v1/clients/{client.pk}/timeline/").json()["results"]
    return events


@pytest.mark.parametrize("width", [1440, 390])
def test_a_note_with_a_file(
    screen: Page,
    live_server: LiveServer,
    alice: Membership,
    contact: Client,
    company: Client,
    brochure: Path,
    width: int,
) -> None:
    screen.set_viewport_size({"width": width, "height": 900})
    log_in(screen, live_server, alice, "it")
    screen.goto(f"{live_server.url}{address(alice, f'clients/{contact.pk}/timeline/')}")
    new = screen.locator("[popovertarget=timeline-new]")
    menu = screen.locator("#timeline-new")

    new.click()
    expect(menu).to_be_visible()
    assert violations(screen) == []
    new.click()
    expect(menu).to_be_hidden()
    new.click()
    menu.get_by_role("link", name="Nota").click()
    screen.get_by_label("Titolo").fill("Incontro in azienda")
    screen.get_by_label("Testo").fill("Vuole un'offerta\nper i dipendenti.")
    screen.get_by_role("button", name="Salva").click()
    screen.locator("input[type=file]").set_input_files(brochure)
    assert violations(screen) == []
    screen.get_by_role("button", name="Allega").click()
    expect(screen.get_by_role("link", name="Offerta è pronta.pdf")).to_be_visible()
    with screen.expect_download() as download:
        screen.get_by_role("link", name="Offerta è pronta.pdf").click()

    screen.goto(f"{live_server.url}{address(alice, f'clients/{company.pk}/timeline/')}")
    row = screen.locator(".event").filter(has_text="Incontro in azienda")
    expect(row).to_contain_text("Rossi Mario")
    expect(row.get_by_role("img", name="1 allegato")).to_be_visible()
    assert violations(screen) == []
    assert download.value.suggested_filename == "Offerta è pronta.pdf"
    assert download.value.path().read_bytes() == brochure.read_bytes()
    [event] = line_of(alice, company)
    assert (event["kind"], event["client_id"], event["company_id"]) == ("note", contact.pk, company.pk)
    assert [file["name"] for file in event["files"]] == ["Offerta è pronta.pdf"]


def test_a_refused_file_says_why_in_place(
    screen: Page, live_server: LiveServer, alice: Membership, contact: Client, tmp_path: Path, settings: Any
) -> None:
    settings.ATTACHMENT_MOST_BYTES = 1024 * 1024
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * (1024 * 1024 + 1))
    note = api_client(alice).post(f"/api/v1/clients/{contact.pk}/notes/", {"text": "see file"}).json()
    log_in(screen, live_server, alice, "it")
    screen.goto(f"{live_server.url}{address(alice, 'clients/notes/')}{note['id']}/")

    screen.locator("input[type=file]").set_input_files(large)
    screen.get_by_role("button", name="Allega").click()

    expect(screen.locator("#note-files")).to_contain_text("large.bin: Questo file supera i 1 MB.")
    assert violations(screen) == []


def test_kinds_are_filtered_and_a_note_deleted_and_taken_back_by_keyboard(
    screen: Page, live_server: LiveServer, alice: Membership, contact: Client
) -> None:
    caller = api_client(alice)
    note = caller.post(f"/api/v1/clients/{contact.pk}/notes/", {"text": "said", "title": "Kept"}).json()
    call = {"client": contact.pk, "subject": "Called", "at": "2026-01-09T09:00:00Z", "state": "done"}
    caller.post("/api/v1/calls/", call)
    before = line_of(alice, contact)
    log_in(screen, live_server, alice, "it")
    screen.goto(f"{live_server.url}{address(alice, f'clients/{contact.pk}/timeline/')}")

    screen.get_by_label("Telefonate").focus()
    screen.keyboard.press("Space")
    expect(screen.locator(".event")).to_have_count(1)
    expect(screen).to_have_url(f"{live_server.url}{address(alice, f'clients/{contact.pk}/timeline/?kind=call')}")
    screen.reload()
    expect(screen.locator(".event")).to_contain_text("Called")
    screen.goto(f"{live_server.url}{address(alice, 'clients/notes/')}{note['id']}/")
    screen.get_by_role("button", name="Elimina").focus()
    screen.keyboard.press("Enter")
    expect(screen.locator(".event")).to_have_count(1)
    screen.get_by_role("button", name="Annulla").focus()
    screen.keyboard.press("Enter")

    expect(screen.locator(".event")).to_have_count(2)
    assert line_of(alice, contact) == before


def test_a_task_is_ticked_off_and_taken_back(
    screen: Page, live_server: LiveServer, alice: Membership, contact: Client
) -> None:
    body = {"client": contact.pk, "subject": "Send the offer", "at": "2026-01-09T00:00:00Z"}
    api_client(alice).post("/api/v1/tasks/", body)
    log_in(screen, live_server, alice, "it")
    to_do = screen.locator("[aria-labelledby=to-do-title]")

    to_do.get_by_role("button", name="Fatto: Send the offer").click()
    expect(to_do.get_by_text("Send the offer")).to_have_count(0)
    undo = screen.get_by_role("button", name="Annulla")
    undo.focus()  # the toast stays while it is attended to
    assert violations(screen) == []
    undo.click()

    expect(to_do.get_by_role("link", name="Send the offer")).to_be_visible()
    screen.goto(f"{live_server.url}{address(alice, 'tasks/')}")
    assert violations(screen) == []
