"""An import step by step: the file is kept, mapped, checked, corrected, run, cancelled and taken back."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients import services as client_services
from clients.enums import ImportState, KeptReason
from clients.imports import checking, jobs
from clients.models import (
    Client,
    ClientWord,
    Email,
    ImportedClient,
    ImportedRow,
    ImportJob,
    ImportPiece,
    ImportRow,
    Label,
    Profile,
)
from scheduling.models import Appointment, ClientPlan
from scheduling.services import cancel_appointment, set_cadence_exception
from tenants.models import AuditEvent, Firm, Membership
from tests.clients.imports.cast import clients, import_text, refusals

TEXT = "Id;Cognome;Nome;Mail;RFA;Ultimo incontro\n"
ROWS = "1;Rossi;Mario;m@x.it;10,50;15/01/2025\n2;Verdi;Ugo;;x;\n3;Neri;Ada;a@x.it;3;\n"
COLUMNS = {
    "Id": "external_id",
    "Cognome": "last_name",
    "Nome": "first_name",
    "Mail": "email",
    "RFA": "aum",
    "Ultimo incontro": "last_meeting_on",
}


def hand_in(text: str | bytes, *, by: Membership | None = None, name: str = "clienti.csv") -> ImportJob:
    content = text if isinstance(text, bytes) else text.encode()
    return jobs.hand_in(io.BytesIO(content), name=name, by=by, at=timezone.now())


def work(job: ImportJob) -> ImportJob:
    assert jobs.note_attempt(job.pk)
    assert jobs.work_on(job.pk, at=timezone.now())
    job.refresh_from_db()
    return job


def checked(text: str, *, by: Membership | None = None, **mapping: Any) -> ImportJob:
    job = hand_in(text, by=by)
    jobs.choose_mapping(job, {"columns": COLUMNS, **mapping})
    return work(job)


def imported(text: str, *, by: Membership | None = None, **mapping: Any) -> ImportJob:
    job = checked(text, by=by, **mapping)
    jobs.start(job)
    return work(job)


def undone(job: ImportJob, *, by: Membership | None = None) -> ImportJob:
    jobs.ask_for_undo(job, by=by)
    return work(job)


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Every row that an import may touch, but for what counts the changes of a row."""
    found = {}
    for model in (Client, Profile, Email, Label, Appointment, ClientPlan, ClientWord):
        rows = model.objects.order_by("pk").values()
        found[model.__name__] = [
            {name: value for name, value in row.items() if name not in ("version", "updated_at")} for row in rows
        ]
    return found


def test_a_file_is_kept_and_described_before_anything_is_decided(bound: Firm, alice: Membership) -> None:
    text = "Cognome;Posta;Nato il\nRossi;m@x.it;3/14/1970\nNeri;a@x.it;\nVerdi;v@x.it;\n"
    job = hand_in(text, by=alice)

    layout = job.layout
    assert (job.state, layout["kind"], layout["encoding"], layout["delimiter"]) == ("draft", "csv", "utf-8", ";")
    assert layout["columns"] == {"Cognome": "last_name", "Posta": "email"}, "one by its name, one by what it holds"
    assert (layout["date_order"], layout["samples"][1]) == ("mdy", ["m@x.it", "a@x.it", "v@x.it"])
    assert (job.size, ImportPiece.objects.count(), Client.objects.count()) == (len(text), 1, 0)


def test_the_check_says_what_would_become_of_the_rows_and_writes_none(bound: Firm) -> None:
    import_text("Id;Cognome\n1;Rossi\n", {"Id": "external_id", "Cognome": "last_name"})

    job = checked(TEXT + ROWS + "4;;;;;\n")

    assert (job.state, job.rows, job.created, job.updated, job.error_count) == ("checked", 4, 1, 1, 2)
    found = {row.line: row.refusals for row in ImportRow.objects.filter(import_job=job)}
    assert [(each["place"], each["code"]) for each in found[3]] == [(4, "invalid_amount")]
    assert [(each["place"], each["code"]) for each in found[5]] == [(None, "required")]
    assert (found[2], found[4]) == (None, None)
    assert Client.objects.count() == 1


def test_a_corrected_cell_is_read_again_and_imported(bound: Firm) -> None:
    job = checked(TEXT + ROWS)

    row = checking.correct_cell(job, 3, 4, "1.000,00")

    assert (row.refusals, row.corrected) == (None, {"4": "x"})
    assert checking.correct_cell(job, 4, 4, "molto").refusals[0]["code"] == "invalid_amount"
    checking.drop_row(job, 2, dropped=True)
    jobs.start(job)
    done = work(job)
    assert (done.state, done.created, done.error_count) == ("done", 1, 1)
    assert [(client.name, str(client.aum)) for client in clients()] == [("Verdi Ugo", "1000.00")]
    assert refusals(done) == [{"line": 4, "column": "RFA", "value": "molto", "code": "invalid_amount"}]
    # Only the refused row stays, for whoever mends it.
    assert list(ImportRow.objects.values_list("line", flat=True)) == [4]
    assert not ImportPiece.objects.exists()


def test_a_row_of_the_wrong_length_can_be_completed(bound: Firm) -> None:
    job = checked(TEXT + "1;Rossi\n")

    row = checking.correct_cell(job, 2, 3, "m@x.it")

    assert (row.cells, row.refusals) == (["1", "Rossi", "", "m@x.it", "", ""], None)


def test_a_cell_that_cannot_be_stored_stays_refused_until_it_is_corrected(bound: Firm) -> None:
    job = hand_in("Cognome;RFA\nCittà;1\nPerù;1\n".encode() + b"Verd\xec;1\n")
    jobs.choose_mapping(job, {"columns": {"Cognome": "last_name", "RFA": "aum"}})
    work(job)

    assert [each["code"] for each in checking.correct_cell(job, 4, 1, "2").refusals] == ["invalid_text"]
    assert checking.correct_cell(job, 4, 0, "Verdi").refusals is None


@pytest.mark.parametrize(("line", "place"), [(99, 0), (2, 6), (2, -1)])
def test_there_is_no_correcting_what_is_not_there(bound: Firm, line: int, place: int) -> None:
    job = checked(TEXT + ROWS)

    with pytest.raises(ValidationError):
        checking.correct_cell(job, line, place, "x")


def test_a_file_can_be_read_differently(bound: Firm) -> None:
    job = hand_in("Città di Nicolò;elenco\nCognome,Nome\nNicolò,Pìo\n".encode("cp850"))

    jobs.read_differently(job, {"encoding": "cp850", "delimiter": ",", "header_line": 2})

    assert job.layout["header"] == ["Cognome", "Nome"]
    assert job.layout["samples"] == [["Nicolò"], ["Pìo"]]
    jobs.choose_mapping(job, job.mapping)
    jobs.start(work(job))
    work(job)
    assert [client.name for client in clients()] == ["Nicolò Pìo"]


def test_columns_of_one_name_and_without_a_name_can_be_mapped(bound: Firm) -> None:
    job = hand_in("Cognome;RFA;;RFA\nRossi;1;m@x.it;2\n")

    assert job.layout["header"] == ["Cognome", "RFA (1)", "#3", "RFA (2)"]
    jobs.choose_mapping(job, {"columns": {"Cognome": "last_name", "RFA (2)": "aum", "#3": "email"}})
    jobs.start(work(job))
    work(job)
    [client] = clients()
    assert (str(client.aum), client.emails.get().address) == ("2.00", "m@x.it")


def test_duplicates_are_found_only_by_the_chosen_signs(bound: Firm) -> None:
    imported(TEXT + "1;Rossi;Mario;m@x.it;;\n")

    job = imported(TEXT + ";Rossi;Maria;m@x.it;;\n", match_on=["external_id", "tax_code"])

    assert (job.created, job.updated, Client.objects.count()) == (1, 0, 2)


def test_an_import_is_taken_back_row_by_row(bound: Firm, ada: Membership) -> None:
    imported(TEXT + "1;Rossi;Mario;m@x.it;10;\n2;Verdi;Ugo;;5;\n")
    before = snapshot()

    job = imported(TEXT + "1;Bianchi;Maria;new@x.it;99,00;15/01/2025\n3;Neri;Ada;a@x.it;3;16/01/2025\n2;Verdi;;;;\n")
    assert (job.created, job.updated, job.skipped) == (1, 1, 1)
    assert snapshot() != before
    undone(job, by=ada)

    assert snapshot() == before
    assert (job.state, job.removed, job.restored, job.kept) == ("undone", 1, 1, 0)
    assert [client.version for client in clients()] == [3, 1], "whoever holds an older version must notice"
    assert not ImportedClient.objects.filter(import_job=job).exists()
    assert not ImportedRow.objects.filter(import_job=job).exists()
    event = AuditEvent.objects.get(action="client.import_undone")
    assert (event.by, event.after["removed"]) == (ada, 1)


def test_labels_and_addresses_are_taken_back_too(bound: Firm) -> None:
    columns = {"Id": "external_id", "Cognome": "last_name", "Etichette": "labels", "Via": "street", "Città": "city"}
    text = "Id;Cognome;Etichette;Via;Città\n"
    import_text(text + "1;Rossi;Vecchia;Via Po 1;Roma\n", columns)
    job = import_text(text + "1;Rossi;Nuova;Via Nuova 2;\n2;Neri;Nuova, Vecchia;;\n", columns)

    undone(job)

    [client] = clients()
    assert [own.label.name for own in client.client_labels.all()] == ["Vecchia"]
    assert (client.addresses.get().street, client.addresses.get().city) == ("Via Po 1", "Roma")
    assert list(Label.objects.values_list("name", flat=True)) == ["Vecchia"]


def test_whoever_was_changed_or_used_since_stays_and_is_reported(bound: Firm, ada: Membership) -> None:
    text = TEXT + "1;Rossi;Mario;;;\n2;Verdi;Ugo;;;15/01/2025\n3;Neri;Ada;;;\n4;Blu;Pia;;;15/01/2030\n"
    job = imported(text.replace("Ultimo incontro", "Prossimo"), by=ada, columns=COLUMNS_WITH_NEXT)
    rossi, _verdi, neri, blu = clients()
    client_services.update_client(rossi, {"first_name": "Mariano"}, version=1, by=ada, at=timezone.now())
    cancel_appointment(Appointment.objects.get(client=blu), by=ada, at=timezone.now())
    set_cadence_exception(neri, yearly_meetings=2, reason="As agreed", by=ada, at=timezone.now())

    undone(job, by=ada)

    assert [client.name for client in clients()][0] == "Rossi Mariano"
    kept = dict(ImportedClient.objects.filter(import_job=job).values_list("client_id", "kept"))
    assert kept[rossi.pk] == KeptReason.CHANGED
    assert kept[blu.pk] == kept[neri.pk] == KeptReason.USED
    assert (job.state, job.removed, job.kept) == ("undone", 1, 3)
    assert Appointment.objects.filter(client=blu).exists()


COLUMNS_WITH_NEXT = {**{k: v for k, v in COLUMNS.items() if k != "Ultimo incontro"}, "Prossimo": "next_meeting_on"}


def test_an_import_is_undone_once_and_a_dry_run_never(bound: Firm) -> None:
    job = undone(imported(TEXT + ROWS))
    dry = import_text("Cognome\nRossi\n", dry_run=True)

    for each in (job, dry):
        with pytest.raises(ValidationError):
            jobs.ask_for_undo(each, by=None)


def test_after_the_undo_the_same_file_can_be_imported_again(bound: Firm) -> None:
    undone(imported(TEXT + ROWS))

    assert imported(TEXT + ROWS).created == 2


def test_a_cancelled_import_leaves_nothing(bound: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    job = checked(TEXT + ROWS)
    before = snapshot()
    jobs.start(job)
    jobs.note_attempt(job.pk)
    ImportJob.objects.filter(pk=job.pk).update(cancel_requested=True)

    jobs.work_on(job.pk, at=timezone.now())

    job.refresh_from_db()
    assert (job.state, snapshot()) == (ImportState.CANCELLED, before)
    assert not ImportRow.objects.exists()
    assert not ImportPiece.objects.exists()


def test_a_draft_is_cancelled_at_once(bound: Firm) -> None:
    job = hand_in(TEXT + ROWS)

    jobs.cancel(job)

    assert job.state == ImportState.CANCELLED
    assert not ImportPiece.objects.exists()
    with pytest.raises(ValidationError):
        jobs.choose_mapping(job, {"columns": COLUMNS})


def test_a_job_that_ends_its_workers_is_given_up(bound: Firm) -> None:
    job = checked(TEXT + ROWS)
    jobs.start(job)

    attempts = [jobs.note_attempt(job.pk) for _ in range(jobs.MOST_ATTEMPTS + 1)]

    job.refresh_from_db()
    assert attempts == [True] * jobs.MOST_ATTEMPTS + [False]
    assert (job.state, Client.objects.count()) == (ImportState.FAILED, 0)


def test_a_mapping_that_proves_wrong_leads_back_to_the_mapping(bound: Firm) -> None:
    job = hand_in("Cognome;Nome\n")
    jobs.choose_mapping(job, {"columns": {"Cognome": "last_name"}})

    work(job)

    assert (job.state, bool(job.failure)) == (ImportState.DRAFT, True)


def test_the_wizard_asks_the_same_statements_for_few_rows_and_many(bound: Firm) -> None:
    def statements(first: int, rows: int, act: Callable[[str], ImportJob]) -> int:
        text = TEXT + "".join(f"{n};C{n};N;c{n}@x.it;{n};15/01/2025\n" for n in range(first, first + rows))
        with CaptureQueriesContext(connection) as captured:
            job = act(text)
        assert job.state in (ImportState.DONE, ImportState.UNDONE)
        return len(captured)

    def there_and_back(text: str) -> ImportJob:
        return undone(imported(text))

    imported(TEXT + "x;X;X;x@y.it;1;15/01/2025\n")  # what is remembered of a firm is read now
    assert statements(0, 10, imported) == statements(10, 900, imported)
    # Django deletes by the hundred.
    assert statements(2_000, 10, there_and_back) + 900 // 20 > statements(3_000, 900, there_and_back)


def test_old_drafts_and_undos_are_forgotten(bound: Firm) -> None:
    draft, done = hand_in(TEXT + ROWS), imported(TEXT + ROWS)
    long_ago = timezone.now() - jobs.UNDO_KEPT * 2
    ImportJob.objects.update(created_at=long_ago)

    jobs.forget_old(at=timezone.now())

    draft.refresh_from_db()
    assert draft.state == ImportState.CANCELLED
    assert not ImportedClient.objects.filter(import_job=done).exists()
    with pytest.raises(ValidationError):
        jobs.ask_for_undo(done, by=None)


def test_a_contact_is_linked_to_a_company_of_the_firm_or_of_the_file_and_back(bound: Firm) -> None:
    columns = {"Id": "external_id", "Cognome": "last_name", "Ditta": "company", "Tipo": "kind"}
    import_text("Id;Cognome;Ditta;Tipo\na1;Alfa Srl;;company\n1;Rossi;;\n", columns)
    before = snapshot()

    job = import_text(
        "Id;Cognome;Ditta;Tipo\n1;;alfa SRL;\n2;Verdi;a1;\n3;Neri;Beta Spa;\n4;Blu;Ignota;\nb1;Beta Spa;;company\n",
        columns,
    )

    linked = {client.name: client.profile.company and client.profile.company.name for client in clients()}
    assert linked == {"Alfa Srl": None, "Rossi": "Alfa Srl", "Verdi": "Alfa Srl", "Neri": "Beta Spa", "Beta Spa": None}
    assert refusals(job) == [{"line": 5, "column": "Ditta", "value": "Ignota", "code": "unknown_company"}]
    undone(job)
    assert snapshot() == before
