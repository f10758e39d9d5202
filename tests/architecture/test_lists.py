"""What api.md promises of every list, walked in one world: no row lost or shown twice in either direction; counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from rest_framework.fields import CharField

from tenants.binding import use_firm
from tenants.models import Membership
from tests.architecture.examples import RESOURCES
from tests.architecture.test_api_routes import DOORS, NEVER_USED, Door, reading_operations
from tests.architecture.test_matrix import READING, made_rows
from tests.cast import api_client

# The feed has an order of its own; the communes are some eight thousand, and the same for every firm.
ASIDE = {"changes", "communes"}


def parameters(door: Door) -> set[str]:
    """Those that the schema names."""
    return {each["name"] for each in reading_operations()[door.address(0)].get("parameters", [])}


LISTS = [
    door
    for door in DOORS
    if door.method == "get" and door.resource not in ASIDE and {"cursor", "ordering"} <= parameters(door)
]
# Of the catalogue's some hundred and fifty fields by which clients are sorted: text, date, money, none, a choice.
OF_CLIENTS = ("id", "name", "created_at", "aum", "birth_date", "city", "status", "advisor", "plan.due_on")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Nobody adds them up.
NUMBERS = {"seconds"}
# Times of any day.
OF_THE_DAY = {"opens_at", "closes_at"}


@pytest.fixture
def rows(ada: Membership) -> dict[str, int]:
    """Of each resource a row, and more of those that may be there twice: values that are the same, and empty ones."""
    found = made_rows(ada)
    with use_firm(ada.firm_id):
        for made in RESOURCES.values():
            for _again in range(2):
                try:
                    with transaction.atomic():
                        made(ada)
                except (ValidationError, IntegrityError):
                    break
    return found


def orderings(door: Door) -> Iterator[str]:
    own = door.viewset.sublists.get(door.action)
    known = OF_CLIENTS if door.pattern == "^clients/$" else (own or door.viewset).orderings
    for name in known:
        yield from (name, f"-{name}")


def walked(caller: Any, address: str | None, direction: str) -> list[dict[str, Any]]:
    """The pages from this one to the end, in that direction."""
    pages = []
    while address:
        pages.append(caller.get(address).json())
        address = pages[-1][direction]
    return pages


def rows_of(pages: Iterable[dict[str, Any]]) -> list[Any]:
    return [row for page in pages for row in page["results"]]


def test_every_list_is_the_same_in_pages_forwards_and_backwards(ada: Membership, rows: dict[str, int]) -> None:
    caller, faults, tried, several = api_client(ada), [], 0, 0
    for door in LISTS:
        url = door.address(rows.get(door.resource, 0))
        for ordering in orderings(door):
            whole = caller.get(url, {"ordering": ordering, "page_size": 500, "count": "true"})
            if whole.status_code != 200:
                faults.append(f"{door} by {ordering}: {whole.status_code} {whole.content[:200]!r}")
                continue
            expected = whole.json()["results"]
            tried, several = tried + 1, several + (len(expected) > 1)
            if whole.json()["count"] != len(expected):
                faults.append(f"{door} by {ordering}: {whole.json()['count']} counted, {len(expected)} shown")
            if len(expected) < 2:
                continue
            forwards = walked(caller, f"{url}?ordering={ordering}&page_size={len(expected) // 2}", "next")
            backwards = [*walked(caller, forwards[-1]["previous"], "previous")[::-1], forwards[-1]]
            if not rows_of(forwards) == rows_of(backwards) == expected:
                faults.append(f"{door} by {ordering}: {rows_of(forwards)} forwards, {rows_of(backwards)} backwards")
    print(f"lists: {len(LISTS)}, orderings walked: {tried}, of several rows: {several}")  # noqa: T201

    assert faults == []
    assert several > 150


def test_every_value_is_written_as_the_contract_says(ada: Membership, rows: dict[str, int]) -> None:
    """Times with their zone, dates as dates, no amount as a number with a point; but for what the trail quotes."""
    caller, faults, told = api_client(ada), [], 0
    for door in READING:
        answer = caller.get(door.address(rows.get(door.resource, 0)))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("application/json"):
            continue
        for path, value in values(answer.json()):
            name = path.rpartition(".")[2]
            if name in OF_THE_DAY or ".before." in path or ".after." in path:
                continue
            told += 1
            is_odd = (
                (isinstance(value, float) and name not in NUMBERS)
                or (name.endswith("_at") and isinstance(value, str) and not MOMENT.fullmatch(value))
                or (name.endswith("_on") and isinstance(value, str) and not DAY.fullmatch(value))
            )
            faults += [f"{door}: {path} is {value!r}"] * is_odd
    print(f"values looked at: {told}")  # noqa: T201

    assert sorted(set(faults)) == []
    assert told > 2_000


def values(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(found, dict):
        for name, inside in found.items():
            yield from values(inside, f"{path}.{name}")
    elif isinstance(found, list):
        for inside in found:
            yield from values(inside, path)
    else:
        yield path, found


def test_what_has_a_name_is_found_by_it(ada: Membership, rows: dict[str, int]) -> None:
    caller, faults, tried = api_client(ada), [], 0
    for door in LISTS:
        shape = door.viewset.serializer_class
        field = shape(context={}).get_fields().get("name") if shape and door.action == "list" else None  # type: ignore[misc]
        if not isinstance(field, CharField) or door.names_a_row:
            continue
        tried += 1
        row = caller.get(door.address(0), {"page_size": 1}).json()["results"][0]
        found = caller.get(door.address(0), {"search": row["name"].upper(), "page_size": 500})
        none = caller.get(door.address(0), {"search": "no-such-name-anywhere"})
        if found.status_code != 200 or row["id"] not in [each["id"] for each in found.json()["results"]]:
            faults.append(f"{door}: {row['name']} is not found, {found.status_code}")
        elif none.json()["results"]:
            faults.append(f"{door}: everything is found")
    print(f"lists that are searched by name: {tried}")  # noqa: T201

    assert faults == []
    assert tried > 20


def test_every_answer_says_how_many_calls_are_left(ada: Membership, rows: dict[str, int]) -> None:
    caller, faults, tried = api_client(ada), [], 0
    for door in READING:
        wrong = {"no_such_parameter": "1"} if door in LISTS else {}
        for answer in (
            caller.get(door.address(rows.get(door.resource, 0)), wrong),
            caller.get(door.address(NEVER_USED)),
        ):
            tried += 1
            if not answer.get("RateLimit", "").startswith('"token";r=') or "RateLimit-Policy" not in answer:
                faults.append(f"{door}: {answer.status_code} says nothing")
    print(f"answers that say how many calls are left: {tried}")  # noqa: T201

    assert faults == []
