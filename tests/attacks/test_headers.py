"""What every answer says to browsers, and what is not believed of what callers say."""

from __future__ import annotations

import io
import json
import logging.config
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from crm import logs
from tenants.models import Membership
from tests.architecture.routes import routes
from tests.cast import login, page

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
FORGED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Real-IP": "203.0.113.7",
    "X-Original-URL": "/f/boreale/",
    "X-Rewrite-URL": "/f/boreale/",
    "X-HTTP-Method-Override": "DELETE",
    "X-User-ID": "1",
}


def test_every_public_answer_and_every_failure_carries_the_headers(ada: Membership) -> None:
    """The pages inside a firm are walked in tests/architecture/test_routes.py, the API in test_matrix.py."""
    outside = ["/" + route.pattern.lstrip("^") for route in routes() if not route.parameters]
    missing = ["/f/no-such-firm/", page(ada, "no/such/page/"), "/api/v1/nothing/", "/static/nothing.css", "/%00", "//x"]
    problems, tried = [], 0
    for client in (Client(), login(Client(), ada)):
        for url in [*outside, *missing]:
            for answer in (client.get(url), client.post(url)):
                answer.getvalue()
                tried += 1
                wrong = {name: answer.get(name) for name, value in HEADERS.items() if answer.get(name) != value}
                wrong |= {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")}
                if "default-src 'none'" not in answer.get("Content-Security-Policy", ""):
                    wrong["Content-Security-Policy"] = answer.get("Content-Security-Policy")
                problems += [f"{answer.status_code} {url}: {wrong}"] * bool(wrong)
    print(f"public answers with all headers: {tried}")  # noqa: T201

    assert sorted(set(problems)) == []
    assert tried > 80


def test_headers_of_a_proxy_are_not_believed_without_one(ada: Membership) -> None:
    client = login(Client(), ada)
    plain = client.get(page(ada, "settings/me/"))
    forged = client.get(page(ada, "settings/me/"), headers=FORGED)

    assert forged.status_code == plain.status_code == 200
    assert "evil.example" not in forged.content.decode() + str(forged.headers)
    assert "203.0.113.7" not in forged.content.decode()
    assert not forged.wsgi_request.is_secure()
    asked = Client().get(page(ada), headers=FORGED)
    assert asked["Location"].startswith("/account/login/")


def test_trace_is_no_method(ada: Membership) -> None:
    client = login(Client(), ada)

    for url in ("/account/login/", page(ada, "settings/me/"), "/api/v1/me/"):
        answer = client.generic("TRACE", url, headers={"X-Secret": "told"})
        assert b"told" not in answer.content
        assert answer.status_code == 405


def test_a_header_begins_no_line_of_the_log(ada: Membership) -> None:
    """CRLF in every part of a request that a caller chooses (security.md T21)."""
    configuration: dict[str, Any] = logs.configuration(level="INFO", as_json=True)
    stream = io.StringIO()
    configuration["handlers"]["console"]["stream"] = stream
    logging.config.dictConfig(configuration)
    try:
        forged = 'x\r\n{"event": "forged"}\n'
        client = login(Client(), ada)
        client.get(page(ada, "clients/"), {"q": forged}, headers={"X-Request-ID": forged, "User-Agent": forged})
        client.get(page(ada, "clients/%0d%0a{forged}/"))
        client.post("/account/login/", {"login": forged, "password": forged})
    finally:
        logging.config.dictConfig(django_settings.LOGGING)

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines
    assert [line for line in lines if line.get("event") == "forged"] == []


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:443", "testserver@evil.example"]
)
def test_no_other_host_is_ours(host: str, db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]

    for url in ("/account/login/", "/api/v1/me/", "/healthz"):
        assert Client(headers={"Host": host}).get(url).status_code == 400
