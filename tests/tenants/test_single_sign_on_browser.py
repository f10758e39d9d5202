"""Logging in by the firm's provider in a real browser: from the log-in page over the provider's own page and back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tenants.models import IdentityProvider, Membership
from tests.cast import page
from tests.tenants.openid_server import OpenIDProvider
from tests.tenants.saml_provider import metadata
from tests.tenants.test_browser import look, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def _links_lead_here(settings: Any, live_server: LiveServer) -> None:
    settings.SITE_URL = live_server.url


@pytest.mark.usefixtures("_links_lead_here")
def test_a_member_comes_in_by_the_firms_provider(
    context: BrowserContext, live_server: LiveServer, provider: IdentityProvider, idp: OpenIDProvider, alice: Membership
) -> None:
    idp.person = {"email": alice.user.email, "email_verified": True}
    screen = context.new_page()
    screen.goto(f"{live_server.url}{page(alice, 'clients/')}")
    screen.get_by_role("link", name="Accedi con la tua azienda").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text("Accedi con la tua azienda")
    found = look(screen, "company")
    screen.get_by_label("E-mail di lavoro").fill("nessuno")
    screen.get_by_role("button", name="Continua").click()
    expect(screen.locator(".field-error, [role=alert]").first).to_be_visible()
    found += look(screen, "company-unknown")
    screen.get_by_label("E-mail di lavoro").fill(alice.user.email)
    screen.get_by_role("button", name="Continua").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text("Accedi a Studio Aurora")
    found += look(screen, "company-provider")
    screen.get_by_role("button", name="Continua con Keycloak").click()
    screen.get_by_role("link", name="Accedi").click()

    expect(screen).to_have_url(f"{live_server.url}{page(alice, 'clients/')}")
    expect(screen.get_by_role("heading", level=1)).to_be_visible()
    screen.goto(f"{live_server.url}/account/company/?problem=refused")
    found += look(screen, "company-refused")
    assert found == []


def test_the_administrator_enters_it(
    context: BrowserContext, live_server: LiveServer, ada: Membership, idp: OpenIDProvider
) -> None:
    screen: Page = opened(context, live_server, ada)
    screen.goto(f"{live_server.url}{page(ada, 'settings/single-sign-on/')}")
    found = look(screen, "providers-none")
    screen.get_by_role("link", name="Nuovo provider di identità").first.click()
    found += look(screen, "provider-new")
    screen.goto(f"{live_server.url}{page(ada, 'settings/single-sign-on/new/saml/')}")
    screen.get_by_label("Nome").fill("Entra")
    screen.get_by_label("Metadati").fill(metadata())
    screen.get_by_label("Domini e-mail").fill("aurora.example")
    screen.get_by_role("button", name="Salva").click()
    expect(screen.get_by_label("Dove il provider risponde (ACS)")).to_have_value(re.compile("/answer/$"))
    found += look(screen, "provider-saml")
    screen.goto(f"{live_server.url}{page(ada, 'settings/single-sign-on/new/')}")
    for label, value in {
        "Nome": "Keycloak",
        "Emittente (issuer)": idp.issuer,
        "ID client": "cadenza",
        "Segreto del client": "the-client-secret",
        "Domini e-mail": "aurora.example",
    }.items():
        screen.get_by_label(label, exact=True).fill(value)
    screen.get_by_role("button", name="Salva").click()
    expect(screen.get_by_label("Indirizzo di ritorno, da inserire presso il provider")).to_have_value(
        re.compile(r"/single-sign-on/\d+-[0-9a-f]{20}/return/$")
    )
    found += look(screen, "provider")
    screen.goto(f"{live_server.url}{page(ada, 'settings/single-sign-on/')}")
    screen.get_by_label("Tutti accedono con il provider dello studio").check()
    screen.get_by_role("button", name="Salva").click()
    expect(screen.get_by_text("Accedi una volta con il provider")).to_be_visible()
    found += look(screen, "providers")
    assert found == []
