"""Management events from a file (O-54): Italian and English headers, bad rows left out and named, the same twice."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients import services
from clients.imports import jobs
from clients.imports.refusals import FileRefused
from clients.management_files.entering import import_management_events
from clients.management_files.kind import EVENTS
from clients.models import Client, ImportJob, ManagementEvent
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client, new_company

ROWS = """Cliente;Tipo;Data;Numero;Importo;Causale
C1;Fattura;31/01/2026;12/A;1.234,56 €;Consulenza
00743110157;commission;2026-02-01;13;-50,00;Storno
RSSMRA80A01H501U;Conferimento;01/02/2026;14;5000;
"""
BAD = """Cliente;Tipo;Data;Numero;Importo
C9;Fattura;31/01/2026;1;1
C1;Bolla;31/01/2026;2;1
C1;Fattura;31/02/2026;3;1
C1;Fattura;31/01/2026;;1
C1;Fattura;31/01/2026;4;uno
C1;Fattura;31/01/2026;5;10
C1;Fattura;31/01/2026;5;11
C1;;31/01/2026;6;1
"""


@pytest.fixture
def rossi(bound: Firm) -> Client:
    return new_client("Rossi", external_id="C1", tax_code="RSSMRA80A01H501U")


@pytest.fixture
def company(bound: Firm) -> Client:
    return new_company(vat_number="00743110157")


def test_a_file_goes_in_and_again_changes_nothing(rossi: Client, company: Client) -> None:
    first = import_management_events(io.BytesIO(ROWS.encode()), by=None)
    again = import_management_events(io.BytesIO(ROWS.encode("cp1252")), by=None)

    assert (first.created, first.updated, first.errors) == (3, 0, [])
    assert (again.created, again.updated, again.errors) == (0, 3, [])
    rows = ManagementEvent.objects.order_by("number").values_list("client", "kind", "on", "amount", "description")
    assert [(pk, kind, on.isoformat(), amount, text) for pk, kind, on, amount, text in rows] == [
        (rossi.pk, "invoice", "2026-01-31", Decimal("1234.56"), "Consulenza"),
        (company.pk, "commission", "2026-02-01", Decimal("-50.00"), "Storno"),
        (rossi.pk, "contribution", "2026-02-01", Decimal("5000.00"), ""),
    ]


def test_bad_rows_are_named_and_the_good_one_is_entered(rossi: Client) -> None:
    report = import_management_events(io.BytesIO(BAD.encode()), by=None)

    assert [(error.line, error.code) for error in report.errors] == [
        (2, "unknown_client"),
        (3, "invalid_choice"),
        (4, "invalid_date"),
        (5, "no_key"),
        (6, "invalid_number"),
        (8, "repeated_key"),
        (9, "missing_value"),
    ]
    assert [event.amount for event in ManagementEvent.objects.all()] == [Decimal(10)]


def test_a_file_without_its_columns_is_refused(bound: Firm) -> None:
    with pytest.raises(FileRefused) as refused:
        import_management_events(io.BytesIO(b"Nome;Importo\nRossi;1\n"), by=None)

    assert refused.value.why == "missing_column"


def test_a_file_takes_the_same_statements_for_many_rows(rossi: Client) -> None:
    counts = []
    for size in (3, 300):
        rows = "".join(f"C1;Fattura;31/01/2026;{size}-{number}\n" for number in range(size))
        with CaptureQueriesContext(connection) as captured:
            import_management_events(io.BytesIO(f"Cliente;Tipo;Data;Numero\n{rows}".encode()), by=None)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_command_speaks_json_and_refuses_in_one_line(
    firm: Firm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with use_firm(firm):
        new_client("Rossi", external_id="C1")
    file = tmp_path / "events.csv"
    file.write_text("Cliente;Tipo;Data;Numero\nC1;Fattura;31/01/2026;1\nC2;Fattura;31/01/2026;2\n")

    call_command("import_management_events", "--firm", firm.slug, "--json", str(file))

    told = json.loads(capsys.readouterr().out)
    assert (told["created"], told["updated"]) == (1, 0)
    assert [(error["line"], error["column"], error["value"]) for error in told["errors"]] == [(3, "Cliente", "C2")]
    with pytest.raises(CommandError, match="There is no firm named nowhere"):
        call_command("import_management_events", "--firm", "nowhere", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_management_events", "--firm", firm.slug, str(tmp_path / "missing.csv"))


def test_by_page_each_refused_row_is_named_and_nobody_elses_client_is_met(
    browse: Any, ada: Membership, alice: Membership
) -> None:
    with use_firm(ada.firm):
        own, others = new_client("Rossi", external_id="C1", advisor=alice), new_client("Neri", external_id="C2")
        import_management_events(io.BytesIO(b"Cliente;Tipo;Data;Numero\nC2;Fattura;31/01/2026;7\n"), by=None)
    address = page(alice, "clients/management-events/import/")
    days = {"1": ("C1", "31/01/2026"), "2": ("C2", "31/01/2026"), "3": ("C1", "31/02/2026"), "7": ("C1", "31/01/2026")}
    rows = [f"{code};Fattura;{day};{number}" for number, (code, day) in days.items()]
    file = "\n".join(["Cliente;Tipo;Data;Numero", *rows])

    answer = browse(alice).post(address, {"file": SimpleUploadedFile("eventi.csv", file.encode())}, follow=True)

    job = answer.context["job"]
    assert (job.rows, job.created, job.updated, job.error_count) == (4, 1, 0, 3)
    assert [(error.line, error.column, error.code) for error in answer.context["refused"]] == [
        (3, "Cliente", "unknown_client"),
        (4, "Data", "invalid_date"),
        (5, "Numero", "not_your_client"),
    ]
    assert "31/02/2026" in answer.content.decode()
    with use_firm(ada.firm):
        assert ManagementEvent.objects.get(number="1").client_id == own.pk
        assert ManagementEvent.objects.get(number="7").client_id == others.pk
    unusable = browse(alice).post(address, {"file": SimpleUploadedFile("eventi.csv", b"a;b\n1;2\n")})
    assert (unusable.status_code, "file" in unusable.context["form"].errors) == (422, True)


def test_a_key_of_somebody_elses_client_is_refused_by_rest(api: Any, ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm):
        own = new_client("Rossi", advisor=alice)
        new_client("Neri", external_id="C2")
        import_management_events(io.BytesIO(b"Cliente;Tipo;Data;Numero\nC2;Fattura;31/01/2026;7\n"), by=None)
    event = {"client": own.pk, "kind": "invoice", "on": "2026-01-31", "number": "7"}

    single = api(alice).post("/api/v1/management-events/", event)
    [several] = api(alice).post("/api/v1/management-events/bulk/", [event]).json()["results"]

    assert (single.status_code, single.json()["errors"][0]["code"]) == (400, "not_your_client")
    assert (several["status"], several["errors"][0]["code"]) == (400, "not_your_client")


def events() -> list[dict[str, Any]]:
    return list(ManagementEvent.objects.order_by("pk").values())


def entered(text: str, *, by: Membership | None = None) -> ImportJob:
    return EVENTS.import_file(io.BytesIO(text.encode()), name="eventi.csv", by=by, at=timezone.now())


def undone(job: ImportJob) -> ImportJob:
    jobs.ask_for_undo(job, by=None)
    assert jobs.work_on(job.pk, at=timezone.now())
    job.refresh_from_db()
    return job


def test_a_file_is_taken_back_row_by_row(rossi: Client, company: Client) -> None:
    entered(ROWS)
    before = events()
    head = "Cliente;Tipo;Data;Numero;Importo\n"

    job = entered(f"{head}C1;Fattura;31/01/2026;12/A;99\nC1;Fattura;01/03/2026;88;1\n")
    assert events() != before
    undone(job)

    assert events() == before
    assert (job.removed, job.restored, job.kept, job.state) == (1, 1, 0, "undone")
    assert not jobs.may_be_undone(job)
    assert AuditEvent.objects.filter(action="management_event.import_undone").count() == 1


def test_what_a_later_file_says_stays(rossi: Client) -> None:
    head = "Cliente;Tipo;Data;Numero;Importo\n"
    first = entered(f"{head}C1;Fattura;31/01/2026;1;10\nC1;Fattura;31/01/2026;2;20\n")
    entered(f"{head}C1;Fattura;31/01/2026;1;11\n")

    undone(first)

    assert [(event.number, event.amount) for event in ManagementEvent.objects.all()] == [("1", Decimal(11))]
    assert (first.removed, first.kept) == (1, 1)


def test_what_a_merge_has_moved_since_stays_where_it_is(rossi: Client, ada: Membership) -> None:
    head = "Cliente;Tipo;Data;Numero;Importo\n"
    other = new_client("Rosso")
    entered(f"{head}C1;Fattura;31/01/2026;1;10\n")
    job = entered(f"{head}C1;Fattura;31/01/2026;1;99\n")
    services.merge_clients(other, rossi, {}, by=ada, at=timezone.now())

    undone(job)

    assert list(ManagementEvent.objects.values_list("client", "amount")) == [(other.pk, Decimal(99))]
    assert job.kept == 1
