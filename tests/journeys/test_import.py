"""A HubSpot export in a browser: through the wizard, a cell corrected, imported, read by REST, taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client, ClientLabel, ClientWord, Email, Phone, Profile
from crm.celery import app
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import api_client
from tests.clients.builders import new_client
from tests.journeys.test_first_meeting import log_in
from tests.shared_data import shared_data

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "it": {
        "read": "Leggi il file",
        "check": "Verifica le righe",
        "errors": "Solo con errori",
        "run": "Importa",
        "back": "Annulla l'intera importazione",
        "undone": "Annullata",
        "none": "Nessun errore",
    },
    "en": {
        "read": "Read the file",
        "check": "Check the rows",
        "errors": "Only with errors",
        "run": "Import",
        "back": "Take the import back",
        "undone": "Taken back",
        "none": "No errors",
    },
}
PERSONS = (
    {"First Name": "Nicolò", "Last Name": "D'Aurìa", "Email": "nicolo@example.it", "Phone Number": "02 12345678"},
    {"First Name": "Ada", "Last Name": "Neri", "Email": "ada-at-example.it", "Phone Number": "335 1234567"},
    {"First Name": "Mario", "Last Name": "Rossi", "Email": "mario@example.it", "Phone Number": ""},
)


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    """A worker that is never late; real ones stand in tests/faults."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    header = shared_data("crm_import_headers", "hubspot_contacts_export.csv").read_text().strip()
    names = [name.strip('"') for name in header.split(",")]
    rows = [",".join(f'"{person.get(name, "")}"' for name in names) for person in PERSONS]
    path = tmp_path / "hubspot.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def state() -> dict[str, list[dict[str, Any]]]:
    """Everything that an import may touch, row by row; only what counts a row's changes may go on."""
    found = {}
    for model in (Client, Profile, Email, Phone, ClientLabel, ClientWord):
        rows = model.objects.order_by("pk").values()
        found[model.__name__] = [
            {name: value for name, value in row.items() if name not in ("version", "updated_at")} for row in rows
        ]
    return found


@pytest.mark.parametrize(("language", "width"), [("it", 1440), ("en", 390)])
def test_an_import_there_and_back(  # noqa: PLR0915 - one way, step by step
    page: Page, live_server: LiveServer, firm: Firm, ada: Membership, file: Path, language: str, width: int
) -> None:
    words = WORDS[language]
    with use_firm(firm):
        new_client("Rossi", first_name="Mario", emails=[{"address": "mario@example.it"}])
        before = state()
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, live_server, ada, language)

    page.goto(f"{live_server.url}/f/aurora/clients/imports/")
    page.locator("input[type=file]").set_input_files(file)
    assert violations(page) == []
    page.get_by_role("button", name=words["read"]).click()
    expect(page.get_by_role("button", name=words["check"])).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=words["check"]).click()
    expect(page.get_by_role("button", name=words["run"]).last).to_be_visible()
    assert violations(page) == []
    wizard = page.url
    page.get_by_role("link", name=words["errors"]).click()
    cell = page.locator("input[aria-invalid=true]")
    expect(cell).to_have_value("ada-at-example.it")
    assert violations(page) == []
    cell.fill("ada@example.it")
    cell.press("Enter")
    expect(page.locator("input[aria-invalid=true]")).to_have_count(0)
    page.reload()
    expect(page.locator("main")).to_contain_text(words["none"])
    page.get_by_role("button", name=words["run"]).last.click()
    expect(page.get_by_role("button", name=words["back"])).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    names = {row["name"]: row for row in api_client(ada).get("/api/v1/clients/").json()["results"]}
    assert set(names) == {"D'Aurìa Nicolò", "Neri Ada", "Rossi Mario"}
    assert [email["address"] for email in names["Neri Ada"]["emails"]] == ["ada@example.it"]
    assert [phone["number"] for phone in names["D'Aurìa Nicolò"]["phones"]] == ["+390212345678"]

    page.goto(wizard)
    page.get_by_role("button", name=words["back"]).press("Enter")
    confirm = page.locator("#confirm[open] button[value=yes]")
    expect(confirm).to_be_visible()
    assert violations(page) == []
    confirm.focus()
    confirm.press("Enter")
    expect(page.locator("main")).to_contain_text(words["undone"])
    page.reload()
    expect(page.locator("main")).to_contain_text(words["undone"])
    with use_firm(firm):
        assert state() == before
    listed = api_client(ada).get("/api/v1/clients/").json()["results"]
    assert [row["name"] for row in listed] == ["Rossi Mario"]
