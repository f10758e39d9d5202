"""What api.md promises of every resource, tried on each in one world: derived from the addresses, and counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from crm.changes_api import RESOURCES as TOLD
from tenants.binding import use_firm
from tenants.models import Membership
from tests.architecture.examples import clients
from tests.architecture.test_api_routes import BODIES, DOORS
from tests.architecture.test_matrix import _model_of, made_rows
from tests.cast import api_client

READERS = {door.pattern: door for door in DOORS if door.method == "get"}
CHANGING = [
    door for door in DOORS if door.method in ("put", "patch", "delete") and "by-external-id" not in door.pattern
]
LISTS = [door for door in DOORS if door.action == "list" and door.method == "get" and not door.names_a_row]
POSTING = [door for door in DOORS if door.method == "post"]
# Answers that hold a secret are not kept for a second try, and what only computes needs none (api.md).
STALE = {"If-Match": '"stale"'}


@pytest.fixture
def rows(ada: Membership) -> dict[str, int]:
    return made_rows(ada)


@pytest.fixture
def company(ada: Membership) -> int:
    with use_firm(ada.firm_id):
        return int(clients.company(ada)["pk"])


def test_what_can_be_changed_has_a_tag_and_asks_for_it(ada: Membership, rows: dict[str, int], company: int) -> None:
    """``ETag`` on reading; ``If-Match`` with a stale one is 412 and changes nothing, with the present one is no 412."""
    caller, faults = api_client(ada), []
    for door in CHANGING:
        url = door.address(company if "company-group" in door.pattern else rows.get(door.resource, 0))
        seen = caller.get(url) if door.pattern in READERS else None
        if seen is None or seen.status_code != 200 or not seen.get("ETag"):
            faults.append(f"{door}: no tag to be read, {seen and seen.status_code}")
            continue
        call, body = getattr(caller, door.method), BODIES.get(door.action, {})
        refused = call(url, body, format="json", headers=STALE)
        again = caller.get(url)
        if refused.status_code != 412 or refused["Content-Type"] != "application/problem+json":
            faults.append(f"{door}: a stale tag is answered {refused.status_code}")
        if (again.get("ETag"), again.json()) != (seen["ETag"], seen.json()):
            faults.append(f"{door}: changed all the same")
        taken = call(url, body, format="json", headers={"If-Match": again["ETag"]})
        if taken.status_code in (412, 500):
            faults.append(f"{door}: the present tag is answered {taken.status_code}")
    print(f"doors that change with a tag: {len(CHANGING)}")  # noqa: T201

    assert faults == []
    assert len(CHANGING) > 60


def test_what_changed_since_is_told_by_every_list_that_the_feed_follows(ada: Membership, rows: dict[str, int]) -> None:
    caller, faults, tried = api_client(ada), [], 0
    start = timezone.now()
    for door in LISTS:
        if door.resource not in TOLD or "/" in door.pattern.removesuffix("/$"):
            continue
        tried += 1
        url, row = door.address(0), rows[door.resource]
        moment = timezone.now().isoformat()
        with use_firm(ada.firm_id):
            model: Any = _model_of(door, ada)
            model.objects.get(pk=row).save()
        now = timezone.now().isoformat()
        got = {since: ids(caller.get(url, {"updated_since": since, "page_size": 500})) for since in (moment, now)}
        if got != {moment: {row}, now: set()}:
            faults.append(f"{door}: {got}, not {row}")
    print(f"lists that tell what changed since: {tried}, from {start:%H:%M}")  # noqa: T201

    assert faults == []
    assert tried > 35


def ids(answer: Any) -> set[int] | str:
    if answer.status_code != 200:
        return str(answer.content)
    return {each["id"] for each in answer.json()["results"]}


def test_every_list_shows_only_the_fields_that_were_asked_for(ada: Membership, rows: dict[str, int]) -> None:
    caller, faults, tried = api_client(ada), [], 0
    for door in LISTS:
        url = door.address(0)
        whole = caller.get(url)
        found = whole.json().get("results") if whole.status_code == 200 and isinstance(whole.json(), dict) else None
        if not found or "next" not in whole.json() or "?fields" in ASIDE.get(door.resource, ""):
            continue
        tried += 1
        name = sorted(found[0])[0]
        narrow = caller.get(url, {"fields": name})
        unknown = caller.get(url, {"fields": "no_such_field"})
        if narrow.status_code != 200 or any(set(row) != {name} for row in narrow.json()["results"]):
            faults.append(f"{door}: ?fields={name} is answered {narrow.content[:200]!r}")
        if unknown.status_code != 400:
            faults.append(f"{door}: an unknown field is answered {unknown.status_code}")
    print(f"lists that show chosen fields: {tried}")  # noqa: T201

    assert faults == []
    assert tried > 50


# Lists of another kind, and what they lack for it.
ASIDE = {"changes": "?fields: each entry is five short words"}


def test_every_post_takes_a_key(ada: Membership, rows: dict[str, int]) -> None:
    """The same key with another body is refused, where the first call was taken; a key that is none always."""
    caller, faults, kept = api_client(ada), [], 0
    for door in POSTING:
        url, body = door.address(rows.get(door.resource, 0)), BODIES.get(door.action, {})
        if not door.viewset.is_idempotent:
            continue
        none = caller.post(url, body, format="json", headers={"Idempotency-Key": "a key"})
        if none.status_code != 422 or none.json()["errors"][0]["code"] != "idempotency_key":
            faults.append(f"{door}: what is no key is answered {none.status_code}")
        key = {"Idempotency-Key": f"{door}"[:200].replace(" ", "-")}
        first = caller.post(url, body, format="json", headers=key)
        if first.status_code >= 400:
            continue
        kept += 1
        second = caller.post(url, body, format="json", headers=key)
        if (second.status_code, second.content) != (first.status_code, first.content):
            faults.append(f"{door}: the second answer is another: {second.content[:200]!r}")
        other = caller.post(url, {"another": 1}, format="json", headers=key)
        if other.status_code != 422:
            faults.append(f"{door}: the key with another body is answered {other.status_code}")
    print(f"doors that take a key: {len(POSTING)}, answers given again: {kept}")  # noqa: T201

    assert faults == []
    assert kept > 20
