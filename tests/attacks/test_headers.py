"""What every answer says to browsers, and what is not believed of what callers say."""

from __future__ import annotations

import io
import json
import logging.config
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from crm import logs
from tenants.models import Membership
from tests.architecture.routes import routes
from tests.cast import api_client, login, page

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
LINE = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]+Z \[")
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


FORGED_LINE = '{"event": "forged"}'


def logged(member: Membership, *, as_json: bool) -> list[str]:
    """The lines of the log after CRLF, and a line of its own, in every part of a request that a caller chooses."""
    configuration: dict[str, Any] = logs.configuration(level="INFO", as_json=as_json)
    stream = io.StringIO()
    configuration["handlers"]["console"]["stream"] = stream
    logging.config.dictConfig(configuration)
    try:
        forged = f"x\r\n{FORGED_LINE}\n"
        client, caller = login(Client(), member), api_client(member)
        headers = {"X-Request-ID": forged, "User-Agent": forged, "Referer": forged, "Accept-Language": forged}
        client.get(page(member, "clients/"), {"q": forged}, headers=headers)
        client.get(page(member, "clients/%0d%0a{forged}/"))
        client.get("/", PATH_INFO=page(member, f"clients/{forged}/"))
        client.post("/account/login/", {"login": forged, "password": forged})
        client.get("/account/login/", headers={"Host": forged})
        client.generic("GET\r\nX", "/account/login/")
        caller.get("/api/v1/clients/", {"search": forged, forged: "x"}, headers=headers)
        caller.post("/api/v1/clients/", {"last_name": forged, forged: 1}, headers={"Idempotency-Key": forged})
        caller.post("/api/v1/clients/", forged, content_type="application/json", headers={"If-Match": forged})
        caller.get("/api/v1/clients/", headers={"Authorization": f"Bearer {forged}"})
        logging.getLogger("django.request").warning("Not there: %s", forged)
    finally:
        logging.config.dictConfig(django_settings.LOGGING)
    return stream.getvalue().splitlines()


def test_no_part_of_a_request_begins_a_line_of_the_log(ada: Membership) -> None:
    """CRLF in every part that a caller chooses, in both forms of the log (security.md T21)."""
    as_json, to_read = (logged(ada, as_json=form) for form in (True, False))

    said = [json.loads(line) for line in as_json]
    assert len(said) > 10
    assert [line for line in said if line.get("event") == "forged"] == []
    assert [line for line in to_read if line.lstrip().startswith(FORGED_LINE)] == []
    assert len([line for line in to_read if LINE.match(line)]) > 10


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:443", "testserver@evil.example"]
)
def test_no_other_host_is_ours(host: str, db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]

    for url in ("/account/login/", "/api/v1/me/", "/healthz"):
        assert Client(headers={"Host": host}).get(url).status_code == 400
