"""What an installation asks of its processes: do they live, does everything answer, how much is there to do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from crm import health
from tenants.models import Firm

pytestmark = pytest.mark.django_db


def test_a_living_process_asks_nobody(client: Browser, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_when_database_redis_and_migrations_are(client: Browser) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "redis": "ok", "migrations": "ok"},
    )


def test_without_redis_it_is_not_ready_and_says_which_part(client: Browser, settings: Settings) -> None:
    settings.REDIS_URL = "redis://localhost:1/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failed", "database": "ok", "redis": "failed", "migrations": "ok"}


def test_a_database_behind_its_code_is_not_ready(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from_tomorrow = frozenset({*health._expected(), ("clients", "9999_of_tomorrow")})
    monkeypatch.setattr(health, "_expected", lambda: from_tomorrow)

    assert client.get("/readyz").json()["migrations"] == "failed"


def test_figures_are_shown_to_whoever_has_the_token(client: Browser, settings: Settings, firm: Firm) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "of this installation"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404

    client.get("/healthz")
    shown = client.get("/metrics", headers={"Authorization": "Bearer of this installation"}).content.decode()

    assert 'cadenza_request_seconds_count{method="GET",route="healthz",status="200"}' in shown
    assert 'cadenza_firms_with_work_due{kind="mail"} 0.0' in shown
    assert firm.slug not in shown
    assert "cadenza_log_archive" not in shown, "this server was not asked to copy its log away"


def test_whom_to_tell_of_a_hole_is_named_where_somebody_reads_it(client: Browser, settings: Settings) -> None:
    address = "/.well-known/security.txt"
    assert client.get(address).status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@cadenza.example"

    lines = dict(line.split(": ", 1) for line in client.get(address).content.decode().splitlines())

    assert lines["Contact"] == "mailto:security@cadenza.example"
    assert timedelta(days=1) < datetime.fromisoformat(lines["Expires"]) - timezone.now() < timedelta(days=366)
