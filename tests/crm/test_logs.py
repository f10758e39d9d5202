"""The log: each line with its request, and no personal datum in it."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client as Browser

from crm import logs
from tenants.models import Membership
from tests.cast import PASSWORD, login
from web import observing


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the process writes to its log as JSON."""
    configuration: dict[str, Any] = logs.configuration(level="INFO", as_json=True)
    stream = io.StringIO()
    configuration["handlers"]["console"]["stream"] = stream
    logging.config.dictConfig(configuration)
    yield stream
    logging.config.dictConfig(django_settings.LOGGING)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


SECRET = "Segretissimi"

PERSONAL = [
    ("Mail to maria.rossi+crm@posta.example was refused", "maria.rossi"),
    ("tax code RSSMRA85T10A562S is taken", "RSSMRA85T10A562S"),
    ("omocode rssmrA85TmlA56nS", "A85TmlA56nS"),
    ("IT60X0542811101000000123456 is no IBAN", "0542811101"),
    ("call +39 06 123 4567 back", "123 4567"),
    ("DETAIL:  Key (firm_id, tax_code)=(1, Rossi) already exists.", "Rossi"),
    ("DETAIL:  Failing row contains (7, Rossi (senior), null).", "Rossi"),
]


@pytest.mark.parametrize(("text", "datum"), PERSONAL)
def test_what_looks_like_a_datum_of_a_person_is_masked(text: str, datum: str) -> None:
    assert datum in text
    assert datum not in logs.masked(text)


def test_what_does_not_is_left_as_it_is() -> None:
    text = "Night 2026-11-22 of firm 12: 1,000 plans in 0.25 s, step write_plans, id 3f2a9c0b1d2e4f5a8b7c6d5e4f3a2b1c"

    assert logs.masked(text) == text


def test_what_an_exception_repeats_is_masked_too(written: io.StringIO) -> None:
    for text, _datum in PERSONAL:
        try:
            raise ValueError(text)
        except ValueError:
            logging.getLogger("cadenza").exception("not stored")

    told = lines(written)
    assert len(told) == len(PERSONAL)
    for (_text, datum), line in zip(PERSONAL, told, strict=True):
        assert "ValueError" in line["exception"]
        assert datum not in json.dumps(line)


@pytest.mark.django_db
def test_a_request_is_one_line_by_its_pattern(written: io.StringIO, client: Browser, ada: Membership) -> None:
    login(client, ada)
    answer = client.get(f"/f/{ada.firm.slug}/clients/?q={SECRET}")

    line = next(line for line in lines(written) if line["event"] == "request" and "clients" in line["route"])
    assert (line["method"], line["status"], line["firm"], line["member"]) == ("GET", 200, ada.firm_id, ada.pk)
    assert line["request_id"] == answer["X-Request-ID"]
    assert SECRET not in written.getvalue()


@pytest.mark.django_db
def test_an_answer_carries_the_id_that_the_caller_gave_or_a_new_one(client: Browser) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": "of-the-caller.1"})
    first, second = (client.get("/healthz")[observing.HEADER] for _ in range(2))
    forged = client.get("/healthz", headers={"X-Request-ID": "a b\tc"})

    assert given[observing.HEADER] == "of-the-caller.1"
    assert len({first, second, forged[observing.HEADER]}) == 3
    assert " " not in forged[observing.HEADER]


@pytest.mark.django_db
def test_what_is_not_there_answers_the_same_each_time(client: Browser) -> None:
    assert not client.get("/nothing/here").has_header(observing.HEADER)
    assert client.get("/nothing/here", headers={"X-Request-ID": "mine"})[observing.HEADER] == "mine"


def test_log_ins_and_failures_are_lines_without_addresses(alice: Membership, written: io.StringIO) -> None:
    browser, address = Browser(), alice.user.email
    browser.post("/account/login/", {"login": address, "password": SECRET})
    browser.post("/account/login/", {"login": address, "password": PASSWORD})
    browser.post("/account/logout/")

    told = [line for line in lines(written) if line["logger"] == "cadenza.access"]
    assert [(line["event"], line.get("user")) for line in told] == [
        ("log_in_failed", None),
        ("log_in", alice.user_id),
        ("log_out", alice.user_id),
    ]
    assert all(line["request_id"] for line in told)
    assert address not in written.getvalue()
    assert SECRET not in written.getvalue()
