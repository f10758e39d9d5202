"""A check of the firm's own: from a user field to the reminder of the morning after, read back by REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients import services as clients
from clients.models import CustomField
from scheduling.models import Check, Reminder
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.browser import enter
from tests.cast import api_client
from tests.cast import page as address
from tests.outcomes.states import rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIELD = "Scadenza polizza auto"


@pytest.fixture
def insured(firm: Firm, ada: Membership, alice: Membership) -> None:
    """Rossi's policy ends in nine days, that of Verdi in a hundred."""
    with use_firm(firm):
        field = clients.create_custom_field(CustomField(label=FIELD, type="date"), by=ada)
        for name, days in (("Rossi", 9), ("Verdi", 100)):
            day = (local_today(firm) + timedelta(days=days)).isoformat()
            values: dict[str, Any] = {"last_name": name, "advisor": alice, "custom": {field.key: day}}
            clients.create_client(values, by=ada, at=timezone.now())


def build(screen: Page) -> None:
    """By keyboard in the picker; the preview follows."""
    screen.get_by_label("Descrizione", exact=True).fill("Polizza auto")
    screen.get_by_label("Avviso", exact=True).fill("La polizza auto scade {quando} ({data})")
    # Which person is asked only when it is for one.
    expect(screen.locator("[name=person]")).to_be_hidden()
    screen.locator("[name=recipient]").select_option("person")
    expect(screen.locator("[name=person]")).to_be_visible()
    screen.locator("[name=recipient]").select_option("advisor")
    screen.locator(".pick-button").first.click()
    search_box = screen.locator(".pick-panel:popover-open input")
    search_box.fill("polizza auto")
    search_box.press("Enter")
    operator = screen.locator("[name='op.0.0']")
    operator.wait_for()
    operator.select_option("due_within_days")
    screen.locator("[name='op.0.0'] option[value=due_within_days][selected]").wait_for(state="attached")
    screen.locator("[name='value.0.0']").fill("15")
    expect(screen.locator("[data-count]")).to_have_text("1")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_check_of_a_user_field_reminds_the_morning_after(
    firm: Firm, insured: None, screen: Page, live_server: LiveServer, ada: Membership, alice: Membership, width: int
) -> None:
    screen.set_viewport_size({"width": width, "height": 900})
    screen.goto(live_server.url + address(ada, "settings/checks/new/"))
    build(screen)
    assert violations(screen) == []
    screen.get_by_role("button", name="Salva", exact=True).press("Enter")
    expect(screen.locator("cz-toasts")).to_contain_text("Verifica salvata")
    expect(screen.get_by_role("link", name="Polizza auto")).to_be_visible()

    call_command("run_night", "--firm", firm.slug)

    enter(screen.context, live_server, alice)
    screen.goto(live_server.url + address(alice, ""))
    row = screen.locator("main li").filter(has_text="La polizza auto scade tra 9 giorni")
    expect(row).to_contain_text("Rossi")
    row.get_by_role("link", name="Rossi", exact=True).click()
    expect(screen.locator("main")).to_contain_text("La polizza auto scade tra 9 giorni")
    [listed] = reminders(alice)
    assert (listed["client_name"], listed["state"]) == ("Rossi", "open")

    # Dismissed by keyboard, and taken back: as it was, row by row.
    before = state(firm)
    screen.goto(live_server.url + address(alice, "reminders/"))
    row = screen.locator("main li").filter(has_text="La polizza auto scade")
    row.locator("form[action$='/dismiss/'] button").press("Enter")
    expect(row).to_have_count(0)
    assert reminders(alice) == []
    screen.locator("cz-toasts").get_by_role("button", name="Annulla").press("Enter")
    expect(row).to_have_count(1)
    screen.reload()
    expect(row).to_have_count(1)
    assert state(firm) == before
    assert [one["id"] for one in reminders(alice)] == [listed["id"]]


def reminders(member: Membership) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api_client(member).get("/api/v1/reminders/?state=open").json()["results"]
    return rows


def state(firm: Firm) -> list[list[dict[str, Any]]]:
    """All checks and reminders, but for when the night is to look at them."""
    with use_firm(firm):
        return [[{**row, "changed_at": None} for row in rows(model)] for model in (Check, Reminder)]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_check_is_switched_deleted_and_taken_back(
    firm: Firm, insured: None, screen: Page, live_server: LiveServer, ada: Membership, width: int
) -> None:
    screen.set_viewport_size({"width": width, "height": 900})
    screen.goto(live_server.url + address(ada, "settings/checks/"))
    row = screen.locator("tbody tr").filter(has_text="Compleanno")
    row.locator("[popovertarget]").click()
    expect(row.get_by_role("button", name="Attiva", exact=True)).to_be_visible()
    assert violations(screen) == []
    row.get_by_role("button", name="Attiva", exact=True).press("Enter")
    expect(screen.locator("cz-toasts")).to_contain_text("attivata")
    before = state(firm)
    row.locator("[popovertarget]").press("Enter")
    row.get_by_role("button", name="Elimina", exact=True).press("Enter")
    expect(row).to_have_count(0)
    assert "Compleanno" not in names(ada)
    screen.locator("cz-toasts").get_by_role("button", name="Annulla").click()
    expect(row).to_have_count(1)
    screen.reload()
    expect(row).to_have_count(1)
    assert state(firm) == before
    assert names(ada)["Compleanno"] is True


def names(member: Membership) -> dict[str, bool]:
    """The firm's checks by REST, and which are on."""
    return {one["name"]: one["active"] for one in api_client(member).get("/api/v1/checks/").json()["results"]}
