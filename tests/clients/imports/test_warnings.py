"""Rows that go in although their cells do not fit together, and wrong tax codes that are wanted."""

from typing import Any

import pytest

from clients.imports import checking, jobs
from clients.models import ImportRow, Profile
from tenants.models import Firm
from tests.clients.imports.cast import clients, counts, import_text, refusals, warnings
from tests.clients.imports.test_wizard import checked, imported, undone, work

pytestmark = pytest.mark.django_db

COLUMNS = {
    "Cognome": "last_name", "CF": "tax_code", "Nato": "birth_date", "A": "birth_place", "S": "sex", "Comune": "city",
    "CAP": "postal_code",
}  # fmt: skip
CODE, WRONG = "CCCFBA85D03L219P", "CCCFBA85D03L219X"
TEXT = (
    "Cognome;CF;Nato;A;S;Comune;CAP\n"
    f"Caccamo;{CODE};03/04/1985;Torino;Maschio;Torino;10121\n"
    "Bruno;BRNGNN71B26L219T;26/02/1972;Milano;F;;\n"
    "Verdi;;;;;Milano;10121\n"
)
EXPECTED = [
    {"line": 3, "column": "Nato", "value": "26/02/1972", "code": "birth_date_differs"},
    {"line": 3, "column": "A", "value": "Milano", "code": "birth_place_differs"},
    {"line": 4, "column": "Comune", "value": "Milano", "code": "address"},
]


def test_the_rows_go_in_and_each_difference_is_listed(bound: Firm) -> None:
    job = import_text(TEXT.replace(";F;", ";;"), COLUMNS)

    assert (counts(job), job.warning_count) == ((3, 0, 0, 0), 3)
    assert warnings(job) == EXPECTED
    assert [client.profile.sex for client in clients()] == ["male", "", ""]


def test_a_wrong_code_is_an_error_unless_it_is_wanted(bound: Firm) -> None:
    text = f"Cognome;CF\nRossi;{WRONG}\nBianchi;{WRONG}\nNeri;<b>\n"
    columns = {"Cognome": "last_name", "CF": "tax_code"}
    refused = import_text(text, columns)
    assert (refused.created, [row["code"] for row in refusals(refused)]) == (0, ["invalid_tax_code"] * 3)

    wanted: dict[str, Any] = {"keep_wrong_tax_codes": True}
    job = import_text(text, columns, **wanted)

    # Two names under one wrong code are two people; and the same file again is the same two.
    assert counts(job) == (2, 0, 0, 1)
    assert warnings(job) == [{"line": line, "column": "CF", "value": WRONG, "code": "tax_code_kept"} for line in (2, 3)]
    assert set(Profile.objects.values_list("tax_code_kept", flat=True)) == {True}
    again = import_text(text, columns, **wanted)
    assert counts(again) == (0, 0, 2, 1)


def test_a_right_code_takes_the_mark_away_and_the_undo_brings_it_back(bound: Firm) -> None:
    columns = {"Id": "external_id", "Cognome": "last_name", "CF": "tax_code"}
    wanted: dict[str, Any] = {"keep_wrong_tax_codes": True}
    import_text(f"Id;Cognome;CF\n1;Rossi;{WRONG}\n", columns, **wanted)

    job = imported(f"Id;Cognome;CF\n1;Rossi;{CODE}\n", columns=columns)

    [client] = clients()
    assert (client.tax_code, client.profile.tax_code_kept) == (CODE, None)
    undone(job)
    [client] = clients()
    assert (client.tax_code, client.profile.tax_code_kept) == (WRONG, True)


def test_an_extension_is_told_with_line_and_column_and_the_number_stays(bound: Firm) -> None:
    columns = {"Cognome": "last_name", "Ufficio": "phone", "Cell": "mobile"}
    job = import_text("Cognome;Ufficio;Cell\nRossi;06 1234567 int. 12;335 1234567\nVerdi;06 1234568;\n", columns)

    said = {"line": 2, "column": "Ufficio", "value": "06 1234567 int. 12", "code": "extension_left_out"}
    assert (counts(job), job.warning_count, warnings(job)) == ((2, 0, 0, 0), 1, [said])
    assert {phone.number for client in clients() for phone in client.phones.all()} == {
        "+39061234567",
        "+393351234567",
        "+39061234568",
    }


def test_the_wizard_counts_them_and_a_corrected_cell_loses_its_warning(bound: Firm) -> None:
    job = checked(TEXT.replace(";F;", ";;"), columns=COLUMNS)
    rows = {row.line: [each["code"] for each in row.doubts or []] for row in ImportRow.objects.filter(import_job=job)}
    assert (job.warning_count, job.error_count) == (2, 0)
    assert rows == {2: [], 3: ["birth_date_differs", "birth_place_differs"], 4: ["address"]}

    corrected = checking.correct_cell(job, 3, 2, "26/02/1971")
    assert [each["code"] for each in corrected.doubts] == ["birth_place_differs"]
    jobs.start(job)
    done = work(job)

    assert (counts(done), done.warning_count) == ((3, 0, 0, 0), 2)
    assert warnings(done) == EXPECTED[1:]
