"""Who may have been entered twice: measured on records with known duplicates (STY-17)."""

import csv
from datetime import date
from typing import Any

import pytest

from clients import services
from clients.duplicates import find_pairs
from clients.models import Address, Client, Profile
from clients.search import index_names
from tenants.enums import Role
from tenants.models import Firm, Membership
from tests.cast import join
from tests.clients.builders import NOON, new_client
from tests.shared_data import shared_data

FEBRL = "dedupe_febrl/febrl_dataset1.csv"


def pairs(member: Membership) -> list[tuple[set[int], tuple[str, ...]]]:
    return [({pair.first.pk, pair.second.pk}, pair.reasons) for pair in find_pairs(member)]


def test_common_signs_make_a_pair(bound: Firm, ada: Membership) -> None:
    code = new_client("Rossi", tax_code="RSSMRA60B03L219O"), new_client("Rosi", tax_code="RSSMRA60B03L219O")
    born = (
        new_client("Bianchi", first_name="Giovanna", birth_date=date(1970, 5, 6)),
        new_client("Bianki", first_name="Giovanna", birth_date=date(1970, 5, 6)),
    )
    swapped = (
        new_client("Verdi", first_name="Ugo", birth_date=date(1980, 1, 23)),
        new_client("Verdi", first_name="Ugo", birth_date=date(1980, 1, 13)),
    )
    new_client("Verdi", first_name="Ugo", birth_date=date(1955, 12, 9))

    found = pairs(ada)

    assert ({one.pk for one in code}, ("tax_code",)) in found
    assert ({one.pk for one in born}, ("birth_date",)) in found
    assert ({one.pk for one in swapped}, ("name",)) in found
    assert len(found) == 3


def test_a_family_with_one_address_is_no_duplicate(bound: Firm, ada: Membership) -> None:
    home: Any = {"emails": [{"address": "casa@example.it"}], "phones": [{"number": "+390112345678"}]}
    new_client("Rossi", first_name="Giuseppe", **home)
    new_client("Rossi", first_name="Annamaria", **home)

    assert pairs(ada) == []


def test_the_report_shows_only_what_one_sees(bound: Firm, ada: Membership, alice: Membership) -> None:
    other = join(bound, "dora@aurora.example", "Dora Lai", Role.ADVISOR)
    new_client("Rossi", birth_date=date(1970, 5, 6), advisor=alice)
    new_client("Rossi", birth_date=date(1970, 5, 6), advisor=other)

    assert len(pairs(ada)) == 1
    assert pairs(alice) == []


def test_a_pair_that_was_judged_is_not_named_again(bound: Firm, ada: Membership) -> None:
    first, second = (new_client("Rossi", birth_date=date(1970, 5, 6)) for _ in range(2))

    services.keep_apart(second, first, by=ada, at=NOON)
    assert pairs(ada) == []

    services.forget_apart(first, second, by=ada)
    assert len(pairs(ada)) == 1


def test_merged_clients_are_no_pair_any_more(bound: Firm, ada: Membership) -> None:
    first, second = (new_client("Rossi", birth_date=date(1970, 5, 6)) for _ in range(2))

    services.merge_clients(first, second, {}, by=ada, at=NOON)

    assert pairs(ada) == []


def test_precision_and_recall_on_known_duplicates(
    bound: Firm, ada: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    """FEBRL data set 1: 500 persons, each entered a second time with a mistake. Its own number is not used."""
    truth = _load()

    found = {frozenset((pair.first.pk, pair.second.pk)) for pair in find_pairs(ada, most=10_000)}
    right = len(found & truth)
    precision, recall = right / len(found), right / len(truth)
    with capsys.disabled():
        print(f"\nduplicates: precision {precision:.3f}, recall {recall:.3f}, {len(found)} pairs")  # noqa: T201

    assert precision >= 0.97
    assert recall >= 0.9


def _load() -> set[frozenset[int]]:
    with shared_data(FEBRL).open(encoding="utf-8") as file:
        rows = [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(file)]
    clients = Client.objects.bulk_create([_client(row) for row in rows])
    Profile.objects.bulk_create(
        [
            Profile(client=client, birth_date=_day(row["date_of_birth"]))
            for client, row in zip(clients, rows, strict=True)
        ]
    )
    Address.objects.bulk_create(
        [
            Address(client=client, street=f"{row['street_number']} {row['address_1']}", postal_code=row["postcode"])
            for client, row in zip(clients, rows, strict=True)
        ]
    )
    index_names([client.pk for client in clients])
    persons: dict[str, list[int]] = {}
    for client, row in zip(clients, rows, strict=True):
        persons.setdefault(row["rec_id"].split("-")[1], []).append(client.pk)
    return {frozenset(pair) for pair in persons.values() if len(pair) == 2}


def _client(row: dict[str, str]) -> Client:
    name = f"{row['surname']} {row['given_name']}".strip() or "?"
    return Client(last_name=row["surname"] or "?", first_name=row["given_name"], name=name)


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
