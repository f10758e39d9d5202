"""A real browser: the system's Chromium, else the one in the npm package @sparticuz/chromium."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client as HttpClient
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tenants.models import Membership
from tests.cast import login
from tests.chromium import find_chromium

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = find_chromium()
    environment = {**os.environ, **found.environment}
    return {**browser_type_launch_args, "executable_path": str(found.path), "args": FLAGS, "env": environment}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An Italian advisor's browser, whatever machine it runs on."""
    return {**browser_context_args, "locale": "it-IT", "timezone_id": "Europe/Rome"}


def enter(context: BrowserContext, live_server: LiveServer, member: Membership) -> None:
    """Log the browser in without the log-in page."""
    cookie = login(HttpClient(), member).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])


@contextmanager
def uncomplaining(page: Page) -> Iterator[Page]:
    """The page, whose console may not have complained at the end; an answer such as 400 is no complaint."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [text for text in complaints if "status of" not in text] == []


@pytest.fixture
def screen(live_server: LiveServer, context: BrowserContext, ada: Membership) -> Iterator[Page]:
    """A page of the administrator's browser."""
    enter(context, live_server, ada)
    with uncomplaining(context.new_page()) as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        yield page
