"""A file of service opportunities: read as people write it, entered once, refused row by row, and taken back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.imports import jobs
from clients.models import ChangedClient, Client, ImportJob, RefusedRow
from communications import services
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.opportunity_files.kind import OPPORTUNITIES
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client, new_company
from tests.communications.making import close, propose, service

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEPT = ("client__name", "opportunity__key", "state", "opened_at__date", "closed_at__date", "notes", "external_id")


def imported(text: str, by: Membership | None = None, **asked: Any) -> ImportJob:
    given = {"name": "opportunita.csv", "mapping": None, "dry_run": False, "by": by, "at": AT, **asked}
    return OPPORTUNITIES.import_file(BytesIO(text.encode()), **given)


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    return job.created, job.updated, job.skipped, job.error_count


def refused(job: ImportJob) -> list[tuple[int, str, str, str]]:
    rows = RefusedRow.objects.filter(import_job=job).order_by("line", "id")
    return [(row.line, row.column, row.value, row.code) for row in rows]


def stored() -> list[tuple[str, ...]]:
    rows = ClientOpportunity.objects.order_by("client__name", "opportunity__key", "pk").values_list(*KEPT)
    return [tuple("" if value is None else str(value) for value in row) for row in rows]


@pytest.mark.usefixtures("bound")
def test_clients_services_states_and_days_as_people_write_them(ada: Membership) -> None:
    new_company("Alfa S.r.l.")
    new_client("Rossi", external_id="C1", tax_code="RSSMRA80A01H501U")
    job = imported(
        "Azienda;Servizio;Fase;Data apertura;Data chiusura;Annotazioni;Codice\n"
        "alfa s.r.l.;Polizza LTC;Won;20-10-16;01-03-17;da fiera;A1\n"
        "C1;pac;in corso;31/12/2025;;;A2\n"
        "rssmra80a01h501u;Check-up Previdenziale;Rifiutata;;2026-02-01;;A3\n"
        "C1;ltc;;;;;\n",
        by=ada,
    )
    assert refused(job) == []
    assert counts(job) == (4, 0, 0, 0)
    assert stored() == [
        ("Alfa S.r.l.", "ltc", "accepted", "2016-10-20", "2017-03-01", "da fiera", "A1"),
        ("Rossi", "ltc", "open", "2026-11-20", "", "", ""),
        ("Rossi", "pac", "open", "2025-12-31", "", "", "A2"),
        ("Rossi", "pension_checkup", "declined", "2026-02-01", "2026-02-01", "", "A3"),
    ]
    assert ChangedClient.objects.filter(client_id__in=Client.objects.values("pk")).count() == 2
    assert AuditEvent.objects.filter(action="opportunities.imported").count() == 1


@pytest.mark.usefixtures("bound")
def test_what_is_wrong_is_said_of_its_row_and_the_others_enter(
    ada: Membership, alice: Membership, other_firm: Firm
) -> None:
    rossi = new_client("Rossi", external_id="C1", advisor=alice)
    new_client("Bianchi", external_id="C2", advisor=ada)
    for _number in range(2):
        new_client("Verdi", advisor=alice)
    propose(rossi, "pac", by=ada)
    job = imported(
        "client;service;state;opened_on;closed_on;external_id\n"
        ";ltc;;;;A1\n"
        "C1;;;;;A2\n"
        "Nessuno;ltc;;;;A3\n"
        "verdi;ltc;;;;A4\n"
        "C2;ltc;;;;A5\n"
        "C1;volo;;;;A6\n"
        "C1;ltc;forse;;;A7\n"
        "C1;ltc;;21/11/2026;;A8\n"
        "C1;ltc;;31/02/2026;;A9\n"
        "C1;ltc;open;;01/02/2026;B1\n"
        "C1;ltc;;;01/02/2026;B2\n"
        "C1;ltc;won;02/02/2026;01/02/2026;B3\n"
        "C1;pac;;;;B4\n"
        "C1;ltc;;01/02/2026;;B5\n"
        "C1;ltc;;01/03/2026;;B6\n"
        "C1;succession;;;;B5\n"
        "C1;ltc\n",
        by=alice,
    )
    assert refused(job) == [
        (2, "client", "", "missing_value"),
        (3, "service", "", "missing_value"),
        (4, "client", "Nessuno", "unknown_client"),
        (5, "client", "verdi", "ambiguous_client"),
        (6, "client", "C2", "unknown_client"),
        (7, "service", "volo", "unknown_service"),
        (8, "state", "forse", "invalid_choice"),
        (9, "opened_on", "21/11/2026", "in_the_future"),
        (10, "opened_on", "31/02/2026", "invalid_date"),
        (11, "closed_on", "2026-02-01", "open_with_an_end"),
        (12, "closed_on", "2026-02-01", "no_outcome"),
        (13, "closed_on", "2026-02-01", "ends_before_it_begins"),
        (14, "service", "pac", "already_open"),
        (16, "service", "ltc", "already_open"),
        (17, "external_id", "B5", "repeated_key"),
        (18, "", "", "too_few_cells"),
    ]
    assert counts(job)[:3] == (1, 0, 0)


@pytest.mark.usefixtures("bound")
def test_known_ones_are_brought_up_to_date_and_one_that_ends_makes_room(ada: Membership) -> None:
    new_client("Rossi", external_id="C1")
    head = "client;service;state;opened_on;closed_on;notes;external_id\n"
    text = head + "C1;ltc;open;01/02/2026;;prima;A1\nC1;pac;open;01/02/2026;;;A2\n"
    assert counts(imported(text, ada)) == (2, 0, 0, 0)
    assert counts(imported(text, ada)) == (0, 0, 2, 0)
    before = stored()
    ended = head + "C1;ltc;lost;;01/03/2026;prima;A1\nC1;ltc;open;02/03/2026;;;A3\nC1;pac;;;;;A2\n"
    looked = imported(ended, ada, dry_run=True)
    assert (counts(looked), stored()) == ((1, 1, 1, 0), before)
    job = imported(ended, ada)
    assert counts(job) == (1, 1, 1, 0)
    assert stored()[:2] == [
        ("Rossi", "ltc", "declined", "2026-02-01", "2026-03-01", "prima", "A1"),
        ("Rossi", "ltc", "open", "2026-03-02", "", "", "A3"),
    ]
    skipping = {"columns": {"client": "client", "service": "service", "external_id": "external_id"}}
    assert counts(imported(text, ada, mapping={**skipping, "on_duplicate": "skip"})) == (0, 0, 2, 0)
    taken = imported(text, ada, mapping={**skipping, "on_duplicate": "create"})
    assert [code for *_where, code in refused(taken)] == ["external_id_taken", "external_id_taken"]
    elsewhere = imported(head + "C1;pac;open;;;;A1\n", ada)
    assert [code for *_where, code in refused(elsewhere)] == ["another_opportunity"]

    jobs.ask_for_undo(job, by=ada)
    assert jobs.work_on(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.removed, job.restored, job.kept) == ("undone", 1, 1, 0)
    assert stored() == before


@pytest.mark.usefixtures("bound")
def test_what_somebody_has_touched_since_stays_when_an_import_is_taken_back(ada: Membership) -> None:
    new_client("Rossi", external_id="C1")
    job = imported("client,service,external_id\nC1,ltc,A1\nC1,pac,A2\n", ada)
    close(ClientOpportunity.objects.get(external_id="A1"), by=ada, at=AT)
    jobs.ask_for_undo(job, by=ada)
    assert jobs.work_on(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.removed, job.kept) == (1, 1)
    assert [row[:3] for row in stored()] == [("Rossi", "ltc", "accepted")]


@pytest.mark.usefixtures("bound")
def test_services_that_nobody_knows_are_made_if_asked_and_not_on_a_dry_run(ada: Membership) -> None:
    new_client("Rossi", external_id="C1")
    text = "client,product,external_id\nC1,GTX Pro,A1\nC1,GTXPro,A2\nC1,MG Special,A3\n"
    asked = {"columns": {"client": "client", "product": "service", "external_id": "external_id"}, "new_services": True}
    job = imported(text, ada, mapping=asked, dry_run=True)
    assert (job.created, [code for *_where, code in refused(job)]) == (2, ["already_open"])
    assert not ServiceOpportunity.objects.filter(is_supplied=False).exists()
    imported(text, ada, mapping=asked)
    own = ServiceOpportunity.objects.filter(is_supplied=False).order_by("position")
    assert [row.name for row in own] == ["GTX Pro", "MG Special"]


@pytest.mark.usefixtures("bound")
def test_many_rows_cost_no_more_statements_than_two(ada: Membership) -> None:
    new_client("Rossi", external_id="C1")

    def statements(rows: int) -> int:
        lines = [f"C1,ltc,won,2026-01-01,2026-02-01,{rows}-{number}" for number in range(rows)]
        with CaptureQueriesContext(connection) as captured:
            imported("\n".join(["client,service,state,opened_on,closed_on,external_id", *lines]), ada)
        return len(captured)

    statements(1)
    assert statements(2) == statements(300)


@pytest.mark.usefixtures("bound")
def test_a_file_that_cannot_be_used_is_refused_whole_and_the_command_reports(
    ada: Membership, firm: Firm, tmp_path: Path
) -> None:
    for text, code in (("cliente;fase\nC1;won\n", "missing_column"), ("%PDF-1.7", "wrong_kind")):
        with pytest.raises(ValidationError) as refusal:
            imported(text)
        [[error]] = refusal.value.error_dict.values()
        assert error.code == code
    new_client("Rossi", external_id="C1")
    file, out = tmp_path / "opportunita.csv", StringIO()
    file.write_text("client,service\nC1,ltc\nC1,volo\n")
    call_command("import_opportunities", "--firm", firm.slug, str(file), "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["created"], [each["code"] for each in report["errors"]]) == (1, ["unknown_service"])


def test_through_the_wizard_and_through_the_api(
    firm: Firm, ada: Membership, alice: Membership, rita: Membership, browse: Callable[[Membership], Browser], api: Any
) -> None:
    with use_firm(firm):
        new_client("Rossi", external_id="C1", advisor=ada)
        services.set_active(service("succession"), active=False, by=ada)
    form, text = (
        page(ada, "opportunities/import/"),
        b"account,product,deal_stage,close_date\nC1,PAC,Won,01-03-17\nC1,X,,\n",
    )
    assert browse(rita).get(form).status_code == 403
    assert browse(ada).post(form, {"file": SimpleUploadedFile("a.csv", b"")}).context["form"].errors["file"]
    handed_in = browse(ada).post(form, {"file": SimpleUploadedFile("pipeline.csv", text)})
    with use_firm(firm):
        job = ImportJob.objects.get()
    assert job.layout["columns"] == {
        "account": "client", "product": "service", "deal_stage": "state", "close_date": "closed_on"
    }  # fmt: skip
    mapping = browse(ada).get(handed_in.url)
    assert "new_services" in mapping.context["form"].fields
    assert "match_on" not in mapping.context["form"].fields
    layout = job.layout
    fields = {f"column-{place}": layout["columns"][name] for place, name in enumerate(layout["header"])}
    answer = browse(ada).post(page(ada, f"clients/imports/{job.pk}/mapping/"), {**fields, "on_duplicate": "update"})
    assert answer.status_code == 302
    with use_firm(firm):
        assert jobs.work_on(job.pk, at=AT)
        job.refresh_from_db()
    assert (job.created, job.error_count) == (1, 1)
    browse(ada).post(page(ada, f"clients/imports/{job.pk}/run/"))
    with use_firm(firm):
        assert jobs.work_on(job.pk, at=AT)
        assert [row[:5] for row in stored()] == [("Rossi", "pac", "accepted", "2017-03-01", "2017-03-01")]
    assert browse(ada).get(page(ada, f"clients/imports/{job.pk}/")).status_code == 200

    body = {"content": "client,service,external_id\nC1,ltc,A1\nC1,volo,A2\n"}
    told = api(ada).post("/api/v1/client-opportunities/import/", body, format="json")
    assert told.status_code == 201, told.content
    assert (told.json()["created"], told.json()["errors"][0]["code"]) == (1, "unknown_service")
    assert api(rita).post("/api/v1/client-opportunities/import/", body, format="json").status_code == 403
