"""``import_clients`` (api.md): one JSON document on standard output, one clear line on error."""

import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from clients.custom.values import values_of
from clients.imports.targets import targets
from clients.models import Client, Label
from clients.own_fields import own_fields
from portfolios.models import Portfolio, Typology
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm
from tests.clients.custom.test_fields import define

TEXT = "Id;Cognome;RFA\n1;Rossi;10\n2;Verdi;x\n"
MAPPING = {"columns": {"Id": "external_id", "Cognome": "last_name", "RFA": "aum"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clienti.csv"
    path.write_text(TEXT)
    return path


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(MAPPING))
    return path


def run(file: Path, *options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_clients", "--firm", "aurora", str(file), *map(str, options), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_report_is_one_json_document(firm: Firm, file: Path, mapping: Path) -> None:
    out, err = run(file, "--mapping", mapping, "--json")

    report = json.loads(out)
    assert err == ""
    assert [report[name] for name in ("created", "updated", "skipped")] == [1, 0, 0]
    [error] = report["errors"]
    assert error.pop("message")
    assert error == {"line": 3, "column": "RFA", "value": "x", "code": "invalid_amount"}
    assert json.loads(run(file, "--mapping", mapping, "--json")[0])["skipped"] == 1


def test_without_json_the_errors_are_lines_beside_the_counts(firm: Firm, file: Path) -> None:
    out, err = run(file, "--dry-run")

    assert out.startswith("1 created, 0 updated, 0 skipped, 1 errors (dry run")
    assert err.startswith("line 3: RFA: 'x': ")


def test_warnings_are_told_as_well(firm: Firm, file: Path) -> None:
    file.write_text("Cognome;Comune;CAP\nRossi;Milano;10121\n")

    out, err = run(file)
    told = json.loads(run(file, "--json")[0])

    assert out.rstrip().endswith("1 created, 0 updated, 0 skipped, 0 errors, 1 warnings")
    assert err.startswith("warning: line 2: Comune: 'Milano': ")
    assert [(row["line"], row["column"], row["code"]) for row in told["warnings"]] == [(2, "Comune", "address")]


def test_a_dry_run_writes_nothing(bound: Firm, file: Path) -> None:
    run(file, "--dry-run")

    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "empty"), ("Cognome\n", "no row"), ("PK\x03\x04", "zip")],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(firm: Firm, file: Path, content: str, words: str) -> None:
    file.write_text(content)

    with pytest.raises(CommandError) as refused:
        run(file)

    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(f"{file}: ")
    assert words in str(refused.value).removeprefix(f"{file}: ")


def test_what_is_missing_is_named(firm: Firm, file: Path, tmp_path: Path) -> None:
    for arguments, name in (
        (["--firm", "nobody", str(file)], "nobody"),
        (["--firm", "aurora", str(tmp_path / "none.csv")], "none.csv"),
        (["--firm", "aurora", str(file), "--mapping", str(tmp_path / "none.json")], "none.json"),
        (["--firm", "aurora", str(file), "--mapping", str(file)], "clienti.csv"),
    ):
        with pytest.raises(CommandError) as refused:
            call_command("import_clients", *arguments)
        assert name in str(refused.value)


def test_what_the_catalogue_calls_importable_an_import_can_fill() -> None:
    named = {field.name for field in own_fields() if field.importable}

    assert named - set(targets()) == set()
    assert {"last_meeting_on", "next_meeting_on", "labels", "external_id", "external_source"} <= set(targets())


def test_every_key_of_a_mapping_and_every_special_target(firm: Firm, tmp_path: Path) -> None:
    with use_firm(firm):
        key = define("Passatempo").key
        gold = Portfolio.objects.create(typology=Typology.objects.get(position=1), name="Oro")
    columns = {
        "Codice": "external_id", "Sistema": "external_source", "Cognome": "last_name", "Gruppi": "labels",
        "Portafoglio": "main_portfolio", "Visto": "last_meeting_on", "Rivedere": "next_meeting_on", "RFA": "aum",
        "Passatempo": f"custom.{key}",
    }  # fmt: skip
    mapping = {"delimiter": "|", "encoding": "cp1252", "date_format": "mm/dd/yyyy", "decimal": "."}
    file, how = tmp_path / "clienti.csv", tmp_path / "mapping.json"

    def imported(aum: str, on_duplicate: str) -> dict[str, Any]:
        row = f"A1|erp|Società Però|vip, amici|Oro|03/31/2025|12/15/2031|{aum}|vela"
        file.write_bytes(f"{'|'.join(columns)}\n{row}\n".encode("cp1252"))
        how.write_text(json.dumps({"columns": columns, **mapping, "on_duplicate": on_duplicate}))
        report: dict[str, Any] = json.loads(run(file, "--mapping", how, "--json")[0])
        return report

    reports = [imported("1,234.50", "create"), imported("2,000.00", "skip"), imported("3,000.00", "update")]
    again = imported("4,000.00", "create")

    counted = [[report[name] for name in ("created", "updated", "skipped", "errors")] for report in reports]
    assert counted == [[1, 0, 0, []], [0, 0, 1, []], [0, 1, 0, []]]
    assert ([again["created"], again["updated"]], len(again["errors"])) == ([0, 0], 1), "the key is taken"
    with use_firm(firm):
        client = Client.objects.get()
        assert (client.external_id, client.external_source, client.last_name) == ("A1", "erp", "Società Però")
        assert (client.aum, client.main_portfolio_id) == (Decimal("3000.00"), gold.pk)
        worn = Label.objects.filter(client_labels__client=client).order_by("name")
        assert list(worn.values_list("name", flat=True)) == ["amici", "vip"]
        assert values_of([client.pk])[client.pk][key] == "vela"
        met = Appointment.objects.order_by("starts_at").values_list("starts_at", "state")
        noon = ZoneInfo(firm.time_zone)
        assert list(met) == [
            (datetime(2025, 3, 31, 12, tzinfo=noon), "held"),
            (datetime(2031, 12, 15, 12, tzinfo=noon), "planned"),
        ]
