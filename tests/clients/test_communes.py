"""The fixed table of comuni: looked up, completing an address, and saying what does not fit together (STY-12)."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from clients import communes
from clients.communes import Place
from clients.models import Address
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.clients.custom.test_pages_fields import ROWS
from tests.shared_data import shared_data


def test_it_agrees_with_the_list_of_istat() -> None:
    text = gzip.decompress(shared_data("comuni_it", "istat_comuni_2026_latin1.csv.gz").read_bytes()).decode("latin-1")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    rows = [(line[6], line[14]) for line in lines if len(line) > 14 and line[6]]

    wrong = [row for row in rows if row[1] not in {each.province for each in communes.named(row[0])}]

    assert len(rows) == 7896
    assert wrong == []


def test_the_postal_codes_of_an_older_list_fit_nearly_all() -> None:
    rows = json.loads(gzip.decompress(shared_data("comuni_it", "comuni.json.gz").read_bytes()))
    doubtful = [
        row["nome"]
        for row in rows
        if any(communes.disagreements(Place(row["nome"], row["sigla"], code)) for code in row["cap"])
    ]

    assert len(rows) == 7904
    assert len(doubtful) < len(rows) * 0.05, "mergers and Sardinian provinces since 2020"


def test_it_agrees_with_every_postal_code_of_this_year() -> None:
    """By ISTAT's code of the comune; 388 pairs are of codes that the list of this year no longer has."""
    istat = gzip.decompress(shared_data("comuni_it", "istat_comuni_2026_latin1.csv.gz").read_bytes()).decode("latin-1")
    lines = [line for line in list(csv.reader(io.StringIO(istat), delimiter=";"))[1:] if len(line) > 14 and line[6]]
    names = {line[4].strip().zfill(6): (line[6], line[14]) for line in lines}
    text = gzip.decompress(shared_data("comuni_it", "istat_to_cap_2026.csv.gz").read_bytes()).decode()
    pairs = [line.split(";") for line in text.splitlines()[1:] if line.strip(";")]

    known = [(names[code.zfill(6)], cap) for code, cap in pairs if code.zfill(6) in names]
    wrong = [(name, cap) for (name, sigla), cap in known if communes.disagreements(Place(name, sigla, cap))]

    assert (len(names), len(pairs), len(known)) == (7896, 8459, 8071)
    assert wrong == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("forli", "Forlì"),
        ("FORLÌ", "Forlì"),
        ("sesto san g", "Sesto San Giovanni"),
        ("47521", "Cesena"),
    ],
)
def test_it_is_found_as_people_type(typed: str, first: str) -> None:
    assert communes.search(typed)[0].name.startswith(first)


def test_nothing_is_found_for_nothing() -> None:
    assert [communes.search(text) for text in ("", "  ", "xyzzy", "99999")] == [[], [], [], []]


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        (Place("Agliè"), Place("Agliè", "TO", "10011")),
        (Place("Roma"), Place("Roma", "RM", "")),
        (Place("Roma", "", "00118"), Place("Roma", "RM", "00118")),
        (Place("Castro"), Place("Castro")),
        (Place("Castro", "LE"), Place("Castro", "LE", "73030")),
        (Place("Agliè", "", "", "FR"), Place("Agliè", "", "", "FR")),
        (Place("Nessuna città"), Place("Nessuna città")),
    ],
)
def test_an_address_is_completed_where_there_is_no_doubt(given: Place, filled: Place) -> None:
    assert communes.completed(given) == filled


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("Agliè", "TO", "10011"), ""),
        (Place("Atlantide", "TO"), "Atlantide"),
        (Place("Agliè", "MI", "10011"), "TO"),
        (Place("Agliè", "TO", "20121"), "10011"),
        (Place("Paris", "", "75001", "FR"), ""),
        (Place(""), ""),
    ],
)
def test_what_does_not_fit_is_said(place: Place, words: str) -> None:
    told = communes.disagreements(place)

    assert len(told) == bool(words)
    assert words in " ".join(told)


def test_the_form_completes_and_the_profile_warns(browse: Callable[..., Any], ada: Membership) -> None:
    body = {
        "kind": "person", "last_name": "Rossi", **ROWS, "addresses-TOTAL_FORMS": "2",
        "addresses-0-city": "Agliè", "addresses-0-country": "IT",
        "addresses-1-city": "Cesena", "addresses-1-province": "MI", "addresses-1-country": "IT",
    }  # fmt: skip

    assert browse(ada).post(page(ada, "clients/new/"), body).status_code == 302

    with use_firm(ada.firm_id):
        first, second = Address.objects.order_by("position")
        assert (first.province, first.postal_code) == ("TO", "10011")
        assert (second.province, second.postal_code) == ("MI", ""), "what was typed is kept"
    shown = browse(ada).get(page(ada, f"clients/{first.client_id}/profile/")).content.decode()
    assert "Cesena è nella provincia FC" in shown
    assert "Agliè è" not in shown


def test_the_input_is_offered_what_fits(browse: Callable[..., Any], ada: Membership) -> None:
    offered = browse(ada).get(page(ada, "clients/communes/"), {"addresses-0-city": "sesto f"}).content.decode()

    assert '<option value="Sesto Fiorentino">FI' in offered


def test_fixed_tables_over_the_api(api: Callable[..., Any], ada: Membership) -> None:
    with use_firm(ada.firm_id):
        new_client(by=ada)
    caller = api(ada)
    found = caller.get("/api/v1/communes/", {"search": "agliè"}).json()["results"]
    assert found[0] == {"name": "Agliè", "province": "TO", "region": "Piemonte", "postal_codes": ["10011"]}
    provinces = caller.get("/api/v1/provinces/").json()["results"]
    assert {"code": "NA", "name": "Napoli"} in provinces
    assert {"code": "DE", "name": "Germania"} in caller.get("/api/v1/countries/").json()["results"]
    assert caller.post("/api/v1/communes/", {}).status_code == 405
