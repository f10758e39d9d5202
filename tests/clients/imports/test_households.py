"""Households of a file: two families of one name are not thrown together silently."""

from typing import Any

import pytest

from clients import services
from clients.imports import jobs
from clients.models import Client, Household, ImportRow, Profile
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client
from tests.clients.imports.cast import import_text, refusals, warnings
from tests.clients.imports.test_wizard import checked, imported, snapshot, undone, work

pytestmark = pytest.mark.django_db

BY_NAME = {"Nome": "last_name", "Nucleo": "household"}
BY_KEY = {**BY_NAME, "Chiave": "household_external_id"}
WITH_STREET = {**BY_NAME, "Via": "street"}


def families() -> dict[str, list[str]]:
    """Who lives together, by the key or the name of the household."""
    found: dict[str, list[str]] = {}
    for profile in Profile.objects.filter(household__isnull=False).select_related("client", "household"):
        assert profile.household is not None
        found.setdefault(profile.household.external_id or profile.household.name, []).append(profile.client.name)
    return {name: sorted(people) for name, people in found.items()}


def test_a_key_holds_families_of_one_name_apart_and_the_same_file_changes_nothing(bound: Firm) -> None:
    before = snapshot()
    text = "Nome;Nucleo;Chiave\nAda;Rossi;k1\nUgo;Rossi;k2\nEva;Rossi;k1\nIvo;;k2\nLea;;k3\n"

    job = imported(text, columns=BY_KEY)

    assert (refusals(job), warnings(job)) == ([], [])
    assert families() == {"k1": ["Ada", "Eva"], "k2": ["Ivo", "Ugo"], "k3": ["Lea"]}
    names = set(Household.objects.values_list("external_id", "name", "name_key"))
    assert names == {("k1", "Rossi", "rossi"), ("k2", "Rossi", "rossi"), ("k3", "k3", "k3")}
    undone(job)
    assert (snapshot(), Household.objects.count()) == (before, 0)


def test_whoever_is_joined_by_a_name_alone_is_told_and_so_is_the_line_of_the_other(bound: Firm) -> None:
    job = import_text("Nome;Nucleo\nAda;Rossi\nUgo;rossi\nEva;Verdi\n", BY_NAME)

    assert warnings(job) == [{"line": 3, "column": "Nucleo", "value": "rossi", "code": "household_shared"}]
    [told] = job.refused_rows.all()
    assert "2" in told.message
    assert families() == {"Rossi": ["Ada", "Ugo"], "Verdi": ["Eva"]}


def test_one_address_makes_one_family(bound: Firm) -> None:
    job = import_text("Nome;Nucleo;Via\nAda;Rossi;Via Po 1\nUgo;Rossi;VIA PO 1\nEva;Rossi;Via Roma 3\n", WITH_STREET)

    assert [(row["line"], row["code"]) for row in warnings(job)] == [(4, "household_shared")]


def test_joining_a_household_that_was_there_is_told_once(bound: Firm, ada: Membership) -> None:
    family = services.save_household(Household(), name="Rossi", by=ada)
    member = new_client("Ada", external_id="1", addresses=[{"street": "Via Po 1"}])
    services.join_household(member, family, role=None, by=ada, at=NOON)
    columns = {**WITH_STREET, "Id": "external_id"}
    text = "Id;Nome;Nucleo;Via\n1;Ada;Rossi;\n2;Ugo;Rossi;Via Roma 3\n3;Eva;Rossi;via po 1\n"

    assert [(row["line"], row["code"]) for row in warnings(import_text(text, columns))] == [(3, "household_by_name")]
    assert warnings(import_text(text, columns)) == []
    assert families() == {"Rossi": ["Ada", "Eva", "Ugo"]}


def test_a_family_of_a_colleague_is_not_joined(bound: Firm, ada: Membership, alice: Membership) -> None:
    family = services.save_household(Household(), name="Rossi", external_id="k1", by=ada)
    services.join_household(new_client("Ada", advisor=ada), family, role=None, by=ada, at=NOON)

    job = import_text("Nome;Nucleo;Chiave\nUgo;Rossi;\nEva;Rossi;k1\n", BY_KEY, by=alice)

    assert refusals(job) == [{"line": 3, "column": "Chiave", "value": "k1", "code": "not_your_household"}]
    assert families() == {"k1": ["Ada"], "Rossi": ["Ugo"]}


def test_the_wizard_shows_it_before_anything_is_written(bound: Firm) -> None:
    job = checked("Nome;Nucleo\nAda;Rossi\nUgo;Rossi\n", columns=BY_NAME)

    told = {row.line: [(each["place"], each["code"]) for each in row.doubts or []] for row in ImportRow.objects.all()}
    assert (told, job.warning_count) == ({2: [], 3: [(1, "household_shared")]}, 1)
    assert not Client.objects.exists()
    jobs.start(job)
    done = work(job)
    assert [row["code"] for row in warnings(done)] == ["household_shared"]


def test_a_key_is_one_households(firm: Firm, api: Any, ada: Membership) -> None:
    call = api(ada)
    made = call.post("/api/v1/households/", {"name": "Rossi", "external_id": "k1"}, format="json")
    again = call.post("/api/v1/households/", {"name": "Verdi", "external_id": "k1"}, format="json")

    assert (made.status_code, made.json()["external_id"]) == (201, "k1")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "unique")
