"""What every test may use. The database and the browser have a file each."""

import os
from collections.abc import Iterator

import pytest
import redis
from django.db import connection

from crm import translations

pytest_plugins = ["tests.database", "tests.cast", "tests.browser"]

# Playwright's synchronous calls run inside an event loop, where Django would refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_configure() -> None:
    """The compiled texts are not committed."""
    translations.compile_all()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """No test sees the cache, the rate limits or the queues of another."""
    if "REDIS_URL" in os.environ:
        request.getfixturevalue("redis_server").flushdb()


@pytest.fixture(autouse=True)
def _empty_log_of_statements() -> None:
    """Django keeps the last 9,000 statements that were captured: who counts some beyond that would count too few."""
    connection.queries_log.clear()
