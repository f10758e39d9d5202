"""Contact files and spreadsheets that other programs wrote: imported faithfully, or refused with line and reason.

What is expected of each stands beside, as data, in foreign.json.
"""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from clients.imports.decoding import NOT_IN_TEXT
from clients.imports.kinds import CLIENTS
from clients.imports.refusals import FileRefused
from clients.models import RefusedRow
from tenants.models import Firm
from tests.clients.imports.cast import clients, import_text
from tests.shared_data import shared_data

EXPECTED: dict[str, Any] = json.loads(Path(__file__).with_name("foreign.json").read_text())


def outcome(path: Path, mapping: dict[str, Any] | None) -> dict[str, Any]:
    try:
        job = CLIENTS.import_file(
            io.BytesIO(path.read_bytes()),
            name=path.name,
            mapping=mapping,
            dry_run=False,
            by=None,
            at=timezone.now(),
        )
    except FileRefused as refused:
        return {"refused": refused.why, "clients": [client.name for client in clients()]}
    refused_rows = RefusedRow.objects.filter(import_job=job, is_warning=False).order_by("line", "id")
    return {
        "errors": [[row.line, row.column, row.value, row.code] for row in refused_rows],
        "clients": [
            [
                client.name,
                sorted(client.emails.values_list("address", flat=True)),
                sorted(client.phones.values_list("number", flat=True)),
                str(client.profile.birth_date or ""),
                str(client.aum or ""),
            ]
            for client in clients()
        ],
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_of_another_program_comes_in_or_says_why_not(bound: Firm, name: str) -> None:
    case = EXPECTED[name]

    found = outcome(shared_data(*case["path"].split("/")), case["mapping"])

    if os.environ.get("SHOW_OUTCOME"):
        print(json.dumps({name: {**case, **found}}, ensure_ascii=False))  # noqa: T201
    assert found == {part: case[part] for part in case if part not in ("path", "mapping")}


def test_every_contact_file_and_spreadsheet_has_its_expectation() -> None:
    files = set(shared_data("ics_vcf").rglob("*.vcf")) | set(shared_data("xlsx_samples").glob("*.xls*"))

    assert {path.name for path in files} - {Path(case["path"]).name for case in EXPECTED.values()} == set()


def _read_back(names: list[str]) -> tuple[dict[str, str], dict[int, str]]:
    """Import each text as a last name: what stands in the database by its id, and the reasons by line."""
    text = io.StringIO()
    text.write("Id;Cognome\n")
    for number, name in enumerate(names):
        quoted = name.replace('"', '""')
        text.write(f'{number};"{quoted}"\n')
    job = import_text(text.getvalue(), {"Id": "external_id", "Cognome": "last_name"}, encoding="utf-8")
    kept = {client.external_id: client.last_name for client in clients()}
    return kept, dict(RefusedRow.objects.filter(import_job=job).values_list("line", "code"))


@pytest.mark.parametrize("source", ["naughty_strings", "person_names"])
def test_whatever_a_name_is_it_stays_what_it_is_or_is_refused(bound: Firm, source: str) -> None:
    if source == "naughty_strings":
        given = json.loads(shared_data(source, "blns_selection.json").read_text())
        names = [each["string"] for each in given if not NOT_IN_TEXT.search(each["string"].encode())]
    else:
        lines = shared_data(source, "cldr_sample_names.csv").read_text().splitlines()[1:]
        names = [" ".join(part for part in line.split(",")[2:] if part) for line in lines]

    kept, reasons = _read_back(names)

    assert len(kept) > 0.9 * len([name for name in names if name.strip()])
    for number, last_name in kept.items():
        assert last_name == " ".join(names[int(number)].split()).removeprefix("'") or last_name == " ".join(
            names[int(number)].split()
        )
    assert len(kept) + len(reasons) == len(names)
    assert set(reasons.values()) <= {"invalid_text", "too_long", "required"}
