"""The page that shows the API, in a real browser under the strict policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

SCREEN = 600


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_operations(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.wait_for_selector(".opblock-summary-path")
    expect(page.locator(".info h1, .info h2").first).to_contain_text("Cadenza API")

    # Of a large schema only what is near the screen is drawn: a reader scrolls.
    seen: set[str] = set()
    for _ in range(120):
        seen.update(page.locator(".opblock-summary").all_inner_texts())
        if len(seen) > 40:
            break
        page.mouse.wheel(0, SCREEN)
        page.wait_for_timeout(250)
    assert len(seen) > 40
