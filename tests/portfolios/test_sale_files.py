"""A file of sales: read as people write it, entered once, refused row by row, and taken back."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.imports import jobs
from clients.models import ChangedClient, Client, ImportJob, RefusedRow
from clients.services import create_client, merge_clients
from portfolios.models import Portfolio, Sale, Score, Typology
from portfolios.sale_files.kind import SALES
from portfolios.services import correct_sale, create_portfolio, reverse_sale
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership

OF_A_SALE = ("client", "typology", "portfolio", "kind", "date", "amount", "description", "external_id", "reversed_at")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def inside(bound: Firm) -> Firm:
    return bound


@pytest.fixture
def rossi(alice: Membership) -> Client:
    values = {"last_name": "Rossi", "external_id": "C1", "tax_code": "RSSMRA80A01H501U", "advisor": alice}
    return create_client(values, by=alice, at=AT)


@pytest.fixture
def bianchi(ada: Membership) -> Client:
    return create_client({"last_name": "Bianchi", "external_id": "C2", "advisor": ada}, by=ada, at=AT)


def imported(text: str, by: Membership | None = None, **asked: Any) -> ImportJob:
    given = {"name": "vendite.csv", "mapping": None, "dry_run": False, "by": by, "at": AT, **asked}
    return SALES.import_file(BytesIO(text.encode()), **given)


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    return job.created, job.updated, job.skipped, job.error_count


def refused(job: ImportJob) -> list[tuple[int, str, str, str]]:
    rows = RefusedRow.objects.filter(import_job=job).order_by("line", "id")
    return [(row.line, row.column, row.value, row.code) for row in rows]


def test_dates_amounts_kinds_and_places_as_people_write_them(rossi: Client, ada: Membership) -> None:
    second = Typology.objects.get(position=2)
    life = create_portfolio(second, by=ada, name="Vita")
    job = imported(
        "Cliente;Data;Importo;Tipologia;Portafoglio;Tipo;Descrizione;Codice\n"
        "C1;31/12/2025;1.234,56;;;;Fondo;A1\n"
        "rssmra80a01h501u;2026-01-02;1,234.56;2;vita;Polizza;;A2\n"
        "C1;02.01.2026;€ 50;;;Rimborso;;A3\n"
        "C1;3/1/2026;(12,5);;;;;A4\n"
        f"C1;20/11/2026;0;{second.name};;PAC;;A5\n",
        by=ada,
    )
    assert refused(job) == []
    assert counts(job) == (5, 0, 0, 0)
    rows = Sale.objects.order_by("external_id").values_list("client", "typology__position", "portfolio", "kind", "date")
    assert list(rows) == [
        (rossi.pk, 1, None, "subscription", date(2025, 12, 31)),
        (rossi.pk, 2, life.pk, "policy", date(2026, 1, 2)),
        (rossi.pk, 1, None, "refund", date(2026, 1, 2)),
        (rossi.pk, 1, None, "refund", date(2026, 1, 3)),
        (rossi.pk, 2, None, "pac", date(2026, 11, 20)),
    ]
    amounts = list(Sale.objects.order_by("external_id").values_list("amount", flat=True))
    assert amounts == [Decimal("1234.56"), Decimal("1234.56"), Decimal(-50), Decimal("-12.5"), Decimal(0)]
    assert set(Sale.objects.values_list("created_by", "import_job")) == {(ada.pk, job.pk)}
    score = Score.objects.get(client=rossi, position=1)
    assert (score.frequency, score.monetary, score.last_sale_on) == (1, Decimal("1172.06"), date(2025, 12, 31))
    assert ChangedClient.objects.filter(client_id=rossi.pk).exists(), "groups that ask for levels must learn of it"


def test_the_same_file_again_changes_nothing_and_a_corrected_one_brings_up_to_date(
    rossi: Client, ada: Membership
) -> None:
    text = "client,date,amount,description,external_id\nC1,2026-01-02,100,Fondo,A1\nC1,2026-02-02,50,,A2\n"
    assert counts(imported(text)) == (2, 0, 0, 0)
    assert counts(imported(text)) == (0, 0, 2, 0)
    assert counts(imported(text.replace(",100,", ",120,"))) == (0, 1, 1, 0)
    assert Score.objects.get(client=rossi, position=1).monetary == Decimal(170)
    sale = Sale.objects.get(external_id="A1")
    assert sale.version == 2
    reverse_sale(sale, reason="Storno", by=ada, at=AT)
    assert counts(imported(text)) == (0, 0, 2, 0), "what somebody has reversed stays reversed"
    only_new = {"columns": {"client": "client", "date": "date", "amount": "amount", "external_id": "external_id"}}
    skipping = imported(text.replace(",50,", ",70,"), mapping={**only_new, "on_duplicate": "skip"})
    assert counts(skipping) == (0, 0, 2, 0)
    creating = imported(text, mapping={**only_new, "on_duplicate": "create"})
    assert [code for *_where, code in refused(creating)] == ["external_id_taken", "external_id_taken"]


def test_what_is_wrong_is_said_of_its_row_and_the_others_enter(
    rossi: Client, bianchi: Client, ada: Membership, other_firm: Firm, mara: Membership
) -> None:
    with use_firm(other_firm):
        create_client({"last_name": "Verdi", "external_id": "B9"}, by=mara, at=AT)
    create_client({"last_name": "Altro", "external_id": "C2", "external_source": "crm"}, by=ada, at=AT)
    job = imported(
        "client;date;amount;typology;portfolio;kind;external_id\n"
        "C1;21/11/2026;10;;;;A1\n"
        "C1;31/02/2026;10;;;;A2\n"
        "C1;01/02/2026;dieci;;;;A3\n"
        "B9;01/02/2026;10;;;;A4\n"
        "C2;01/02/2026;10;;;;A5\n"
        "C1;01/02/2026;10;3;;;A6\n"
        "C1;01/02/2026;10;11;;;A7\n"
        "C1;01/02/2026;10;;Nessuno;;A8\n"
        "C1;01/02/2026;-10;;;pac;A9\n"
        "C1;01/02/2026;0;;;refund;B1\n"
        "C1;01/02/2026;10;;;dono;B2\n"
        ";01/02/2026;10;;;;B3\n"
        "C1;01/02/2026;10;;;;B4\n"
        "C1;01/02/2026;10;;;;B4\n"
        "C1;01/02/2026;10\n"
    )
    assert refused(job) == [
        (2, "date", "21/11/2026", "in_the_future"),
        (3, "date", "31/02/2026", "invalid_date"),
        (4, "amount", "dieci", "invalid_amount"),
        (5, "client", "B9", "unknown_client"),
        (6, "client", "C2", "ambiguous_client"),
        (7, "typology", "3", "inactive_typology"),
        (8, "typology", "11", "unknown_typology"),
        (9, "portfolio", "nessuno", "unknown_portfolio"),
        (10, "amount", "-10.00", "not_a_refund"),
        (11, "amount", "0.00", "zero_refund"),
        (12, "kind", "dono", "invalid_choice"),
        (13, "client", "", "missing_value"),
        (15, "external_id", "B4", "repeated_key"),
        (16, "", "", "too_few_cells"),
    ]
    assert counts(job)[:3] == (1, 0, 0)


def test_a_refund_larger_than_all_sales_leaves_a_negative_monetary_at_the_worst_level(rossi: Client) -> None:
    job = imported("client,date,amount\nC1,2026-02-01,100\nC1,2026-03-01,-250\n")
    assert counts(job) == (2, 0, 0, 0)
    score = Score.objects.get(client=rossi, position=1)
    assert (score.monetary, score.monetary_level, score.frequency) == (Decimal(-150), 1, 1)


def test_a_member_enters_sales_only_of_clients_whom_he_sees(rossi: Client, bianchi: Client, alice: Membership) -> None:
    job = imported("client,date,amount\nC1,2026-02-01,100\nC2,2026-02-01,100\n", by=alice)
    assert refused(job) == [(3, "client", "C2", "unknown_client")]


def test_a_key_of_another_client_is_refused(rossi: Client, bianchi: Client) -> None:
    imported("client,date,amount,external_id\nC1,2026-02-01,100,A1\n")
    job = imported("client,date,amount,external_id\nC2,2026-02-01,100,A1\n")
    assert refused(job) == [(2, "external_id", "A1", "another_sale")]


def test_a_dry_run_tells_everything_and_writes_nothing(rossi: Client) -> None:
    job = imported("client,date,amount\nC1,2026-02-01,100\nC1,x,100\n", dry_run=True)
    assert counts(job) == (1, 0, 0, 1)
    assert not Sale.objects.exists()
    assert not Score.objects.exists()
    assert not Typology.objects.filter(is_automatic=True).exists()


def test_a_merged_clients_key_leads_to_the_survivor(rossi: Client, bianchi: Client, ada: Membership) -> None:
    merge_clients(rossi, bianchi, {}, by=ada, at=AT)
    imported("client,date,amount\nC2,2026-02-01,100\n")
    assert Sale.objects.get().client_id == rossi.pk


@pytest.mark.parametrize(
    ("text", "mapping", "code"),
    [
        ("cliente;importo\nC1;10\n", None, "missing_column"),
        ("cliente;data;importo\n", None, "no_rows"),
        ("a;b;c\nC1;2026-01-01;10\n", {"columns": {"a": "client", "b": "date"}}, "target_needed"),
        ("a;b;c\nC1;2026-01-01;10\n", {"columns": {"a": "last_name"}}, "unknown_target"),
        ("%PDF-1.7", None, "wrong_kind"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(text: str, mapping: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        imported(text, mapping=mapping)
    [[error]] = refusal.value.error_dict.values()
    assert error.code == code
    assert not ImportJob.objects.exists()


def test_a_mapping_says_which_column_is_what_and_how_it_is_written(rossi: Client) -> None:
    mapping = {"columns": {"Wer": "client", "Wann": "date", "Wieviel": "amount"}, "date_order": "mdy", "decimal": "."}
    imported("Wer|Wann|Wieviel\nC1|02/01/2026|1,234\n", mapping=mapping)
    sale = Sale.objects.get()
    assert (sale.date, sale.amount) == (date(2026, 2, 1), Decimal(1234))


def test_many_rows_cost_no_more_statements_than_two(rossi: Client, bianchi: Client) -> None:
    def statements(rows: int) -> int:
        text = "client,date,amount\n" + "C1,2026-02-01,100\nC2,2026-02-01,100\n" * rows
        with CaptureQueriesContext(
            connection,
        ) as captured:
            imported(text)
        return len(captured)

    statements(1)
    assert statements(1) == statements(300)


def test_an_import_is_taken_back_and_the_corrected_file_can_come_in(rossi: Client, ada: Membership) -> None:
    text = "client,date,amount,external_id\nC1,2026-02-01,100,A1\nC1,2026-03-01,50,A2\n"
    job = imported(text, by=ada)
    reverse_sale(Sale.objects.get(external_id="A2"), reason="Doppia", by=ada, at=AT)
    assert jobs.may_be_undone(job)
    jobs.ask_for_undo(job, by=ada)
    assert jobs.work_on(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.removed, job.kept) == ("undone", 1, 1)
    assert Sale.objects.filter(reversed_at__isnull=True).count() == 0, "reversed, not deleted"
    assert Score.objects.get(client=rossi, position=1).monetary == 0
    assert counts(imported(text, by=ada)) == (1, 0, 1, 0)


def test_what_an_import_corrected_is_as_before_when_it_is_taken_back(rossi: Client, ada: Membership) -> None:
    second = create_portfolio(Typology.objects.get(position=1), by=ada, name="Oro")
    header = "client,date,amount,kind,portfolio,description,external_id\n"
    imported(f"{header}C1,2026-02-01,100,pac,,Fondo,A1\nC1,2026-03-01,50,,Oro,,A2\nC1,2026-04-01,7,,,,A3\n", by=ada)
    before = list(Sale.objects.order_by("external_id").values(*OF_A_SALE))

    job = imported(
        f"{header}C1,2026-02-02,120,policy,Oro,Altro,A1\nC1,2026-03-01,51,,Oro,,A2\nC1,2026-04-01,8,,,,A3\n"
        "C1,2026-05-01,9,,,,A4\n",
        by=ada,
    )
    assert counts(job) == (1, 3, 0, 0)
    correct_sale(Sale.objects.get(external_id="A3"), {"amount": Decimal(70)}, by=ada, at=AT)
    jobs.ask_for_undo(job, by=ada)
    assert jobs.work_on(job.pk, at=AT)

    job.refresh_from_db()
    assert (job.removed, job.restored, job.kept) == (1, 2, 1)
    after = list(Sale.objects.exclude(external_id="").order_by("external_id").values(*OF_A_SALE))
    assert after[:2] == before[:2]
    assert before[1]["portfolio"] == second.pk
    assert after[2] == {**before[2], "amount": Decimal(70)}, "what somebody has corrected since stays"
    assert Score.objects.get(client=rossi, position=1).monetary == Decimal(220)


def test_a_large_file_waits_for_a_worker(rossi: Client, ada: Membership) -> None:
    stream = BytesIO(b"client,date,amount\nC1,2026-02-01,100\n")
    job = SALES.queue_file(stream, name="vendite.csv", mapping=None, dry_run=False, by=ada)
    assert (job.state, Sale.objects.count()) == ("queued", 0)
    assert jobs.work_on(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, counts(job)) == ("done", (1, 0, 0, 0))
    assert AuditEvent.objects.filter(action="sales.imported").count() == 1


def test_the_command_reports_as_the_contract_says(rossi: Client, firm: Firm, tmp_path: Path) -> None:
    file = tmp_path / "vendite.csv"
    file.write_text("client,date,amount\nC1,2026-02-01,100\nC1,x,1\n")
    out = StringIO()
    call_command("import_sales", "--firm", firm.slug, str(file), "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["created"], report["updated"], report["skipped"]) == (1, 0, 0)
    [error] = report["errors"]
    assert (error["line"], error["column"], error["value"], error["code"]) == (3, "date", "x", "invalid_date")


def test_portfolios_that_left_are_not_on_offer(rossi: Client, ada: Membership) -> None:
    portfolio = create_portfolio(Typology.objects.get(position=1), by=ada, name="Vecchio")
    Portfolio.objects.filter(pk=portfolio.pk).update(active=False)
    job = imported("client,date,amount,portfolio\nC1,2026-02-01,100,Vecchio\n")
    assert refused(job) == [(2, "portfolio", "vecchio", "unknown_portfolio")]
