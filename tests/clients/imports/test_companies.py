"""Companies that a file names: whom a contact is linked to, what a company stands below, and those that are made."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import services
from clients.models import Client
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client, new_company
from tests.clients.imports.cast import clients, counts, import_text, refusals
from tests.clients.imports.test_wizard import checked, imported, snapshot, undone

pytestmark = pytest.mark.django_db

COLUMNS = {
    "Id": "external_id", "Nome": "company_name", "Cognome": "last_name", "PIVA": "vat_number", "Tipo": "kind",
    "Madre": "parent_company",
}  # fmt: skip
HEADER = "Id;Nome;Cognome;PIVA;Tipo;Madre\n"
VAT = "00743110157"
LINKED = {"Cognome": "last_name", "Ditta": "company"}


def above() -> dict[str, str | None]:
    return {
        client.name: client.profile.parent_company and client.profile.parent_company.name
        for client in Client.objects.filter(kind="company").select_related("profile__parent_company")
    }


def test_a_company_stands_below_one_of_the_firm_or_of_the_file_however_it_is_named(bound: Firm) -> None:
    new_company("Holding", vat_number=VAT)
    new_company("Vecchia", external_id="v1")
    before = snapshot()

    job = imported(
        HEADER + f"1;Alfa;;;company;HOLDING\n2;Beta;;;company;IT{VAT}\n3;Gamma;;;company;v1\n4;Delta;;;company;1\n"
        "5;Epsilon;;;company;delta\n",
        columns=COLUMNS,
    )

    assert (counts(job), refusals(job)) == ((5, 0, 0, 0), [])
    assert above() == {
        "Holding": None, "Vecchia": None, "Alfa": "Holding", "Beta": "Holding", "Gamma": "Vecchia", "Delta": "Alfa",
        "Epsilon": "Delta",
    }  # fmt: skip
    undone(job)
    assert snapshot() == before


def test_a_changed_parent_is_given_back_and_the_same_file_changes_nothing(bound: Firm) -> None:
    text = HEADER + "1;Alfa;;;company;\n2;Beta;;;company;Alfa\n3;Gamma;;;company;Alfa\n"
    imported(text, columns=COLUMNS)
    before = snapshot()
    assert counts(imported(text, columns=COLUMNS)) == (0, 0, 3, 0)

    job = imported(HEADER + "3;Gamma;;;company;Beta\n", columns=COLUMNS)

    assert (counts(job), above()["Gamma"]) == ((0, 1, 0, 0), "Beta")
    undone(job)
    assert snapshot() == before


REFUSED = [
    # What the firm has: Madre above Figlia; a person Rossi (p1). What the file says, and what is refused of it.
    ("1;Alfa;;;company;Ignota\n", [(2, "Ignota", "unknown_company")]),
    ("1;Alfa;;;company;Doppia\n", [(2, "Doppia", "unknown_company")]),
    ("1;;Verdi;;person;Madre\n", [(2, "Madre", "parent_of_a_person")]),
    ("p1;;Rossi;;;Madre\n", [(2, "Madre", "parent_of_a_person")]),
    ("1;Alfa;;;company;Alfa\n", [(2, "Alfa", "circle_of_companies")]),
    ("m;Madre;;;company;Figlia\n", [(2, "Figlia", "circle_of_companies")]),
    (
        "1;Alfa;;;company;Beta\n2;Beta;;;company;Gamma\n3;Gamma;;;company;Alfa\n",
        [(2, "Beta", "circle_of_companies"), (3, "Gamma", "circle_of_companies"), (4, "Alfa", "circle_of_companies")],
    ),
    (
        "1;Alfa;;;company;Beta\n2;Beta;;;company;Ignota\n3;Gamma;;;company;Alfa\n",
        [(2, "Beta", "company_refused"), (3, "Ignota", "unknown_company"), (4, "Alfa", "company_refused")],
    ),
]


@pytest.mark.parametrize(("rows", "expected"), REFUSED)
def test_what_is_no_parent_is_refused_on_its_line_and_the_rest_goes_in(
    bound: Firm, rows: str, expected: list[tuple[int, str, str]]
) -> None:
    mother = new_company("Madre", external_id="m")
    new_company("Figlia", parent_company=mother)
    new_client("Rossi", external_id="p1")
    for _again in range(2):
        new_company("Doppia")

    job = import_text(HEADER + rows + "9;Buona;;;company;Figlia\n", COLUMNS)

    told = [(row["line"], row["value"], row["code"]) for row in refusals(job)]
    assert sorted(told) == expected
    assert {row["column"] for row in refusals(job)} == {"Madre"}
    assert above() == {"Madre": None, "Figlia": "Madre", "Doppia": None, "Buona": "Figlia"}


def test_two_companies_may_change_places(bound: Firm) -> None:
    first = new_company("Prima", external_id="1")
    new_company("Seconda", external_id="2", parent_company=first)
    new_company("Cima")
    columns = {"Id": "external_id", "Tipo": "kind", "Madre": "parent_company"}

    job = import_text("Id;Tipo;Madre\n1;company;Seconda\n2;company;Cima\n", columns)

    assert refusals(job) == []
    assert above() == {"Prima": "Seconda", "Seconda": "Cima", "Cima": None}


def test_new_companies_are_made_where_that_is_wanted_and_go_with_the_undo(bound: Firm) -> None:
    new_company("Alfa")
    before = snapshot()
    text = f"Cognome;Ditta\nRossi;Beta Spa\nVerdi;beta SPA\nNeri;Alfa\nBlu;{VAT}\n"

    refused = import_text(text, LINKED)
    assert [row["line"] for row in refusals(refused)] == [2, 3, 5]
    undone(refused)

    job = imported(text, columns=LINKED, new_companies=True)

    # A number is not a name.
    assert refusals(job) == [{"line": 5, "column": "Ditta", "value": VAT, "code": "unknown_company"}]
    assert counts(job)[:3] == (4, 0, 0)
    linked = {client.name: client.profile.company and client.profile.company.name for client in clients()}
    assert linked == {"Alfa": None, "Beta Spa": None, "Rossi": "Beta Spa", "Verdi": "Beta Spa", "Neri": "Alfa"}
    assert Client.objects.get(name="Beta Spa").kind == "company"
    undone(job)
    assert snapshot() == before


def test_an_advisor_links_only_to_companies_that_he_sees_and_looks_after_those_he_makes(
    bound: Firm, ada: Membership, alice: Membership
) -> None:
    new_company("Beta", advisor=ada)

    job = import_text("Cognome;Ditta\nRossi;Beta\n", LINKED, by=alice)
    assert [row["code"] for row in refusals(job)] == ["unknown_company"]

    import_text("Cognome;Ditta\nRossi;Beta\n", LINKED, by=alice, new_companies=True)
    [rossi] = Client.objects.filter(name="Rossi").select_related("profile__company")
    assert rossi.profile.company is not None
    assert (rossi.profile.company.name, rossi.profile.company.advisor) == ("Beta", alice)


def test_a_company_merged_away_leads_to_the_one_that_stayed(bound: Firm, ada: Membership) -> None:
    gone, stayed = new_company("Alfa Srl", external_id="old"), new_company("Alfa S.r.l.")
    services.merge_clients(stayed, gone, {}, by=ada, at=NOON)

    import_text("Cognome;Ditta\nRossi;old\nVerdi;Alfa Srl\n", LINKED)

    assert {client.profile.company_id for client in Client.objects.filter(kind="person")} == {stayed.pk}


def test_more_rows_take_no_more_statements(bound: Firm) -> None:
    def statements(first: int, rows: int) -> int:
        lines = (f"{n};Ditta {n};;;company;{n - 1 if n % 7 else ''}\n" for n in range(first, first + rows))
        with CaptureQueriesContext(connection) as captured:
            job = import_text(HEADER + "".join(lines), COLUMNS)
        assert refusals(job) == []
        return len(captured)

    statements(7, 7)
    assert statements(14, 14) == statements(700, 700)


def test_the_wizard_says_of_a_row_what_only_the_firm_shows(bound: Firm) -> None:
    job = checked(HEADER + "1;Alfa;;;company;Ignota\n", columns=COLUMNS)

    [row] = job.import_rows.all()
    told: list[dict[str, Any]] = row.refusals
    assert [each["code"] for each in told] == ["unknown_company"]
