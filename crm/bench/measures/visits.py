"""Requests as a browser or an integration sends them, in this process: every middleware, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from rest_framework.test import APIClient

from crm.bench.clock import metered, middle, own_backend, percentiles
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role, Scope
from tenants.models import Firm, Membership

VISITS = 60
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A question whether there is any row at all begins to scan and stops at the first: the planner knows that it is cheap.
STOPS_AT_ONCE = 10.0
LARGE_TABLES = ("clients_client", "scheduling_appointment")


@dataclass(frozen=True, slots=True)
class Times:
    """In milliseconds: elapsed, and of the processor (PostgreSQL's and ours), which a busy machine hardly changes."""

    half: float
    most: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.cpu:.1f} ms of processor (elapsed p50 {self.half:.1f}, p95 {self.most:.1f})"


@dataclass(frozen=True, slots=True)
class Visitor:
    """An administrator of the largest firm, by page and by token."""

    firm: Firm
    member: Membership
    page: Client
    api: APIClient

    def page_times(self, path: str) -> Times:
        return self._times(lambda: self.page.get(f"/f/{self.firm.slug}/{path}"))

    def api_times(self, path: str) -> Times:
        return self._times(lambda: self.api.get(f"/api/v1/{path}"))

    def _times(self, visit: Callable[[], Any]) -> Times:
        costs = []
        for number in range(VISITS + 5):
            with metered([own_backend()]) as cost:
                answer = visit()
            if number >= 5:
                costs.append(cost)
            if answer.status_code != 200:
                raise RuntimeError(f"{answer.request['PATH_INFO']} was answered by {answer.status_code}")
        half, most = percentiles(cost.wall * 1000 for cost in costs)
        return Times(half, most, middle(costs).cpu * 1000)


@contextmanager
def visitor(firm_id: int) -> Iterator[Visitor]:
    with use_firm(firm_id):
        member = Membership.objects.filter(role=Role.ADMIN).select_related("user", "firm").earliest("pk")
        token = services.create_token(member, name="bench", scopes=[Scope.ADMIN], by=member).secret
    with override_settings(ROOT_URLCONF="crm.bench.urls", STORAGES={**_storages(), **PLAIN}):
        page = Client(SERVER_NAME="localhost")
        page.force_login(member.user)
        api = APIClient(SERVER_NAME="localhost")
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        yield Visitor(member.firm, member, page, api)


def _storages() -> dict[str, Any]:

    return dict(settings.STORAGES)


class Statements:
    """What is sent to the database, to be explained afterwards."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            self.seen.append((sql, params))
        return execute(sql, params, many, context)


def sequential_scans(seen: list[tuple[str, Any]], firm_id: int) -> list[str]:
    """The tables among the large ones that the statements would read from one end to the other."""
    found = []
    with use_firm(firm_id), connection.cursor() as cursor:
        for sql, params in seen:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            [told] = cursor.fetchone()
            document = told if isinstance(told, list) else json.loads(told)
            plan = document[0]["Plan"]
            if plan["Total Cost"] >= STOPS_AT_ONCE:
                found += [name for name in _scanned(plan) if name in LARGE_TABLES]
    return found


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for child in node.get("Plans", ()):
        yield from _scanned(child)
