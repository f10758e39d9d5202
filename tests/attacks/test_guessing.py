"""Who guesses addresses and passwords learns nothing by how long it takes, and nothing by asking at once (T7, T30)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tenants.models import Membership, User

LOG_IN = "/account/login/"
AT_ONCE = 20


class CountedHasher(PBKDF2PasswordHasher):
    """Tells how often a password was worked on: the part of a log-in that takes long."""

    algorithm = "counted"
    iterations = 1
    worked_on: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self.worked_on.append(password)
        return super().encode(password, salt, iterations)


@pytest.fixture
def counted(settings: Any, alice: Membership, bob: Membership) -> Iterator[list[str]]:
    """What was worked on since; Alice's password and Bob's, who may not log in any more, are kept by that hasher."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    for member in (alice, bob):
        member.user.set_password("right")
        member.user.save()
    User.objects.filter(pk=bob.user_id).update(is_active=False)
    cache.clear()
    CountedHasher.worked_on.clear()
    yield CountedHasher.worked_on
    cache.clear()


def guess(email: str, password: str) -> int:
    return Client().post(LOG_IN, {"login": email, "password": password}).status_code


def test_as_much_is_worked_for_an_address_that_nobody_has(
    counted: list[str], alice: Membership, bob: Membership
) -> None:
    worked = {}
    for email in (alice.user.email, bob.user.email, "nobody@aurora.example", alice.user.email.upper()):
        counted.clear()
        assert guess(email, "wrong") == 200
        worked[email] = list(counted)

    assert set(map(tuple, worked.values())) == {("wrong",)}


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_not_more_guesses(counted: list[str], alice: Membership) -> None:
    start = Barrier(AT_ONCE)

    def at_once(number: int) -> int:
        try:
            start.wait()
            return guess(alice.user.email, f"guess {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(at_once, range(AT_ONCE)))

    assert set(answers) <= {200, 429}
    assert len(counted) <= 6, "five in five minutes (settings.ACCOUNT_RATE_LIMITS), and one"
    counted.clear()
    assert guess(alice.user.email, "right") != 302
    assert counted == []
