"""A real browser: the system's Chromium, else the one in the npm package @sparticuz/chromium."""

import os
from typing import Any

import pytest

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
