"""The feed under eight writers at once: a slow consumer misses nothing, and is told nothing twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from django.db import connection

from tenants.binding import use_firm
from tenants.feed import reading
from tenants.models import Firm, Membership

Api = Callable[..., Any]
WRITERS, STEPS = 8, 14
RESOURCES = ("clients", "labels", "notes")


class Writer:
    """Makes, changes and removes at random through the API; some of it is refused. Remembers what was granted."""

    def __init__(self, caller: Any, number: int, shared: int) -> None:
        self.caller, self.random, self.number, self.shared = caller, Random(number), number, shared  # noqa: S311
        self.own: list[tuple[str, int]] = []
        self.done: Counter[tuple[str, int, str]] = Counter()

    def run(self) -> None:
        steps = (self.create, self.create, self.change, self.remove, self.refused, self.together)
        try:
            for step in range(STEPS):
                self.random.choice(steps)(step)
        finally:
            connection.close()

    def create(self, step: int) -> None:
        resource = self.random.choice(RESOURCES)
        address, body = {
            "clients": ("clients/", {"last_name": f"W{self.number} {step}"}),
            "labels": ("labels/", {"name": f"W{self.number} {step}"}),
            "notes": (f"clients/{self.shared}/notes/", {"text": f"W{self.number} {step}"}),
        }[resource]
        answer = self.caller.post(f"/api/v1/{address}", body)
        assert answer.status_code == 201, answer.content
        self.own.append((resource, answer.json()["id"]))
        self.done[resource, answer.json()["id"], "created"] += 1

    def change(self, step: int) -> None:
        """A row that all of them change."""
        answer = self.caller.patch(f"/api/v1/clients/{self.shared}/", {"first_name": f"{self.number} {step}"})
        assert answer.status_code == 200, answer.content
        self.done["clients", self.shared, "updated"] += 1

    def remove(self, step: int) -> None:
        removable = [row for row in self.own if row[0] != "clients"]
        if removable:
            row = self.random.choice(removable)
            assert self.caller.delete(f"/api/v1/{row[0]}/{row[1]}/").status_code == 204
            self.own.remove(row)
            self.done[*row, "deleted"] += 1

    def refused(self, step: int) -> None:
        assert self.caller.post("/api/v1/clients/", {"last_name": "", "aum": "-1"}).status_code == 400

    def together(self, step: int) -> None:
        answer = self.caller.post(
            "/api/v1/clients/bulk/", [{"last_name": f"B{step}"}, {"aum": "-1"}, {"last_name": "C"}]
        )
        for each in answer.json()["results"]:
            if each["status"] == 201:
                self.own.append(("clients", each["id"]))
                self.done["clients", each["id"], "created"] += 1


class Consumer:
    """Reads small pages, applies them to its own copy, and stops once nobody writes any more."""

    def __init__(self, caller: Any, since: str) -> None:
        self.caller, self.cursor = caller, since
        self.entries: list[dict[str, Any]] = []
        self.copy: dict[str, dict[int, Any]] = {name: {} for name in RESOURCES}

    def read_a_page(self) -> bool:
        """Whether there was nothing left."""
        page = self.caller.get("/api/v1/changes/", {"since": self.cursor, "page_size": 7}).json()
        for entry in page["results"]:
            self.entries.append(entry)
            self.apply(entry)
        self.cursor = page["cursor"]
        return page["next"] is None

    def apply(self, entry: dict[str, Any]) -> None:
        kept = self.copy[entry["resource"]]
        answer = self.caller.get(f"/api/v1/{entry['resource']}/{entry['id']}/")
        if entry["change"] == "deleted" or answer.status_code == 404:
            kept.pop(entry["id"], None)
        else:
            kept[entry["id"]] = answer.json()


@pytest.mark.django_db(transaction=True)
def test_a_slow_consumer_misses_nothing_and_is_told_nothing_twice(firm: Firm, ada: Membership, api: Api) -> None:
    shared = api(ada).post("/api/v1/clients/", {"last_name": "Shared"}).json()["id"]
    with use_firm(firm):
        begin = reading.head()
    writers = [Writer(api(ada), number, shared) for number in range(WRITERS)]
    consumer = Consumer(api(ada), str(begin))

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(writer.run) for writer in writers]
        while not all(each.done() for each in writing):
            consumer.read_a_page()
        for each in writing:
            each.result()
    while not consumer.read_a_page():
        pass

    granted: Counter[tuple[str, int, str]] = sum((writer.done for writer in writers), Counter())
    with use_firm(firm):
        everything = reading.entries(begin, reading.head())
    told = Counter((each.resource, each.row_id, each.kind.value) for each in everything)
    print(f"changes by {WRITERS} writers: {granted.total()}, read: {len(consumer.entries)}")  # noqa: T201
    # In the feed stands exactly what was granted, under numbers without a gap.
    assert told == granted
    assert [each.number for each in everything] == list(range(begin + 1, begin + 1 + granted.total()))
    # The consumer saw each number at most once, in order; what he was not shown was gone when he came.
    numbers = [int(each["cursor"]) for each in consumer.entries]
    assert numbers == sorted(set(numbers))
    gone = {(each.resource, each.row_id) for each in everything if each.kind == "deleted"}
    missed = {each.number for each in everything} - set(numbers)
    assert all((each.resource, each.row_id) in gone for each in everything if each.number in missed)
    # His copy is what the lists show.
    for resource, kept in consumer.copy.items():
        rows = api(ada).get(f"/api/v1/{resource}/", {"page_size": 500}).json()["results"]
        known = {row["id"]: row for row in rows if resource != "clients" or row["id"] in kept}
        assert kept == known
    assert len(consumer.copy["clients"]) == len({pk for name, pk, _kind in granted if name == "clients"})
