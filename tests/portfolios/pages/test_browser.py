"""Sales and measures in a browser: a file in, the levels seen and explained, the heat map followed to its clients."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clients.models import Client
from clients.services import create_client
from crm.celery import app
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.browser import uncomplaining
from tests.cast import page as address
from tests.portfolios.test_services import AT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    """A worker that is never late; real ones stand in tests/faults."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def rossi(firm: Firm, ada: Membership) -> Client:
    with use_firm(firm):
        return create_client({"last_name": "Rossi", "external_id": "C1", "advisor": ada}, by=ada, at=AT)


def test_sales_are_imported_seen_explained_and_reversed(
    screen: Page, live_server: LiveServer, firm: Firm, ada: Membership, rossi: Client, tmp_path: Path
) -> None:
    day, file = local_today(firm) - timedelta(days=3), tmp_path / "vendite.csv"
    file.write_text(f"Cliente;Data;Importo;Prodotto\nC1;{day:%d/%m/%Y};12.500,00;Fondo\nC9;{day:%d/%m/%Y};1;x\n")
    with uncomplaining(screen):
        screen.goto(live_server.url + address(ada, "sales/import/"))
        assert violations(screen) == []
        screen.set_input_files("input[type=file]", file)
        screen.get_by_role("button", name="Leggi il file").click()
        screen.get_by_role("button", name="Verifica le righe").click()
        screen.locator("form[action$='/run/'] button").click()
        expect(screen.get_by_role("button", name="Annulla l'intera importazione")).to_be_visible()
        expect(screen.get_by_text("C9").first).to_be_visible()

        screen.goto(live_server.url + address(ada, f"clients/{rossi.pk}/"))
        screen.locator("#measures-title").scroll_into_view_if_needed()
        assert violations(screen) == []
        screen.goto(live_server.url + address(ada, f"clients/{rossi.pk}/measures/1/"))
        expect(screen.locator("main .badge", has_text="5").first).to_be_visible()
        expect(screen.get_by_text("Fondo")).to_be_visible()
        assert violations(screen) == []

        screen.goto(live_server.url + address(ada, "portfolios/"))
        screen.locator("[popovertarget=overview-export]").click()
        expect(screen.locator("#overview-export")).to_be_visible()
        assert violations(screen) == []
        screen.keyboard.press("Escape")
        screen.locator("td.heat-cell a").first.click()
        expect(screen.get_by_role("link", name="Rossi", exact=True)).to_be_visible()

        screen.goto(live_server.url + address(ada, f"clients/{rossi.pk}/measures/1/"))
        screen.locator("a[href*='/reverse/']").click()
        screen.wait_for_url("**/reverse/**")
        assert violations(screen) == []
        screen.locator("[name=reason]").fill("Recesso")
        screen.locator("main form button[type=submit]").click()
        expect(screen.locator("s", has_text="12.500")).to_be_visible()
