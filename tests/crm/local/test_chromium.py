"""The browser of a machine that has none."""

import os
import shutil

import pytest
from playwright.sync_api import Playwright

from tests import chromium
from tests.browser import FLAGS


@pytest.mark.browser
def test_the_packaged_browser_works_where_the_machine_has_none(
    playwright: Playwright, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = chromium.find_chromium()
    assert found.path.is_relative_to(chromium.ROOT / ".local")
    browser = playwright.chromium.launch(
        executable_path=found.path, args=FLAGS, env={**os.environ, **found.environment}
    )
    page = browser.new_page()
    page.set_content("<p>Àè</p>")
    # Text without any font would have no width, or end the browser.
    assert page.locator("p").evaluate("p => (p.style.display = 'inline', p.getBoundingClientRect().width)") > 10
    browser.close()


def test_the_machine_s_browser_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/somewhere/{name}" if name == "google-chrome" else None)
    assert str(chromium.find_chromium().path) == "/somewhere/google-chrome"
