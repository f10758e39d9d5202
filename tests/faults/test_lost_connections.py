"""A connection that ends in any phase of a request (F9), locks that cannot be had (F12): 503, never another firm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import close_old_connections, connection
from psycopg2 import extensions
from rest_framework.test import APIClient

from clients.models import Label
from crm.local.postgres import SUPERUSER, Postgres
from tenants.binding import use_firm
from tenants.models import ApiToken, Membership
from tests.cast import token_for
from tests.faults.broker import wait_for
from tests.faults.houses import ask, database_of_the_tests

pytestmark = pytest.mark.django_db(transaction=True)

LABELS = "/api/v1/labels/"
Before = Callable[[int, str], None]


class Watch:
    """Counts the statements of this process on their way to the database, and does something before each of them."""

    def __init__(self, before: Before = lambda number, sql: None) -> None:
        self.before, self.seen = before, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        self.before(self.seen, sql)
        return execute(sql, params, many, context)


class Caller:
    """A program with a token of one firm, answered by this process as by a web server: one connection for all."""

    def __init__(self, member: Membership) -> None:
        self.firm_id = member.firm_id
        self.api = APIClient(raise_request_exception=False)
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(member)}")

    def enter(self, name: str, key: str = "") -> Any:
        close_old_connections()
        headers = {"Idempotency-Key": key} if key else {}
        return self.api.post(LABELS, {"name": name}, format="json", headers=headers)

    def names(self) -> set[str]:
        close_old_connections()
        return {row["name"] for row in self.api.get(LABELS, {"page_size": 200}).json()["results"]}


def test_a_connection_that_ends_anywhere_serves_no_other_firm(ada: Membership, mara: Membership) -> None:
    server, database = database_of_the_tests()
    here, there = Caller(ada), Caller(mara)
    there.enter("Boreale")
    here.enter("warm")
    counted = Watch()
    with connection.execute_wrapper(counted):
        here.enter("counted")
    assert counted.seen >= 5

    for number in range(1, counted.seen + 1):
        name = f"Aurora-{number}"
        with connection.execute_wrapper(Watch(_ending(server, database, number))):
            answer = here.enter(name, key=name)
        assert answer.status_code == 503, (number, answer.content)
        assert (answer["Content-Type"], answer["Retry-After"]) == ("application/problem+json", "30")
        assert there.names() == {"Boreale"}, "the next request on this connection is of another firm"
        assert here.enter(name, key=name).status_code == 201, "the same key again has its one effect"
    assert here.names() == {"warm", "counted", *(f"Aurora-{number}" for number in range(1, counted.seen + 1))}
    print(f"The connection was ended before each of {counted.seen} statements.")  # noqa: T201


def _ending(server: Postgres, database: str, number: int) -> Before:
    def end(seen: int, _sql: str) -> None:
        if seen == number:
            pid = connection.connection.info.backend_pid
            ask(server, database, f"SELECT pg_terminate_backend({pid}, 5000)")

    return end


def test_who_loses_a_deadlock_is_told_to_come_back(ada: Membership) -> None:
    """The request holds the row of its token and wants the label; somebody holds the label and wants the token."""
    server, database = database_of_the_tests()
    caller = Caller(ada)
    label = caller.enter("Famiglia").json()["id"]
    with _somebody(server, database) as session, session.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '60s'; SELECT FROM clients_label WHERE id = %s FOR UPDATE", [label])
        wants = threading.Thread(target=cursor.execute, args=["UPDATE tenants_apitoken SET name = 'theirs'"])

        def first_let_him_wait(_number: int, sql: str) -> None:
            if "clients_label" in sql and "UPDATE" in sql and not wants.ident:
                wants.start()
                wait_for(lambda: _waits(server, database, session), "somebody who waits for the token's row")

        close_old_connections()
        with use_firm(ada.firm_id):
            ApiToken.objects.update(last_used_at=None)
        with connection.execute_wrapper(Watch(first_let_him_wait)):
            answer = caller.api.patch(f"{LABELS}{label}/", {"name": "Amici"}, format="json")
        wants.join(60)

    assert answer.status_code == 503, answer.content
    assert answer["Retry-After"] == "30"
    assert caller.names() == {"Famiglia"}
    assert caller.api.patch(f"{LABELS}{label}/", {"name": "Amici"}, format="json").status_code == 200


def test_who_waits_too_long_for_a_row_is_told_to_come_back(ada: Membership) -> None:
    """As long as the role of the product may wait for a lock (tenants/roles.sql)."""
    server, database = database_of_the_tests()
    caller = Caller(ada)
    label = caller.enter("Famiglia").json()["id"]
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)
        cursor.execute("SET lock_timeout = '300ms'")
    with _somebody(server, database) as session, session.cursor() as cursor:
        cursor.execute("SELECT FROM clients_label WHERE id = %s FOR UPDATE", [label])
        answer = caller.api.patch(f"{LABELS}{label}/", {"name": "Amici"}, format="json")

    assert answer.status_code == 503, answer.content
    with use_firm(ada.firm_id):
        assert [row.name for row in Label.objects.all()] == ["Famiglia"]
    assert caller.api.patch(f"{LABELS}{label}/", {"name": "Amici"}, format="json").status_code == 200


@contextmanager
def _somebody(server: Postgres, database: str) -> Any:
    """Another session, whose transaction is taken back at the end."""
    with closing(psycopg2.connect(server.url(SUPERUSER, database))) as session:
        yield session
        session.rollback()


def _waits(server: Postgres, database: str, session: extensions.connection) -> bool:
    asked = f"SELECT cardinality(pg_blocking_pids({session.info.backend_pid})) > 0"
    return ask(server, database, asked) == [(True,)]
