"""Clients as a file, and the same file back as clients."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
import vobject
from defusedxml import ElementTree
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from clients import guarding, services
from clients.enums import ExportFormat, ExportScope, ExportState
from clients.exports import services as exports
from clients.imports import spreadsheets
from clients.imports.mapping import ImportMapping
from clients.imports.reading import open_source
from clients.models import Address, Client, ExportedClient, ExportJob, ExportPiece, Label, ListEntry, Profile, Status
from clients.queries import visible_clients
from tenants.models import AuditEvent, Firm, Membership
from tests.clients.imports.cast import import_text

NASTY = ("=1+1", "+39", "-x", "@cmd", "'=x", "''=x", "a;b", 'a"b', "a\n=b", "＝1", "Nicolò «Ω»", "<script>")


def make(by: Membership, **values: Any) -> Client:
    return services.create_client({"kind": "person", **values}, by=by, at=timezone.now())


def exported(
    by: Membership, kind: ExportFormat, *, scope: ExportScope = ExportScope.ALL, **asked: Any
) -> tuple[ExportJob, bytes]:
    job = exports.ask_for_export(visible_clients(by), format=kind, scope=scope, by=by, **asked)
    assert exports.note_attempt(job.pk)
    exports.write_export(job.pk, at=timezone.now())
    job.refresh_from_db()
    file, _writer = exports.opened(job)
    with file:
        return job, file.read()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def facts() -> list[dict[str, Any]]:
    """What a client is, without the numbers of his rows."""
    found = []
    for client in Client.objects.order_by("last_name", "company_name", "pk"):
        profile = {
            field.name: getattr(client.profile, field.name)
            for field in client.profile._meta.concrete_fields
            if field.name not in ("client", "firm")
        }
        found.append(
            profile
            | {name: getattr(client, name) for name in ("kind", "name", "tax_code", "vat_number", "aum", "status_id")}
            | {name: getattr(client, name) for name in ("advisor_id", "external_source", "external_id")}
            | {
                "emails": sorted(client.emails.values_list("address", flat=True)),
                "phones": sorted(client.phones.values_list("number", "kind")),
                "addresses": list(client.addresses.values("street", "postal_code", "city", "province", "country")),
                "labels": sorted(client.client_labels.values_list("label__name", flat=True)),
            }
        )
    return found


@pytest.fixture
def people(bound: Firm, ada: Membership) -> Membership:
    status = Status.objects.create(name="In trattativa")
    for number, text in enumerate(NASTY):
        make(ada, last_name=text.replace("\n", " "), first_name="Ada", notes=text, external_id=f"x{number}")
    label = Label.objects.create(name="=VIP")
    make(
        ada,
        last_name="Rossi",
        first_name="Mario",
        tax_code="RSSMRA85T10A562S",
        aum=Decimal("1234.56"),
        status=status,
        advisor=ada,
        birth_date=date(1985, 12, 10),
        is_pep=False,
        privacy_consent=True,
        emails=[{"address": "m@x.it"}, {"address": "b@x.it"}],
        phones=[{"number": "+393351234567", "kind": "mobile"}, {"number": "+390669812345", "kind": "landline"}],
        addresses=[{"street": "Via Po, 1", "postal_code": "00198", "city": "Roma", "province": "RM", "country": "IT"}],
        labels=[label],
        risk_profile=ListEntry.objects.get(code="balanced"),
    )
    make(ada, kind="company", company_name="Società & C.", vat_number="00743110157")
    return ada


def test_what_goes_out_as_csv_comes_back_as_it_was(people: Membership) -> None:
    before = facts()
    _job, content = exported(people, ExportFormat.CSV)
    Client.objects.update(external_id="")
    for client in list(Client.objects.all()):
        exports_removed(client)

    import_text(content, by=people)

    after = facts()
    for old, new in zip(before, after, strict=True):
        assert {name: (old[name], new[name]) for name in old if old[name] != new[name]} == {}


def exports_removed(client: Client) -> None:
    from clients import holdings  # noqa: PLC0415

    holdings.delete_clients([client.pk])


def test_what_goes_out_as_excel_comes_back_as_it_was(people: Membership) -> None:
    before = facts()
    _job, content = exported(people, ExportFormat.XLSX)
    for client in list(Client.objects.all()):
        exports_removed(client)

    job = import_text(content, by=people)

    assert job.error_count == 0
    assert facts() == before


def test_no_cell_of_a_csv_is_a_formula(people: Membership) -> None:
    _job, content = exported(people, ExportFormat.CSV)

    assert content.startswith("\ufeff".encode()), "or Excel takes it for Windows-1252"
    assert content.decode("utf-8-sig").splitlines()[0].count('";"') > 10, "what an Italian Excel parts cells by"
    cells = [cell for row in table(content) for cell in row.values()]
    assert cells
    assert not [cell for cell in cells if cell and cell[0] in "=+-@\t\r\n＝＋－＠"]
    assert "1234,56" in cells


def test_a_workbook_holds_texts_numbers_and_days_and_no_formula(people: Membership) -> None:
    _job, content = exported(people, ExportFormat.XLSX)

    with open_source(io.BytesIO(content), recognise=ImportMapping().recognise) as source:
        header, rows = source.header, [row.cells for row in source.rows()]
    found = {row[header.index("Cognome")]: row for row in rows}
    assert found["Rossi"][header.index("RFA (AUM)")] == "1234.56"
    assert found["Rossi"][header.index("Data di nascita")] == "1985-12-10"
    assert set(NASTY[:6]) <= set(found)


def cells_by_the_standard(content: bytes) -> tuple[list[list[Any]], set[str | None]]:
    """The first sheet as ECMA-376 describes it, read with nothing but a zip and XML; and the types of its cells."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        shared = "xl/sharedStrings.xml"
        known = (
            ElementTree.fromstring(archive.read(shared)).findall(f"{main}si") if shared in archive.namelist() else []
        )
    assert sheet.findall(f".//{main}f") == [], "a formula"
    texts = ["".join(part.text or "" for part in item.iter(f"{main}t")) for item in known]
    rows, kinds = [], set()
    for row in sheet.iter(f"{main}row"):
        cells: list[Any] = []
        for cell in row:
            letters = re.match("[A-Z]+", cell.attrib["r"])
            assert letters
            place = reduce(lambda sum_, letter: sum_ * 26 + ord(letter) - 64, letters[0], 0) - 1
            cells += [""] * (place - len(cells))
            kinds.add(cell.get("t"))
            number = cell.findtext(f"{main}v")
            match cell.get("t"):
                case "inlineStr":
                    cells.append("".join(part.text or "" for part in cell.iter(f"{main}t")))
                case "s":
                    cells.append(texts[int(number or 0)])
                case None:
                    cells.append(float(number) if number else "")
        rows.append(cells)
    return rows, kinds


def test_two_readers_that_know_nothing_of_each_other_read_the_same_workbook(people: Membership) -> None:
    """No spreadsheet program runs here: Calamine, which is Rust, and the letter of the standard stand for it."""
    _job, content = exported(people, ExportFormat.XLSX)

    plain, kinds = cells_by_the_standard(content)
    read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    assert kinds <= {"inlineStr", "s", None}, "texts are forced to be texts"
    assert len(plain) == len(read) == 1 + Client.objects.count()
    for by_hand, by_calamine in zip(plain, read, strict=True):
        padded = by_hand + [""] * (len(by_calamine) - len(by_hand))
        assert padded == [
            float((cell - date(1899, 12, 30)).days) if isinstance(cell, date) else cell for cell in by_calamine
        ]
    column = [row[plain[0].index("Cognome")] for row in plain]
    assert set(NASTY[:6]) <= set(column)


def test_json_is_one_object_for_each_client(people: Membership) -> None:
    _job, content = exported(people, ExportFormat.JSON)

    [rossi] = [each for each in json.loads(content) if each["last_name"] == "Rossi"]
    assert (rossi["kind"], rossi["aum"], rossi["birth_date"], rossi["status"]) == (
        "person", "1234.56", "1985-12-10", "In trattativa",
    )  # fmt: skip
    assert [email["address"] for email in rossi["emails"]] == ["m@x.it", "b@x.it"]
    assert rossi["labels"] == ["=VIP"]


def test_vcards_are_read_by_others_and_by_ourselves(people: Membership) -> None:
    _job, content = exported(people, ExportFormat.VCARD)

    cards = list(vobject.readComponents(content.decode()))
    assert len(cards) == Client.objects.count()
    names = {client.name for client in Client.objects.all()}
    for client in list(Client.objects.all()):
        exports_removed(client)
    import_text(content, by=people)
    assert {client.name for client in Client.objects.all()} == names
    rossi = Client.objects.get(last_name="Rossi")
    assert (rossi.profile.birth_date, rossi.addresses.get().street) == (date(1985, 12, 10), "Via Po, 1")
    assert set(rossi.phones.values_list("number", flat=True)) == {"+393351234567", "+390669812345"}


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_no_text_ends_its_card_or_begins_another(people: Membership, end: str) -> None:
    """Past every service, as if an older version had let it in (security.md T18)."""
    hostile = end.join(("x", "END:VCARD", "BEGIN:VCARD", "FN:Evil"))
    Client.objects.filter(last_name="Rossi").update(last_name=hostile, first_name=hostile, name=hostile)
    Address.objects.update(street=hostile, city=hostile)
    Profile.objects.update(profession=hostile)
    Label.objects.update(name=hostile)

    _job, content = exported(people, ExportFormat.VCARD)

    lines = content.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert lines.count("BEGIN:VCARD") == lines.count("END:VCARD") == Client.objects.count()
    assert not [line for line in lines if line.startswith("FN:Evil")]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_guarded_text_is_no_formula_and_is_freed_again(text: str) -> None:
    assert guarding.freed(guarding.guarded(text)) == text
    assert not guarding.guarded(text)[:1] or guarding.guarded(text)[0] not in "=+-@\t\r\n＝＋－＠"


def test_a_list_goes_out_with_its_columns_in_its_order(people: Membership) -> None:
    _job, content = exported(
        people, ExportFormat.CSV, scope=ExportScope.LIST, columns=["name", "aum", "status"], ordering="-aum"
    )

    rows = table(content)
    assert list(rows[0]) == ["Nome", "RFA (AUM)", "Stato commerciale"] or list(rows[0])[1] == "RFA (AUM)"
    assert list(rows[0].values())[1] == "1234,56"
    assert len(rows) == Client.objects.count()


def test_whom_a_file_contains_is_frozen_and_what_is_seen_is_asked_again(people: Membership, alice: Membership) -> None:
    mine = make(people, last_name="Mia", advisor=alice)
    other = make(people, last_name="Altra", advisor=alice)
    job = exports.ask_for_export(visible_clients(alice), format=ExportFormat.JSON, scope=ExportScope.ALL, by=alice)
    make(people, last_name="Nuova", advisor=alice)
    Client.objects.filter(pk=other.pk).update(advisor=people)

    exports.note_attempt(job.pk)
    exports.write_export(job.pk, at=timezone.now())

    job.refresh_from_db()
    with exports.opened(job)[0] as file:
        assert [each["id"] for each in json.load(file)] == [mine.pk]


def test_a_finished_file_is_kept_for_some_days(people: Membership) -> None:
    job, _content = exported(people, ExportFormat.CSV)
    assert (job.state, job.handled, ExportedClient.objects.count()) == (ExportState.DONE, job.total, 0)

    exports.forget_expired(at=timezone.now() + exports.KEPT + timedelta(hours=1))

    job.refresh_from_db()
    assert (job.state, ExportPiece.objects.count()) == (ExportState.EXPIRED, 0)
    with pytest.raises(ValidationError):
        exports.opened(job)


def test_who_took_what_is_recorded(people: Membership) -> None:
    job, _content = exported(people, ExportFormat.CSV)

    told = AuditEvent.objects.filter(target_kind="clients.exportjob", target_id=job.pk)
    actions = list(told.order_by("id").values_list("action", "by"))
    assert actions == [("client.exported", people.pk)]


def test_statements_grow_by_the_page_not_by_the_client(people: Membership) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            exported(people, ExportFormat.CSV)
        return len(captured)

    exported(people, ExportFormat.CSV)
    few = statements()
    import_text("Cognome\n" + "".join(f"C{number}\n" for number in range(300)))
    assert statements() == few


def test_an_unknown_column_is_refused(people: Membership) -> None:
    with pytest.raises(ValidationError):
        exported(people, ExportFormat.CSV, scope=ExportScope.LIST, columns=["colour"])


def test_the_reader_of_workbooks_needs_nothing_of_ours() -> None:
    """It runs isolated: without our settings, our environment and our packages."""
    done = subprocess.run(
        [sys.executable, "-I", str(spreadsheets.READER), "/nowhere"], capture_output=True, env={}, check=False
    )

    assert b"django" not in done.stderr.lower()
    assert done.returncode != 0
