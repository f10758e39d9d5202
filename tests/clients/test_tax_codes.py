"""What a tax code says, against published vectors, against the record beside it, and kept although it is wrong."""

import csv
import gzip
import json
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clients import doubts, queries, services, tax_codes
from clients.enums import Sex
from clients.models import Client
from clients.normalising import code as normalised
from clients.normalising import vat_number
from clients.validators import validate_iban, validate_tax_code, validate_vat_number
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client
from tests.shared_data import shared_data

TODAY = date(2026, 3, 10)
# Fabio Caccamo, 3 April 1985, Torino; the second with two digits written as letters.
CODE, OMOCODE, WRONG = "CCCFBA85D03L219P", "CCCFBA85D03L2MVP", "CCCFBA85D03L219X"


def vectors(name: str) -> list[dict[str, str]]:
    with shared_data("italian_ids", name).open(newline="") as file:
        return list(csv.DictReader(file))


def accepts(validate: Any, value: str) -> bool:
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def test_every_published_tax_code_is_judged_as_its_authors_judge_it() -> None:
    rows = vectors("codice_fiscale_check.csv")
    # A value of 11 digits is the code of a company, which these vectors do not speak of.
    judged = {row["value"]: accepts(validate_tax_code, normalised(row["value"])) for row in rows}

    assert len(rows) > 150
    assert {row["value"] for row in rows if judged[row["value"]] != (row["stdnum_valid"] == "True")} == set()


def test_every_published_vat_number_is_judged_with_its_province() -> None:
    rows = vectors("partita_iva_check.csv")

    wrong = [
        row["value"]
        for row in rows
        if row["value"] and accepts(validate_vat_number, vat_number(row["value"])) != (row["stdnum_valid"] == "True")
    ]
    assert (wrong, len(rows)) == ([], 22)


def test_birth_date_sex_and_place_are_what_the_code_was_made_from() -> None:
    for row in vectors("codice_fiscale_encode.csv"):
        said = tax_codes.encoded(row["codice_fiscale"])
        born = datetime.strptime(row["birthdate"], "%d/%m/%Y").date()  # noqa: DTZ007 - a date has no zone
        assert said is not None, row
        assert said.born_on(born), row
        assert said.sex == (Sex.FEMALE if row["sex"] == "F" else Sex.MALE), row
        assert said.place is not None, row
        assert said.place.is_called(row["birthplace"]), row


def test_an_omocode_says_the_same() -> None:
    published = [row["normalized"] for row in vectors("codice_fiscale_check.csv") if row["omocode"] == "True"]

    assert tax_codes.encoded(OMOCODE) == tax_codes.encoded(CODE)
    assert published
    for code in published:
        said = tax_codes.encoded(code)
        assert said is None or said.place_code[1:].isdigit(), code


def test_every_comune_of_today_is_known_by_its_code() -> None:
    text = gzip.decompress(shared_data("comuni_it", "comuni.json.gz").read_bytes())
    rows = json.loads(text)
    places = tax_codes._places()

    strangers = [
        row["nome"]
        for row in rows
        if row["codiceCatastale"] not in places or not places[row["codiceCatastale"]].is_called(row["nome"])
    ]
    assert len(rows) > 7_000
    assert strangers == []


@pytest.mark.parametrize("text", ["Torino", "torino", "TORINO (TO)", "Torino TO", "Torino, Italia"])
def test_a_place_is_known_as_people_write_it(text: str) -> None:
    said = tax_codes.encoded(CODE)
    assert said is not None
    assert said.place is not None
    assert said.place.is_called(text)


def test_the_century_is_the_last_that_is_not_to_come() -> None:
    said = tax_codes.encoded(CODE)
    assert said is not None
    assert said.birth_date(today=TODAY) == date(1985, 4, 3)
    assert said.birth_date(today=date(1980, 1, 1)) == date(1885, 4, 3)


@pytest.mark.parametrize(
    ("born", "place", "sex", "codes"),
    [
        (None, "", "", []),
        (date(1985, 4, 3), "Torino", "male", []),
        # The other century: two digits of the year agree.
        (date(1885, 4, 3), "", "", []),
        (date(1985, 3, 4), "", "", ["birth_date_differs"]),
        (None, "Milano", "", ["birth_place_differs"]),
        (date(1986, 4, 3), "Milano", "female", ["birth_date_differs", "sex_differs", "birth_place_differs"]),
    ],
)
def test_a_warning_names_each_difference(born: date | None, place: str, sex: str, codes: list[str]) -> None:
    found = list(doubts.of_tax_code(CODE, born, place, sex))

    assert [doubt.code for doubt in found] == codes
    for doubt in found:
        assert {"birth_place_differs": "Milano", "sex_differs": "", "birth_date_differs": "198"}[doubt.code] in (
            doubt.message
        )


@pytest.mark.parametrize(
    ("value", "good"),
    [("IT60X0542811101000000123456", True), ("IT61X0542811101000000123456", False), ("DE89370400440532013000", True)],
)
def test_an_iban_has_check_digits(value: str, good: bool) -> None:
    assert accepts(validate_iban, value) == good


@pytest.mark.django_db
def test_an_iban_is_stored_without_blanks(bound: Firm) -> None:
    client = new_client(iban="it60 x054 2811 1010 0000 0123 456")

    assert Client.objects.get(pk=client.pk).profile.iban == "IT60X0542811101000000123456"
    with pytest.raises(ValidationError) as refusal:
        new_client(iban="IT60X0542811101000000123457")
    assert refusal.value.error_dict["iban"][0].code == "iban"


@pytest.mark.django_db
def test_a_wrong_tax_code_is_refused_kept_when_wanted_and_the_mark_goes_with_a_right_one(bound: Firm, ada: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        new_client(tax_code=WRONG)
    assert refusal.value.error_dict["tax_code"][0].code == "tax_code"

    client = new_client(tax_code=WRONG, tax_code_kept=True)
    assert [doubt.code for doubt in doubts.of_client(client)] == ["tax_code_kept"]
    # It is found as any other, warned about as a duplicate, and does not stand in the way of another change.
    assert list(queries.possible_duplicates(tax_code=WRONG)) == [client]
    changed = services.update_client(client, {"profession": "Medico"}, version=None, by=ada, at=NOON)
    assert changed.profile.tax_code_kept is True

    changed = services.update_client(client, {"tax_code": CODE}, version=None, by=ada, at=NOON)
    assert changed.profile.tax_code_kept is None
    assert doubts.of_client(changed) == []
    with pytest.raises(ValidationError):
        services.update_client(client, {"tax_code": WRONG}, version=None, by=ada, at=NOON)


@pytest.mark.django_db
def test_what_is_no_code_at_all_is_not_kept(bound: Firm) -> None:
    for value in ("<SCRIPT>", "RSSMRA85T10A562SXX"):
        with pytest.raises(ValidationError) as refusal:
            new_client(tax_code=value, tax_code_kept=True)
        assert refusal.value.error_dict["tax_code"][0].code == "invalid_code"


@pytest.mark.django_db
def test_the_form_asks_before_it_keeps_a_wrong_code(browse: Any, firm: Firm, alice: Membership) -> None:
    browser, new = browse(alice), page(alice, "clients/new/")
    rows = {f"{name}-{part}": 0 for name in ("emails", "phones", "addresses") for part in ("INITIAL_FORMS",)}
    rows |= {f"{name}-TOTAL_FORMS": 0 for name in ("emails", "phones", "addresses")}
    typed = {"kind": "person", "last_name": "Rossi", "tax_code": WRONG, "advisor": alice.pk, **rows}
    assert b"keep_tax_code" not in browser.get(new).content

    refused = browser.post(new, typed)
    assert (refused.status_code, b"keep_tax_code" in refused.content) == (422, True)
    assert browser.post(new, {**typed, "keep_tax_code": "on"}).status_code == 302

    with use_firm(firm):
        client = Client.objects.get()
        assert (client.tax_code, client.profile.tax_code_kept) == (WRONG, True)
    profile = browser.get(page(alice, f"clients/{client.pk}/profile/"))
    assert [doubt.code for doubt in profile.context["doubts"]] == ["tax_code_kept"]
    assert b"keep_tax_code" in browser.get(page(alice, f"clients/{client.pk}/edit/")).content


@pytest.mark.django_db
def test_rest_tells_what_does_not_fit_and_filters_by_it(api: Any, ada: Membership) -> None:
    caller = api(ada)
    body = {"last_name": "Caccamo", "tax_code": CODE, "birth_date": "1985-03-04", "sex": "male"}

    made = caller.post("/api/v1/clients/", body, format="json").json()
    assert [(each["field"], each["code"]) for each in made["warnings"]] == [("birth_date", "birth_date_differs")]
    assert caller.post("/api/v1/clients/", {"last_name": "Rossi", "tax_code": WRONG}, format="json").status_code == 400
    kept = {"last_name": "Rossi", "tax_code": WRONG, "tax_code_kept": True}
    kept = caller.post("/api/v1/clients/", kept, format="json").json()
    assert [each["code"] for each in kept["warnings"]] == ["tax_code_kept"]
    wanted = json.dumps({"field": "tax_code_kept", "op": "eq", "value": True})
    found = caller.get("/api/v1/clients/", {"filter": wanted}).json()["results"]
    assert [client["id"] for client in found] == [kept["id"]]
