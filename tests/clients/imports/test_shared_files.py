"""Files that other people wrote: never a crash, never mojibake."""

import gzip
import json

import pytest

from clients.imports import headers
from clients.imports.mapping import ImportMapping
from clients.imports.reading import CsvFile
from clients.imports.refusals import FileRefused
from clients.models import Client
from tenants.models import Firm
from tests.clients.imports.cast import clients, counts, import_text
from tests.shared_data import shared_data

# All but location_coordinates, whose expected file names another telephone number.
CORNERS = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
    "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip
# Header of the file: what a person would expect to be recognised in it.
EXPORTS = {
    "google_contacts_from_2024": {"first_name", "last_name", "company_name", "birth_date", "notes", "labels", "email"},
    "google_contacts_until_2023": {"first_name", "last_name", "birth_date", "notes", "labels", "phone", "street"},
    "hubspot_contacts_export": {"external_id", "first_name", "last_name", "email", "phone", "advisor", "status"},
    "hubspot_contacts_export_variant": {"external_id", "first_name", "last_name", "email", "phone", "country"},
    "outlook_com_and_google_outlook_csv": {"first_name", "last_name", "email", "email_2", "mobile", "birth_date"},
    "outlook_desktop": {"first_name", "last_name", "company_name", "email", "email_2", "mobile", "phone", "labels"},
    "npsp_data_import_template": {"first_name", "last_name", "email", "mobile", "birth_date", "city"},
}  # fmt: skip


@pytest.mark.parametrize("stem", CORNERS)
def test_corner_cases_are_read_as_their_authors_expect(stem: str) -> None:
    folder = shared_data("csv_corner_cases")
    expected = json.loads((folder / "json" / f"{stem}.json").read_text(encoding="utf-8"))
    with (folder / "csvs" / f"{stem}.csv").open("rb") as stream:
        file = CsvFile(stream, recognise=lambda cells: 0)

        found = [dict(zip(file.header, row.cells, strict=True)) for row in file.rows()]

    assert found == (expected if isinstance(expected, list) else [expected])


@pytest.mark.parametrize("stem", EXPORTS)
def test_the_exports_of_other_programs_are_recognised(bound: Firm, stem: str) -> None:
    with shared_data("crm_import_headers", f"{stem}.csv").open("rb") as stream:
        file = CsvFile(stream, recognise=ImportMapping().recognise)

    assert {target.name for _position, target in ImportMapping().places(file.header)} >= EXPORTS[stem]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_an_export_in_any_encoding_keeps_its_accents(bound: Firm, encoding: str) -> None:
    header = shared_data("crm_import_headers", "outlook_desktop.csv").read_text().strip()
    names = [name.strip('"') for name in header.split(",")]
    cells = {"First Name": "Nicolò", "Last Name": "D'Aurìa", "Company": "Società & C.", "Home City": "Forlì"}
    row = ",".join(f'"{cells.get(name, "")}"' for name in names)

    job = import_text(f"{header}\r\n{row}\r\n".encode(encoding))

    [client] = clients()
    assert counts(job) == (1, 0, 0, 0)
    assert (client.name, client.company_name, client.addresses.get().city) == (
        "D'Aurìa Nicolò",
        "Società & C.",
        "Forlì",
    )


@pytest.mark.parametrize("stem", EXPORTS)
def test_a_header_without_persons_says_so(bound: Firm, stem: str) -> None:
    content = shared_data("crm_import_headers", f"{stem}.csv").read_bytes()

    if stem == "npsp_data_import_template":
        import_text(content)  # the line of technical names below the labels is a person to a machine
        return
    with pytest.raises(FileRefused) as refused:
        import_text(content)
    assert refused.value.why == "no_rows"
    assert not Client.objects.exists()


def test_the_sample_that_excel_squeezed_into_one_column_is_refused_in_words(bound: Firm) -> None:
    content = gzip.decompress(shared_data("bank_marketing", "bank_10pct_resaved_by_excel.csv.gz").read_bytes())

    with pytest.raises(FileRefused) as refused:
        import_text(content, {"age": "birth_date", "job": "profession"})

    assert refused.value.why == "one_column"
    assert "col" in refused.value.messages[0]


def test_names_of_fields_are_recognised_as_they_are() -> None:
    assert [headers.known(name) for name in ("LAST_NAME", "Last name", " aum ", "nonsense")] == [
        "last_name", "last_name", "aum", None,
    ]  # fmt: skip
