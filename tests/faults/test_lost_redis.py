"""Redis that hangs, is full or away: whoever asks is served, and nobody gets in who should not (F7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from crm.celery import app
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from tenants import cache as degrading
from tenants.binding import use_firm
from tenants.cache import DegradingCache
from tenants.models import CacheEntry, Membership, Session
from tests.cast import PASSWORD, api_client
from tests.faults.broker import Broker, running

pytestmark = pytest.mark.django_db(transaction=True)

LOG_IN = "/account/login/"
FAULTS = ["hung", "full", "away"]
# With the settings as their libraries have them a bell that hangs rang for fifty seconds.
BOUND = 10.0


@pytest.fixture
def broker(settings: Any) -> Iterator[Broker]:
    """Cache and queue of this process are at a server that the test may break."""
    before = app.conf.broker_url
    with running() as made:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": made.url}}
        app.conf.broker_url = made.url
        app._after_fork()
        yield made
        app.conf.broker_url = before
        app._after_fork()
        DegradingCache.away_until = 0.0


def failing(broker: Broker, fault: str) -> AbstractContextManager[None]:
    return {"hung": broker.hung, "full": broker.full, "away": lambda: away(broker)}[fault]()


@contextmanager
def away(broker: Broker) -> Iterator[None]:
    broker.kill()
    try:
        yield
    finally:
        broker.start()


@pytest.mark.parametrize("fault", FAULTS)
def test_who_rings_and_is_not_heard_is_answered(fault: str, broker: Broker, ada: Membership) -> None:
    caller = api_client(ada)
    assert caller.post("/api/v1/labels/", {"name": "Before"}).status_code == 201

    with failing(broker, fault):
        began = time.monotonic()
        asked = caller.post("/api/v1/nightly-runs/", {})
        counted = caller.post("/api/v1/labels/", {"name": "Meanwhile"})
        took = time.monotonic() - began

    print(f"Redis {fault}: a request that rings and one that does not were answered in {took:.2f} s.")  # noqa: T201
    assert (asked.status_code, counted.status_code) == (202, 201), asked.content
    assert "RateLimit" in counted
    assert took < BOUND
    with use_firm(ada.firm_id):
        assert NightlyRun.objects.get().state == NightState.PENDING, "the row is what counts"


@pytest.mark.parametrize("fault", FAULTS)
def test_the_limit_of_requests_goes_on_in_the_database(fault: str, broker: Broker, ada: Membership) -> None:
    caller = api_client(ada)
    one_window = time_machine.travel(timezone.now(), tick=False)
    with override_settings(API_REQUESTS_A_MINUTE=2), failing(broker, fault), one_window:
        statuses = [caller.get("/api/v1/labels/").status_code for _ in range(4)]

    assert statuses == [200, 200, 429, 429]


@pytest.mark.parametrize("fault", FAULTS)
def test_log_in_goes_on(fault: str, broker: Broker, ada: Membership) -> None:
    with failing(broker, fault):
        assert tried(ada, PASSWORD) == 302


def test_a_full_redis_forgets_no_wrong_password(
    broker: Broker, ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It still answers what was counted before it was full: asked for that, everybody would always begin anew."""
    monkeypatch.setattr(degrading, "RETRY_AFTER", 0.0)
    with broker.full():
        for _ in range(5):
            tried(ada, "wrong")

        assert tried(ada, PASSWORD) != 302, "even the right one is refused now"
    assert not Session.objects.filter(user=ada.user).exists()


def test_redis_is_used_again_when_it_takes_writes(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(degrading, "RETRY_AFTER", 0.0)
    with broker.full():
        cache.set("firm:1:number", 1)
        assert CacheEntry.objects.count() == 1
    cache.set("firm:1:number", 2)

    assert cache.get("firm:1:number") == 2
    assert DegradingCache.away_until == 0.0
    assert CacheEntry.objects.count() == 1, "what the table still has is not read"


def tried(member: Membership, password: str) -> int:
    return Client().post(LOG_IN, {"login": member.user.email, "password": password}).status_code
