"""The API's doors, derived from its addresses and the viewsets behind them: who gets in, and what a stranger learns."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.urls import URLPattern
from rest_framework.test import APIClient

from crm.api import urlpatterns
from tenants.binding import use_firm
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.rest.fields import RowField, RowsField
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet
from tests.architecture.examples import RESOURCES, Example, clients, groups, outcomes, scheduling, tenants

Api = Callable[..., Any]
NEVER_USED = 4_611_686_018_427_387_904
BASE = "/api/v1/"

# A row of each resource, made with the firm's administrator.
# Bodies with which an action goes as far as looking for its row.
BODIES: dict[str, dict[str, Any]] = {
    "replace": {"by": 1},
    "snooze": {"until": "2100-01-01"},
    "reverse": {"reason": "Entered twice"},
    "update": {"yearly_meetings": 2, "reason": "As agreed"},
}


@dataclass(frozen=True)
class Door:
    """One method of one address."""

    resource: str
    pattern: str
    method: str
    action: str
    viewset: type[FirmViewSet]

    @property
    def names_a_row(self) -> bool:
        return "(?P<pk>" in self.pattern

    @property
    def permission(self) -> str:
        return self.viewset.permissions[self.action]

    def address(self, pk: int) -> str:
        path = self.pattern.removeprefix("^").removesuffix("$").removesuffix("\\Z")
        path = path.replace("(?P<pk>[0-9]{1,19})", str(pk))
        return BASE + re.sub(r"\(\?P<\w+>[^)]*\)", "unknown", path)

    def __str__(self) -> str:
        return f"{self.method} {self.pattern} ({self.action})"


def doors() -> Iterator[Door]:
    for entry in urlpatterns:
        assert isinstance(entry, URLPattern)
        viewset, actions = getattr(entry.callback, "cls", None), getattr(entry.callback, "actions", None)
        if not actions:
            continue
        pattern = str(entry.pattern)
        for method, action in actions.items():
            yield Door(pattern.removeprefix("^").split("/")[0], pattern, method, action, viewset)


DOORS = list(doors())
WITH_ROW = [door for door in DOORS if door.names_a_row]


def row(door: Door, admin: Membership) -> int:
    if not door.names_a_row:
        return 0
    with use_firm(admin.firm_id):
        return int(RESOURCES[door.resource](admin)["pk"])


def call(caller: Any, door: Door, pk: int) -> Any:
    return getattr(caller, door.method)(door.address(pk), BODIES.get(door.action, {}), format="json")


def essence(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if not name.startswith("RateLimit")}
    return answer.status_code, answer.content, headers


def test_every_door_says_who_may_use_it() -> None:
    print(f"doors of the API: {len(DOORS)}, with a row: {len(WITH_ROW)}")  # noqa: T201

    assert len(DOORS) > 60
    assert {door.resource for door in WITH_ROW} == set(RESOURCES)
    for door in DOORS:
        assert issubclass(door.viewset, FirmViewSet)
        assert door.permission == ANY_MEMBER or door.permission in set(Permission)


READING = {door.address(0): door for door in DOORS if door.method == "get"}
GIVEN = {"boolean": "true", "integer": "1", "date": "2026-01-31", "date-time": "2026-01-31T09:00:00Z"}


@cache
def reading_operations() -> dict[str, Any]:
    """What the committed schema says of each address that can be read."""
    text = (settings.BASE_DIR / "docs/openapi.yaml").read_text()
    paths = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["paths"]  # noqa: S506 - safe, in C
    return {re.sub(r"{\w+}", "0", name): path["get"] for name, path in paths.items() if "get" in path}


def value_for(parameter: dict[str, Any]) -> str:
    shape = parameter["schema"]
    named = [*shape.get("enum", ()), *(example["value"] for example in parameter.get("examples", {}).values())]
    return str(named[0]) if named else GIVEN.get(shape.get("format") or shape["type"], "1")


def is_page(operation: dict[str, Any]) -> bool:
    content = operation["responses"].get("200", {}).get("content", {})
    return "results" in content.get("application/json", {}).get("schema", {}).get("properties", {})


@pytest.mark.parametrize("address", sorted(READING))
def test_a_door_answers_as_the_schema_says(address: str, ada: Membership, api: Api) -> None:
    """It understands every parameter that is named, and gives a page where one is described."""
    operation, door, caller = reading_operations()[address], READING[address], api(ada)
    where = door.address(row(door, ada))

    for each in operation.get("parameters", []):
        if each["in"] == "query":
            answer = caller.get(where, {each["name"]: value_for(each)})
            assert b"unknown_parameter" not in answer.content, each["name"]
            assert b"unknown_ordering" not in answer.content, each["name"]
    if is_page(operation) and (answer := caller.get(where)).status_code == 200:
        assert set(answer.json()) >= {"next", "previous", "results"}


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_stranger_is_asked_for_a_token(door: Door, ada: Membership) -> None:
    answer = call(APIClient(), door, row(door, ada))

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("door", WITH_ROW, ids=str)
def test_another_firms_row_is_like_one_that_never_was(door: Door, ada: Membership, mara: Membership, api: Api) -> None:
    caller = api(ada)
    theirs = row(door, mara)

    foreign, never = call(caller, door, theirs), call(caller, door, NEVER_USED)

    assert essence(foreign) == essence(never)
    assert foreign.status_code == 404


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_each_role_gets_what_the_table_of_permissions_says(
    door: Door, ada: Membership, alice: Membership, bob: Membership, rita: Membership, api: Api
) -> None:
    pk = row(door, ada)
    for member in (alice, bob, rita):
        may = door.permission == ANY_MEMBER or member.can(Permission(door.permission))
        answer = call(api(member), door, pk)

        assert answer.status_code < 500
        assert (answer.status_code != 403) == may, (member.name, answer.content)


@pytest.mark.parametrize("door", [door for door in DOORS if door.method not in ("get", "head")], ids=str)
def test_a_reading_token_changes_nothing(door: Door, ada: Membership, api: Api) -> None:
    assert call(api(ada, "read"), door, row(door, ada)).status_code == 403


def references() -> Iterator[tuple[str, str, str]]:
    """Every field of a body that names another row: resource, address to post to, field."""
    for door in DOORS:
        if door.method == "post" and not door.names_a_row and door.action == "create":
            fields = door.viewset.serializer_class(context={}).get_fields()  # type: ignore[misc]
            for name, field in fields.items():
                if isinstance(field, RowField | RowsField) and not field.read_only:
                    yield door.resource, f"{BASE}{door.resource}/", name


FOREIGN: dict[str, Example] = {
    "client": clients.client,
    "company": clients.client,
    "type": scheduling.appointment_type,
    "types": scheduling.appointment_type,
    "status": clients.status,
    "category": clients.list_entry,
    "contact_role": clients.list_entry,
    "rating": clients.list_entry,
    "link_type": clients.list_entry,
    "outcome": outcomes.outcome,
    "search": groups.saved_search,
    "kind": outcomes.activity_kind,
    "attachments": clients.attachment,
}
# Fields that take a list of ids.
LISTS = {("activity-kinds", "types"), ("client-mails", "attachments"), ("challenges", "participants")}
REFERENCES = list(references())


@pytest.mark.parametrize(("resource", "address", "field"), REFERENCES, ids=[":".join(each[::2]) for each in REFERENCES])
def test_a_body_cannot_name_another_firms_row(
    resource: str, address: str, field: str, ada: Membership, mara: Membership, api: Api
) -> None:
    with use_firm(mara.firm_id):
        theirs = FOREIGN.get(field, tenants.member)(mara)["pk"]
    caller = api(ada)

    value: Callable[[int], Any] = (lambda pk: [pk]) if (resource, field) in LISTS else (lambda pk: pk)

    def refused(pk: int) -> tuple[int, list[Any]]:
        answer = caller.post(address, {field: value(pk)}, format="json")
        return answer.status_code, [error for error in answer.json()["errors"] if error["field"] == field]

    foreign, never = refused(theirs), refused(NEVER_USED)

    assert foreign == never
    assert foreign[0] == 400
    assert [error["code"] for error in foreign[1]] == ["does_not_exist"]


def test_references_were_found() -> None:
    assert len(REFERENCES) > 10
