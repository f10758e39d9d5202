"""The editor in a browser: a click puts a placeholder where the cursor was, and the preview follows what is typed."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from communications.models import CommunicationTemplate
from communications.services import duplicate_template
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.accessibility import violations
from tests.cast import page as address
from tests.clients.builders import new_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_placeholders_go_where_the_cursor_was_and_the_preview_shows_a_real_client(
    screen: Page, live_server: LiveServer, firm: Firm, ada: Membership
) -> None:
    with use_firm(firm):
        new_client("Rossi", first_name="Anna")
        own = duplicate_template(CommunicationTemplate.objects.get(opportunity__key="ltc"), by=ada)
    screen.goto(live_server.url + address(ada, f"settings/templates/{own.pk}/"))
    mail = screen.frame_locator("iframe[name=letter-preview]")
    expect(mail.get_by_text("Gentile Anna,")).to_be_visible()
    assert violations(screen) == []

    text = screen.locator("textarea[name=body]")
    text.fill("Buongiorno , oggi")
    text.evaluate("(field) => field.setSelectionRange(11, 11)")
    screen.locator("[data-palette-search]").fill("nome e cognome")
    screen.locator("[data-insert]:visible").click()

    expect(text).to_have_value("Buongiorno {{ client.full_name }}, oggi")
    expect(mail.get_by_text("Buongiorno Anna Rossi, oggi")).to_be_visible()
    screen.locator("[data-look][value=text]").click()
    expect(mail.locator("pre")).to_contain_text("Buongiorno Anna Rossi, oggi")
    text.fill("{{ client.nikname }}")
    expect(mail.get_by_text("client.nikname")).to_be_visible()
    screen.locator("form.letter-editor button.btn-primary").click()
    expect(screen.locator("#id_body_error, .field-error").first).to_contain_text("client.nikname")
    expect(text).to_have_value("{{ client.nikname }}")
