"""Every door of the API, tried by everybody who must not get in, and in every wrong way; derived, and counted.

What single callers meet stands in ``test_api_routes``; here one world is crawled by many, so that it stays quick.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from tenants import audit, services
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, FirmOwned, Membership
from tests.architecture.examples import RESOURCES
from tests.architecture.routes import routes
from tests.architecture.test_api_routes import BODIES, DOORS, NEVER_USED, WITH_ROW, Door
from tests.architecture.test_canary import CANARY, mark_every_text
from tests.cast import api_client, join, login

Api = Callable[..., Any]
SAFE = {"get", "head", "options"}
READING = [door for door in DOORS if door.method == "get"]
WRITING = [door for door in DOORS if door.method not in SAFE]
# A caller must not be able to say these, whatever the model: who owns the row, what the house keeps of it.
NOBODYS = {"firm", "firm_id", "pk", "is_staff", "is_superuser", "secret_hash", "erased_at", "deleted_at", "password"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@pytest.fixture
def rows(ada: Membership) -> dict[str, int]:
    """A row of each resource in the firm."""
    return made_rows(ada)


def made_rows(admin: Membership) -> dict[str, int]:
    """All in one firm; where two examples want the same name, the first has made the row."""
    found = {}
    with use_firm(admin.firm_id):
        for name, made in RESOURCES.items():
            try:
                with transaction.atomic():
                    found[name] = int(made(admin)["pk"])
            except ValidationError:
                door = next(each for each in DOORS if each.resource == name and each.names_a_row)
                found[name] = _model_of(door, admin).objects.order_by("-pk")[0].pk  # type: ignore[union-attr]
    return found


def place(door: Door, rows: dict[str, int]) -> str:
    return door.address(rows[door.resource] if door.names_a_row else 0)


def ask(caller: Any, door: Door, url: str, **more: Any) -> Any:
    return getattr(caller, door.method)(url, BODIES.get(door.action, {}), format="json", **more)


def is_problem(answer: Any, status: int) -> bool:
    return (
        answer.status_code == status
        and answer["Content-Type"] == "application/problem+json"
        and set(answer.json()) == {"type", "title", "status", "detail", "errors", "request_id"}
    )


def test_nobody_gets_in_who_must_not(
    ada: Membership, rita: Membership, mara: Membership, firm: Firm, rows: dict[str, int]
) -> None:
    former = join(firm, "former@aurora.example", "Former", Role.ADMIN)
    callers = {"anonymous": APIClient(), "deactivated": api_client(former), "other firm": api_client(mara)}
    forged = api_client(mara)
    secret = forged._credentials["HTTP_AUTHORIZATION"].rpartition("_")[2]
    forged.credentials(HTTP_AUTHORIZATION=f"Bearer cdz_{firm.pk}_{secret}")
    callers["their token in our name"] = forged
    with use_firm(firm):
        services.deactivate_member(former, by=ada, at=timezone.now())

    tried, problems = 0, []
    for door in DOORS:
        for name in ("anonymous", "deactivated", "their token in our name"):
            tried += 1
            if not is_problem(ask(callers[name], door, place(door, rows)), 401):
                problems.append(f"{door}: {name} is let in")
        if door.names_a_row:
            tried += 2
            here, nowhere = (
                ask(callers["other firm"], door, url) for url in (place(door, rows), door.address(NEVER_USED))
            )
            if here.status_code != 404 or here.content != nowhere.content:
                problems.append(f"{door}: the other firm learns of our row")
    print(f"doors of the API: {len(DOORS)}, tried by strangers: {tried}")  # noqa: T201

    assert problems == []
    assert tried > 400


def test_each_answer_is_a_problem_in_the_same_shape(ada: Membership, rows: dict[str, int]) -> None:
    """405, 406 and 415 from every door that they concern, 413 from every one that takes a body."""
    caller = api_client(ada)
    methods: dict[str, set[str]] = {}
    for door in DOORS:
        methods.setdefault(place(door, rows), set()).add(door.method)
    problems, tried = [], 0
    for url, known in methods.items():
        for method in {"get", "post", "put", "patch", "delete"} - known:
            tried += 1
            problems += [f"{method} {url}"] * (not is_problem(getattr(caller, method)(url, {}, format="json"), 405))
    for door in READING:
        answer = caller.get(place(door, rows), headers={"Accept": "application/x-nothing"})
        tried += 1
        if answer.status_code != 200 or "json" in answer["Content-Type"]:
            problems += [f"{door}: {answer.status_code}"] * (not is_problem(answer, 406))
    for door in WRITING:
        if door.method == "delete":
            continue
        call = getattr(caller, door.method)
        large = call(place(door, rows), "{}", content_type="application/json", headers={"Content-Length": str(10**12)})
        unknown = call(place(door, rows), "<a/>", content_type="application/xml")
        tried += 2
        problems += [f"{door}: large body {large.status_code}"] * (not is_problem(large, 413))
        # Who takes no body does not mind which.
        problems += [f"{door}: {unknown.status_code}"] * (unknown.status_code >= 500)
    print(f"refusals in the shape of problems: {tried}")  # noqa: T201

    assert problems == []


def test_every_answer_carries_the_headers(ada: Membership, rows: dict[str, int]) -> None:
    caller, stranger = api_client(ada), APIClient()
    problems, tried = [], 0
    for door in READING:
        for answer in (caller.get(place(door, rows)), stranger.get(place(door, rows))):
            tried += 1
            missing = {name: answer.get(name) for name, value in HEADERS.items() if answer.get(name) != value}
            problems += [f"{door} {answer.status_code}: {missing}"] * bool(missing)
    print(f"answers with all headers: {tried}")  # noqa: T201

    assert problems == []


def test_nobody_assigns_what_is_not_offered(ada: Membership, mara: Membership, rows: dict[str, int]) -> None:
    """Every column of the row's model by its name, with the names that are nobody's, at every door that writes."""
    caller = api_client(ada)
    problems, tried = [], 0
    for door in WRITING:
        shape = _offered(door)
        model = _model_of(door, ada)
        if shape is None or model is None or door.action not in ("create", "partial_update", "update"):
            continue
        columns = {field.name for field in model._meta.concrete_fields} | {
            field.attname for field in model._meta.concrete_fields
        }
        body = dict.fromkeys((columns | NOBODYS) - shape, mara.firm_id)
        before = _row(model, rows.get(door.resource), ada) if door.names_a_row else _count(model, ada)
        answer = getattr(caller, door.method)(place(door, rows), body, format="json")
        after = _row(model, rows.get(door.resource), ada) if door.names_a_row else _count(model, ada)
        tried += len(body)
        problems += [f"{door}: {answer.status_code}"] * (answer.status_code < 400 or answer.status_code >= 500)
        problems += [f"{door}: something was written"] * (before != after)
    print(f"columns offered in vain: {tried}")  # noqa: T201

    assert problems == []
    assert tried > 500


def _offered(door: Door) -> set[str] | None:
    kind = getattr(door.viewset, "serializer_class", None)
    if kind is None:
        return None
    return {name for name, field in kind(context={}).get_fields().items() if not field.read_only}


def _model_of(door: Door, member: Membership) -> type[FirmOwned] | None:
    view = door.viewset()
    view.request = type("Request", (), {"_request": type("Inner", (), {"membership": member, "firm": member.firm})()})()
    view.action, view.kwargs = "list", {"pk": "0"}
    with use_firm(member.firm_id):
        try:
            found = view.get_queryset()
        except Exception:  # noqa: BLE001 - one that hangs on a row which is not there
            return None
    model = getattr(found, "model", None)
    return model if isinstance(model, type) and issubclass(model, FirmOwned) else None


def _row(model: Any, pk: int | None, member: Membership) -> Any:
    with use_firm(member.firm_id):
        return model.objects.filter(pk=pk).values().first()


def _count(model: Any, member: Membership) -> int:
    with use_firm(member.firm_id):
        return int(model.objects.count())


def test_no_answer_mail_log_or_cache_holds_a_word_of_another_firm(
    ada: Membership,
    mara: Membership,
    rows: dict[str, int],
    redis_server: redis.Redis,
    caplog: pytest.LogCaptureFixture,
) -> None:
    theirs = made_rows(mara)
    with use_firm(mara.firm_id):
        audit.record(CANARY, mara, by=mara, after={CANARY: CANARY})
        marked = mark_every_text()
    home = api_client(mara)
    assert CANARY in home.get("/api/v1/users/").content.decode(), "the canary can be seen at home"
    redis_server.flushdb()
    mail.outbox.clear()
    caplog.set_level(logging.DEBUG)
    caller = api_client(ada)

    found, tried = [], 0
    for door in DOORS:
        for known in (rows, theirs):
            if door.method == "get" or known is theirs:
                tried += 1
                found += [str(door)] * (CANARY in _text(ask(caller, door, place(door, known))))
    for query in ("search", "since"):
        found += [query] * (CANARY in _text(caller.get(f"/api/v1/clients/?{query}={CANARY}")).replace(f"={CANARY}", ""))
    kept = [key for key in redis_server.keys("*") if CANARY.encode() in key + _value(redis_server, key)]
    print(f"columns with a canary: {marked}, answers searched: {tried}, cache keys: {len(redis_server.keys('*'))}")  # noqa: T201

    assert found == []
    assert kept == []
    assert len(redis_server.keys("*")) > 0
    assert len(caplog.records) > tried
    assert [each.subject for each in mail.outbox if CANARY in str(each.message())] == []
    assert CANARY not in caplog.text
    assert tried > 300


def _text(answer: Any) -> str:
    return str(answer.getvalue().decode(errors="replace")) + json.dumps(dict(answer.headers))


def _value(server: redis.Redis, key: bytes) -> bytes:
    return bytes(server.get(key) or b"") if server.type(key) == b"string" else b""


def test_no_unsafe_address_takes_a_request_without_its_token(ada: Membership) -> None:
    """Pages only: the API knows no session. Every route but those that are listed with a reason."""
    client = Client(enforce_csrf_checks=True)
    login(client, ada)
    tried, open_doors = 0, []
    for route in routes():
        if route.is_in_firm or route.pattern.startswith("api/") or route.parameters:
            continue
        tried += 1
        answer = client.post("/" + route.pattern.lstrip("^"), {"x": "1"})
        if answer.status_code not in (403, 404, 405):
            open_doors.append(f"{route.name}: {answer.status_code}")
    print(f"addresses outside firms without a token: {tried}, doors with rows: {len(WITH_ROW)}")  # noqa: T201

    assert open_doors == []
