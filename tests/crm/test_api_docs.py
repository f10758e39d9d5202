"""The page that shows the API, in a real browser under the strict policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_operations(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/api/v1/docs/")

    expect(page.locator(".opblock").nth(40)).to_be_attached(timeout=30_000)
    assert "Cadenza API" in page.locator(".info h1, .info h2").first.inner_text()
