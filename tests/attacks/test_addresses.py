"""Whom a caller claims to speak to, and where he wants to be led: it is not believed (security.md T26, T28, T31)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory

from crm.celery import app
from tenants.models import Membership
from tests.cast import PASSWORD, login, page
from web.navigation import return_address

LOG_IN, RESET = "/account/login/", "/account/password/reset/"
# As a proxy, or a server that knows no better, might hand them on; two Host headers come joined by a comma.
CLAIMS: list[dict[str, str]] = [
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "testserver.evil.example"},
    {"HTTP_HOST": "evil.example:80"},
    {"HTTP_HOST": "testserver:80@evil.example"},
    {"HTTP_HOST": "testserver,evil.example"},
    {"HTTP_HOST": "testserver, evil.example"},
    {"HTTP_HOST": "testserver/evil.example"},
    {"HTTP_HOST": "testserver#evil.example"},
    {"HTTP_HOST": "testserver\r\nX-Forwarded-Host: evil.example"},
    {"HTTP_HOST": "testserver:evil.example"},
    {"HTTP_HOST": "[::1]evil.example"},
    {"HTTP_HOST": "evil.example\u3002testserver"},
    {"HTTP_HOST": ""},
    {"SERVER_NAME": "evil.example"},
    {"HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_X_FORWARDED_SERVER": "evil.example"},
    {"HTTP_X_HOST": "evil.example"},
    {"HTTP_X_ORIGINAL_HOST": "evil.example"},
    {"HTTP_X_ORIGINAL_URL": "https://evil.example/"},
    {"HTTP_FORWARDED": "host=evil.example;proto=https"},
    {"HTTP_X_FORWARDED_PREFIX": "//evil.example"},
    {"SCRIPT_NAME": "//evil.example"},
    {"HTTP_ORIGIN": "https://evil.example"},
    {"HTTP_REFERER": "https://evil.example/"},
]
# Where browsers, and readers of addresses, disagree on what is another site.
ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example/",
    "HTTPS://EVIL.EXAMPLE",
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x0b//evil.example",
    "\u00a0//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https:///evil.example",
    "http://testserver@evil.example/",
    "http://testserver:80@evil.example/",
    "http://evil.example\\@testserver/",
    "http://evil.example#@testserver/",
    "http://testserver.evil.example/",
    "http://[::1]@evil.example/",
    "http://evil\u3002example/",
    "http://\uff45vil.example/",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "JavaScript://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://testserver/",
    "/ok\r\nSet-Cookie: forged=1",
    "/ok\r\nLocation: https://evil.example/",
    "/ok\u2028",
    "x" * 100_000,
]


@pytest.fixture
def _mail_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.usefixtures("_mail_at_once")
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: "=".join(*claim.items())[:60])
def test_a_link_in_a_mail_leads_to_the_product_whatever_the_caller_claims(
    claim: dict[str, str], alice: Membership, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    with django_capture_on_commit_callbacks(execute=True):
        answer = Client().post(RESET, {"email": alice.user.email}, **claim)

    assert answer.status_code in (302, 400)
    told = str(answer.headers) + answer.content.decode() + "".join(str(each.message()) for each in mail.outbox)
    assert "evil" not in told
    if answer.status_code == 302:
        assert answer["Location"].startswith(RESET)
        links = re.findall(r"https?://[^/\s\"<]+", "".join(str(each.body) for each in mail.outbox))
        assert set(links) == {settings.SITE_URL.rstrip("/")}


def test_nobody_is_led_elsewhere(alice: Membership) -> None:
    """By the log-in, and by a form that leads back."""
    faults = []
    for wanted in ELSEWHERE:
        cache.clear()
        answers = [
            Client().post(LOG_IN, {"login": alice.user.email, "password": PASSWORD, "next": wanted}),
            Client().get(LOG_IN, {"next": wanted}),
            login(Client(), alice).post("/account/logout/", {"next": wanted}),
        ]
        back = return_address(RequestFactory().post("/", {"next": wanted}), default="/home/")
        led = [answer.headers.get("Location", "/") for answer in answers] + [back]
        faults += [f"{wanted[:60]!r}: {answer.status_code}" for answer in answers if answer.status_code >= 500]
        faults += [f"{wanted[:60]!r} leads to {each!r}" for each in led if not is_ours(each)]
        faults += [f"{wanted[:60]!r} sets a cookie" for answer in answers if "forged" in answer.cookies]
    print(f"addresses elsewhere: {len(ELSEWHERE)}")  # noqa: T201

    assert faults == []


def is_ours(led: str) -> bool:
    """As a browser reads it: blanks and line ends are dropped, a backslash is a slash."""
    read = re.sub(r"[\x00-\x20\x7f-\xa0\u2028]", "", led).replace("\\", "/")
    parts = urlsplit(read)
    return not parts.scheme and not parts.netloc and not read.startswith("//") and led.isprintable()


def test_what_depends_on_the_caller_says_so_to_caches(ada: Membership) -> None:
    """``Vary`` on what the answer hangs on, and no cache keeps it."""
    browser = login(Client(), ada)
    for path in (page(ada, "clients/"), page(ada, "settings/me/"), LOG_IN):
        answer = browser.get(path)
        assert {"Cookie", "Accept-Language"} <= {name.strip() for name in answer["Vary"].split(",")}, path
    part = browser.get(page(ada, "clients/"), headers={"HX-Request": "true"})
    assert "HX-Request" in part["Vary"]
