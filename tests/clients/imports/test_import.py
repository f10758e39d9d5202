"""What an import does to the clients: duplicates, dry run, who may change whom, statements."""

import gzip
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.enums import ClientKind, StatusCause
from clients.imports import services, writing
from clients.imports.mapping import ImportMapping, parse_as
from clients.imports.refusals import FileRefused
from clients.models import (
    ChangedClient,
    Client,
    ClientWord,
    Email,
    ImportedClient,
    ImportJob,
    Label,
    Profile,
    Status,
    StatusChange,
)
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType, ClientPlan
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.clients.imports.cast import clients, counts, import_text, refusals
from tests.shared_data import shared_data

NAMES = {
    "Id": "external_id",
    "Cognome": "last_name",
    "Nome": "first_name",
    "CF": "tax_code",
    "Mail": "email",
    "RFA": "aum",
}
HEADER = "Id;Cognome;Nome;CF;Mail;RFA\n"
CODE, OTHER_CODE = "RSSMRA85T10A562S", "BNCNNA80A41F205U"


def test_a_file_becomes_clients_with_everything_that_hangs_on_them(bound: Firm, alice: Membership) -> None:
    status = Status.objects.create(name="In trattativa")
    text = (
        "Cognome,Nome,Mail,Mail2,Cell,Tel,Via,CAP,Città,Prov,Etichette,Stato,Consulente,Note\n"
        'Rossi,Mario,Mario@X.it,m@y.it,335 1234567,06 69812345,"Via Po, 1",00198,Roma,rm,"Medico, VIP ,medico",'
        'in TRATTATIVA,alice@aurora.example,"due\nrighe"\n'
    )
    columns = {
        "Cognome": "last_name", "Nome": "first_name", "Mail": "email", "Mail2": "email_2", "Cell": "mobile",
        "Tel": "phone", "Via": "street", "CAP": "postal_code", "Città": "city", "Prov": "province",
        "Etichette": "labels", "Stato": "status", "Consulente": "advisor", "Note": "notes",
    }  # fmt: skip

    job = import_text(text, columns)

    [client] = clients()
    assert counts(job) == (1, 0, 0, 0)
    assert (client.name, client.name_key, client.kind) == ("Rossi Mario", "rossi mario", ClientKind.PERSON)
    assert (client.advisor_id, client.status, client.profile.notes) == (alice.pk, status, "due\nrighe")
    assert list(client.emails.values_list("position", "address_key")) == [(1, "mario@x.it"), (2, "m@y.it")]
    assert list(client.phones.values_list("number", "kind")) == [
        ("+393351234567", "mobile"),
        ("+390669812345", "landline"),
    ]
    address = client.addresses.get()
    assert (address.street, address.postal_code, address.city_key, address.province) == (
        "Via Po, 1",
        "00198",
        "roma",
        "RM",
    )
    assert list(client.client_labels.values_list("label__name", flat=True).order_by("label__name")) == ["Medico", "VIP"]
    change = StatusChange.objects.get()
    assert (change.from_status_id, change.to_status_id, change.cause) == (None, status.pk, StatusCause.IMPORT)


def test_a_company_has_its_name_in_one_place(bound: Firm) -> None:
    import_text("Ragione sociale;Cognome;Tipo\nAlfa Srl;;\n;Beta Spa;company\n", None)

    assert [(client.kind, client.name, client.company_name, client.last_name) for client in clients()] == [
        ("company", "Alfa Srl", "Alfa Srl", ""),
        ("company", "Beta Spa", "Beta Spa", ""),
    ]


def test_the_same_file_again_changes_nothing(bound: Firm) -> None:
    text = HEADER + f"1;Rossi;Mario;{CODE};m@x.it;10,50\n2;Bianchi;Anna;;a@x.it;\n;Verdi;;;v@x.it;3\n"
    import_text(text, NAMES)
    before = list(Client.objects.order_by("pk").values())
    ChangedClient.objects.all().delete()

    job = import_text(text, NAMES)

    assert counts(job) == (0, 0, 3, 0)
    assert list(Client.objects.order_by("pk").values()) == before
    assert not ChangedClient.objects.exists()


def test_a_duplicate_is_found_by_external_id_then_tax_code_then_email(bound: Firm) -> None:
    import_text(HEADER + f"1;Rossi;Mario;;;1\n;Bianchi;Anna;{CODE};;1\n;Verdi;Ugo;;u@x.it;1\n", NAMES)

    job = import_text(HEADER + f"1;Rossi;;;;10\n;;;{CODE.lower()};;20\n;;;;U@X.IT;30\n9;Neri;;;;40\n", NAMES)

    assert counts(job) == (1, 3, 0, 0)
    assert [(client.name, str(client.aum)) for client in clients()] == [
        ("Rossi Mario", "10.00"),
        ("Bianchi Anna", "20.00"),
        ("Verdi Ugo", "30.00"),
        ("Neri", "40.00"),
    ]


def test_an_update_leaves_what_the_file_does_not_say_and_counts_up_the_version(bound: Firm) -> None:
    import_text(HEADER + "1;Rossi;Mario;;m@x.it;10\n2;Verdi;Ugo;;;1\n", NAMES)

    import_text(
        "Id;Nome;Mail;RFA\n1;Maria;new@x.it;\n2;Ugo;;1\n", {name: NAMES[name] for name in ("Id", "Nome", "Mail", "RFA")}
    )

    rossi, verdi = clients()
    assert (rossi.name, rossi.name_key, str(rossi.aum), rossi.version) == ("Rossi Maria", "rossi maria", "10.00", 2)
    assert list(Email.objects.order_by("position").values_list("address", flat=True)) == ["m@x.it", "new@x.it"]
    assert verdi.version == 1
    assert list(ChangedClient.objects.order_by("client_id").values_list("client_id", flat=True)) == [rossi.pk, verdi.pk]


def test_on_skip_existing_clients_stay_as_they_are(bound: Firm) -> None:
    import_text(HEADER + "1;Rossi;Mario;;;10\n", NAMES)

    job = import_text(HEADER + "1;Rossi;Mario;;;99\n2;Verdi;;;;1\n2;Verdi;;;;2\n", NAMES, on_duplicate="skip")

    assert counts(job) == (1, 0, 2, 0)
    assert [str(client.aum) for client in clients()] == ["10.00", "1.00"]


def test_on_create_only_external_ids_are_compared(bound: Firm) -> None:
    import_text(HEADER + "1;Rossi;Mario;;m@x.it;10\n", NAMES)

    job = import_text(HEADER + ";Rossi;Mario;;m@x.it;10\n1;Rossi;Mario;;;10\n", NAMES, on_duplicate="create")

    assert counts(job) == (1, 0, 0, 1)
    assert refusals(job) == [{"line": 3, "column": "Id", "value": "1", "code": "duplicate_external_id"}]


def test_rows_of_one_client_in_one_file_become_one_client_and_the_last_word_counts(bound: Firm) -> None:
    text = HEADER + f"1;Rossi;Mario;;;10\n1;Rossi;;{CODE};;\n;Rossi;Mario;{CODE};m@x.it;30\n;;;;m@x.it;40\n"

    job = import_text(text, NAMES)

    [client] = clients()
    assert counts(job) == (1, 0, 3, 0)
    assert (client.name, client.external_id, client.tax_code, str(client.aum)) == ("Rossi Mario", "1", CODE, "40.00")


@pytest.mark.parametrize("other", ["2;Rossi;Anna;;casa@x.it;2\n", f";Rossi;Ugo;{OTHER_CODE};casa@x.it;3\n"])
def test_a_stronger_sign_holds_apart_what_a_weaker_one_would_join(bound: Firm, other: str) -> None:
    text = HEADER + f"1;Rossi;Mario;{CODE};casa@x.it;1\n" + other

    for created in (2, 0):
        assert counts(import_text(text, NAMES)) == (created, 0, 2 - created, 0)


def test_an_email_of_two_clients_says_nothing(bound: Firm) -> None:
    import_text(HEADER + "1;Rossi;Mario;;casa@x.it;1\n2;Rossi;Anna;;casa@x.it;2\n", NAMES)

    job = import_text(HEADER + ";Rossi;Chi;;casa@x.it;9\n", NAMES)

    assert refusals(job) == [{"line": 2, "column": "Mail", "value": "casa@x.it", "code": "ambiguous_duplicate"}]


def test_a_dry_run_counts_the_same_and_writes_nothing(bound: Firm) -> None:
    import_text(HEADER + "1;Rossi;Mario;;;10\n", NAMES)
    before = list(Client.objects.values())
    text = HEADER + "1;Rossi;Mario;;;20\n2;Verdi;;;;1\n3;Neri;;;;x\n"

    dry = import_text(text, NAMES, dry_run=True)

    assert list(Client.objects.values()) == before
    assert (Profile.objects.count(), Label.objects.count()) == (1, 0)
    assert counts(dry) == counts(import_text(text, NAMES)) == (1, 1, 0, 1)
    assert refusals(dry) == [{"line": 4, "column": "RFA", "value": "x", "code": "invalid_amount"}]


def test_an_advisor_sees_what_he_imports_and_cannot_change_what_he_does_not_see(bound: Firm, alice: Membership) -> None:
    import_text(HEADER + "1;Rossi;Mario;;;10\n", NAMES)

    job = import_text(HEADER + "1;Rossi;Mario;;;99\n2;Verdi;;;;1\n", NAMES, by=alice)

    assert counts(job) == (1, 0, 0, 1)
    assert refusals(job) == [{"line": 2, "column": "Id", "value": "1", "code": "not_your_client"}]
    assert [(str(client.aum), client.advisor_id) for client in clients()] == [("10.00", None), ("1.00", alice.pk)]


def test_another_firm_is_neither_matched_nor_touched(bound: Firm, other_firm: Firm) -> None:
    with use_firm(other_firm):
        import_text(HEADER + f"1;Altrui;Carlo;{CODE};c@x.it;10\n", NAMES)

    job = import_text(HEADER + f"1;Rossi;Mario;{CODE};c@x.it;20\n", NAMES)

    assert counts(job) == (1, 0, 0, 0)
    with use_firm(other_firm):
        assert [(client.name, client.version) for client in clients()] == [("Altrui Carlo", 1)]


def test_an_import_leaves_a_line_in_the_audit_trail(bound: Firm, ada: Membership) -> None:
    import_text("Cognome\nRossi\n", by=ada)

    event = AuditEvent.objects.filter(action="client.imported").get()
    assert (event.by_id, event.after["created"]) == (ada.pk, 1)


def test_the_meetings_of_a_file_are_at_noon_of_the_firm_and_only_once_a_day(bound: Firm) -> None:
    columns = {"Id": "external_id", "Cognome": "last_name", "Ultimo": "last_meeting_on", "Prossimo": "next_meeting_on"}
    text = "Id;Cognome;Ultimo;Prossimo\n1;Rossi;15/01/2025;15/07/2030\n1;Rossi;16/01/2025;\n2;Verdi;;\n"

    for _ in range(2):
        import_text(text, columns)

    plan = ClientPlan.objects.get(client__external_id="1")
    assert (plan.last_meeting_on, plan.next_meeting_on) == (date(2025, 1, 16), date(2030, 7, 15))
    default = AppointmentType.objects.get(is_default_meeting=True)
    found = Appointment.objects.order_by("starts_at")
    assert [(meeting.starts_at, meeting.state, meeting.counts) for meeting in found] == [
        (datetime(2025, 1, 15, 11, tzinfo=UTC), AppointmentState.HELD, True),
        (datetime(2025, 1, 16, 11, tzinfo=UTC), AppointmentState.HELD, True),
        (datetime(2030, 7, 15, 10, tzinfo=UTC), AppointmentState.PLANNED, True),
    ]
    assert {(meeting.type_id, meeting.origin) for meeting in found} == {(default.pk, AppointmentOrigin.IMPORT)}


def test_without_a_default_meeting_type_no_meeting_can_be_imported(bound: Firm) -> None:
    AppointmentType.objects.update(is_default_meeting=False)

    with pytest.raises(FileRefused) as refused:
        import_text("Cognome;Ultimo\nRossi;15/01/2025\n", {"Cognome": "last_name", "Ultimo": "last_meeting_on"})

    assert refused.value.why == "no_default_meeting_type"
    assert not ImportJob.objects.exists()


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(bound: Firm) -> None:
    def statements(first: int, rows: int) -> int:
        text = "Id;Cognome;Mail;Cell;Città;Etichette;RFA;Ultimo\n" + "".join(
            f"{n};Cliente {n};c{n}@x.it;335{n:07};Roma;E{n % 7};{n};15/01/2025\n" for n in range(first, first + rows)
        )
        columns = {
            "Id": "external_id", "Cognome": "last_name", "Mail": "email", "Cell": "mobile", "Città": "city",
            "Etichette": "labels", "RFA": "aum", "Ultimo": "last_meeting_on",
        }  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            import_text(text, columns)
        return len(captured)

    statements(0, 1)  # the fields of the firm are asked for once in a transaction
    assert statements(0, 10) == statements(10, 1_000) == statements(500, 700)


def test_a_file_in_portions_leaves_what_it_leaves_as_a_whole(bound: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PORTION_ROWS", 2)
    monkeypatch.setattr(services, "IDS_AT_ONCE", 3)
    monkeypatch.setattr(services, "AT_ONCE", 2)
    # A row that is refused, one of a known client and two of one new client lie among the portions.
    known = "Id;Cognome;Mail;Cell;Città\n3;Terzo;;;\n"
    text = "Id;Cognome;Mail;Cell;Città\n" + "".join(
        f"{number};{'' if number == 4 else f'Cliente {number}'};c{number}@x.it;33512345{number:02};Roma\n"
        for number in (0, 1, 2, 3, 4, 5, 6, 7, 1)
    )
    columns = {"Id": "external_id", "Cognome": "last_name", "Mail": "email", "Cell": "mobile", "Città": "city"}
    import_text(known, columns)

    job = import_text(text, columns)

    assert counts(job) == (6, 1, 1, 1)
    written = {client.external_id: client for client in clients()}
    assert [client.external_id for client in clients()] == ["3", "0", "1", "2", "5", "6", "7"]
    for number in "0123567":
        client = written[number]
        assert [email.address for email in client.emails.all()] == [f"c{number}@x.it"]
        assert client.phones.count() == client.addresses.count() == 1
    imported = ImportedClient.objects.filter(import_job=job)
    assert {row.client_id: row.created for row in imported} == {
        client.pk: client.external_id != "3" for client in written.values()
    }
    assert {mark.client_id for mark in ChangedClient.objects.all()} == {client.pk for client in written.values()}
    assert set(ClientWord.objects.filter(word="cliente").values_list("client_id", flat=True)) == {
        client.pk for client in written.values()
    }


def test_a_portion_more_takes_a_constant_number_of_statements(bound: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PORTION_ROWS", 10)

    def statements(rows: int) -> int:
        text = "Cognome;Mail\n" + "".join(f"Cliente {number};c{rows}-{number}@x.it\n" for number in range(rows))
        with CaptureQueriesContext(connection) as captured:
            import_text(text, {"Cognome": "last_name", "Mail": "email"})
        return len(captured)

    statements(1)
    one, two, five = statements(10), statements(20), statements(50)

    assert 0 < two - one <= 6
    assert five - one == 4 * (two - one)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"columns": {"Cognome": "cognome"}}, "unknown_target"),
        ({"columns": {}}, "columns_required"),
        ({"columns": ["Cognome"]}, "not_a_mapping"),
        ({"columns": {"A": "aum", "B": "aum"}}, "duplicate_target"),
        ({"columns": {"A": "name", "B": "last_name"}}, "duplicate_target"),
        ({}, "columns_required"),
        ({"columns": {"A": "aum"}, "colour": 1}, "unknown_key"),
        ({"columns": {"A": "aum"}, "delimiter": ":"}, "unknown_delimiter"),
        ({"columns": {"A": "aum"}, "encoding": "klingon"}, "unknown_encoding"),
        ({"columns": {"A": "aum"}, "encoding": "base64"}, "unknown_encoding"),
        ({"columns": {"A": "aum"}, "date_format": "yyyy"}, "unknown_date_format"),
        ({"columns": {"A": "aum"}, "decimal": "'"}, "unknown_decimal"),
        ({"columns": {"A": "aum"}, "on_duplicate": "replace"}, "unknown_on_duplicate"),
        ([], "not_a_mapping"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_which_part(mapping: object, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse_as(ImportMapping, mapping)

    assert refused.value.why == code
    assert list(refused.value.message_dict)[0].startswith("mapping")
    assert "%(" not in " ".join(refused.value.messages)


def test_the_bank_file_goes_in(bound: Firm) -> None:
    """Every row but those with a negative balance, which are refused with line, column and value."""
    lines = gzip.decompress(shared_data("bank_marketing", "bank-full.csv.gz").read_bytes()).decode().splitlines()
    rows = [line.replace('"', "").split(";") for line in lines[1:]]
    text = "Id;Cliente;Nato;Lavoro;Saldo\n" + "".join(
        f"{n};Contatto {n};{2008 - int(row[0])}-01-01;{row[1]};{row[5]}\n" for n, row in enumerate(rows)
    )
    columns = {
        "Id": "external_id",
        "Cliente": "last_name",
        "Nato": "birth_date",
        "Lavoro": "profession",
        "Saldo": "aum",
    }

    job = import_text(text, columns)

    negative = [(n + 2, row[5]) for n, row in enumerate(rows) if int(row[5]) < 0]
    assert refusals(job) == [
        {"line": line, "column": "Saldo", "value": value, "code": "negative_amount"} for line, value in negative
    ]
    assert counts(job) == (len(rows) - len(negative), 0, 0, len(negative))
    assert list(Client.objects.order_by("pk").values_list("external_id", "aum")[:1]) == [("0", 2143)]
    assert Profile.objects.filter(profession_key="admin.", birth_date=date(1970, 1, 1)).exists()
