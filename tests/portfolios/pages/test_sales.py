"""The ledger as pages: narrowed, entered, reversed and restored, imported, exported."""

import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone
from python_calamine import CalamineWorkbook

from clients.imports import jobs
from clients.models import Client, ImportJob, SavedMapping
from clients.services import create_client
from portfolios.models import ManualValue, Sale, Score, Typology
from portfolios.services import SaleDetails, enter_sale
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.portfolios.test_services import AT

Browse = Callable[[Membership], Browser]
# The rows of contacts that the form of a client has, none of them filled.
ROWS = {f"{name}-{part}_FORMS": 0 for name in ("emails", "phones", "addresses") for part in ("TOTAL", "INITIAL")}


@pytest.fixture
def rossi(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return create_client({"last_name": "Rossi", "external_id": "C1", "advisor": alice}, by=alice, at=AT)


@pytest.fixture
def bianchi(firm: Firm, ada: Membership) -> Client:
    with use_firm(firm):
        return create_client({"last_name": "=Bianchi", "advisor": ada}, by=ada, at=AT)


def sell(firm: Firm, client: Client, amount: str, *, days: int = 0, position: int = 1, kind: str = "") -> Sale:
    with use_firm(firm):
        details = SaleDetails(
            client=client,
            date=local_today(firm) - timedelta(days=days),
            amount=Decimal(amount),
            typology=Typology.objects.get(position=position),
            kind=kind,
        )
        return enter_sale(details, by=None, at=AT.replace(year=local_today(firm).year + 1))


def test_the_ledger_is_narrowed_by_kind_typology_period_and_client(
    browse: Browse, firm: Firm, ada: Membership, rossi: Client, bianchi: Client
) -> None:
    sell(firm, rossi, "11", days=40)
    sell(firm, rossi, "22", position=2, kind="policy")
    sell(firm, bianchi, "33")
    browser, today = browse(ada), local_today(firm)

    def amounts(query: str) -> list[Decimal]:
        answer = browser.get(page(ada, f"sales/?{query}"))
        return sorted(sale.amount for sale in answer.context["page"].items)

    assert amounts("") == [11, 22, 33]
    assert amounts("kind=policy") == [22]
    assert amounts(f"since={today - timedelta(days=3):%Y-%m-%d}") == [22, 33]
    assert amounts(f"until={today - timedelta(days=3):%Y-%m-%d}") == [11]
    assert amounts(f"client={bianchi.pk}") == [33]
    assert amounts("search=ross") == [11, 22]
    with use_firm(firm):
        second = Typology.objects.get(position=2).pk
    assert amounts(f"typology={second}") == [22]
    assert amounts("typology=x&since=never&client=y") == [11, 22, 33]


def test_an_advisor_sees_the_sales_of_his_own_clients(
    browse: Browse, firm: Firm, alice: Membership, rossi: Client, bianchi: Client
) -> None:
    sell(firm, rossi, "11")
    hidden = sell(firm, bianchi, "33")
    answer = browse(alice).get(page(alice, "sales/"))
    assert [sale.amount for sale in answer.context["page"].items] == [11]
    assert browse(alice).get(page(alice, f"sales/{hidden.pk}/reverse/")).status_code == 404
    assert browse(alice).get(page(alice, f"clients/{bianchi.pk}/measures/")).status_code == 404


def test_a_sale_is_entered_reversed_with_a_reason_and_restored(
    browse: Browse, firm: Firm, alice: Membership, rossi: Client
) -> None:
    browser = browse(alice)
    with use_firm(firm):
        first = Typology.objects.get(position=1)
    form = {"typology": first.pk, "kind": "subscription", "date": local_today(firm).isoformat(), "amount": "1.234,56"}
    refused = browser.post(page(alice, f"clients/{rossi.pk}/sales/new/"), {**form, "date": "2199-01-01"})
    assert refused.context["form"].errors["date"]
    entered = browser.post(page(alice, f"clients/{rossi.pk}/sales/new/"), form)
    assert entered.status_code == 302
    with use_firm(firm):
        sale = Sale.objects.get()
        assert sale.amount == Decimal("1234.56")
    told = browser.get(page(alice, f"clients/{rossi.pk}/measures/1/"))
    assert [row.pk for row in told.context["counting"]] == [sale.pk]
    assert [measure.value for measure in told.context["place"].measures] == [0, 1, Decimal("1234.56"), None]
    without = browser.post(page(alice, f"sales/{sale.pk}/reverse/"), {"reason": ""})
    assert without.context["form"].errors["reason"]
    browser.post(page(alice, f"sales/{sale.pk}/reverse/"), {"reason": "Recesso"})
    with use_firm(firm):
        sale.refresh_from_db()
        assert sale.reversal_reason == "Recesso"
        assert Score.objects.get(client=rossi, position=1).frequency == 0
    browser.post(page(alice, f"sales/{sale.pk}/restore/"))
    with use_firm(firm):
        assert Score.objects.get(client=rossi, position=1).frequency == 1
    browser.post(page(alice, f"sales/{sale.pk}/reverse/"), {"next": page(alice, "sales/")})
    with use_firm(firm):
        sale.refresh_from_db()
        assert sale.reversed_at is not None, "the undo of a toast knows no reason to give"


def test_the_ledger_is_exported_as_it_is_narrowed(
    browse: Browse, firm: Firm, ada: Membership, rossi: Client, bianchi: Client
) -> None:
    sell(firm, rossi, "1234.56")
    sell(firm, bianchi, "33", kind="policy")
    browser = browse(ada)
    lines = browser.get(page(ada, "sales/export/?kind=policy")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert '"\'=Bianchi"' in lines[1], "no cell is a formula"
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(page(ada, "sales/export/?format=xlsx")).content))
    values = book.get_sheet_by_index(0).to_python()[1:]
    assert sorted(row[6] for row in values) == [33, 1234.56]


FILE = (
    "Chi;Data;Quanto;Numero polizza\nC1;01/02/2026;1.000,50;A1\nC1;31/02/2026;1;A2\nC1;02/02/2026;7,00;A3\n"
    "C9;02/02/2026;7,00;A4\nC1;02/02/2026;70,00;A0\n"
)


def test_a_file_of_sales_goes_through_the_steps_of_every_import(  # noqa: PLR0915 - one way, step by step
    browse: Browse, firm: Firm, alice: Membership, rossi: Client
) -> None:
    """Columns by their name or by what they hold, nothing written before the check, cells marked and corrected."""
    with use_firm(firm):
        first = Typology.objects.get(position=1)
        details = SaleDetails(client=rossi, date=date(2026, 2, 2), amount=Decimal(60), typology=first, external_id="A0")
        enter_sale(details, by=None, at=AT)
    browser = browse(alice)
    handed_in = browser.post(page(alice, "sales/import/"), {"file": SimpleUploadedFile("v.csv", FILE.encode())})
    wizard = handed_in["Location"]
    columns = browser.get(wizard).context["form"]
    assert [bound.initial for _name, _samples, bound in columns.rows()] == ["", "date", "amount", "external_id"]
    refused = browser.post(f"{wizard}mapping/", {"on_duplicate": "update", "column-1": "date", "column-2": "amount"})
    assert refused.status_code == 422, "whose sales they are has to be said"
    said = {"column-0": "client", "column-1": "date", "column-2": "amount", "column-3": "external_id"}
    said |= {"on_duplicate": "update"}
    assert browser.post(f"{wizard}mapping/", said).status_code == 302
    with use_firm(firm):
        job = ImportJob.objects.get()
        assert jobs.work_on(job.pk, at=timezone.now())
        assert Sale.objects.count() == 1, "nothing is written before it was seen"
    seen = browser.get(wizard).context
    assert (seen["job"].created, seen["job"].updated, seen["wrong"]) == (2, 1, 2)
    told = {line.number: (line.reasons, [cell.reason for cell in line.cells if cell.reason]) for line in seen["lines"]}
    assert told[3][1], "the cell is marked"
    assert told[5][0], "that there is no such client is said of the row"
    browser.post(f"{wizard}cell/", {"line": "3", "column": "1", "value": "28/02/2026"})
    browser.post(f"{wizard}row/", {"line": "4", "dropped": "1"})
    browser.post(f"{wizard}run/")
    with use_firm(firm):
        assert jobs.work_on(job.pk, at=timezone.now())
    report = browser.get(wizard)
    assert [(row.line, row.code) for row in report.context["refused"]] == [(5, "unknown_client")]
    with use_firm(firm):
        job.refresh_from_db()
        assert (job.kind, job.state, job.created, job.updated, job.error_count) == ("sales", "done", 2, 1, 1)
        sold = dict(Sale.objects.values_list("external_id", "amount"))
        assert sold == {"A0": Decimal(70), "A1": Decimal("1000.50"), "A2": Decimal(1)}
        assert Score.objects.get(client=rossi, position=1).monetary == Decimal("1071.50")
    errors = browser.get(page(alice, f"clients/imports/{job.pk}/errors/")).content.decode("utf-8-sig")
    assert "C9" in errors
    not_a_table = browser.post(page(alice, "sales/import/"), {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")})
    assert not_a_table.context["form"].errors["file"]
    assert browser.get(page(alice, "clients/imports/")).status_code == 200


def test_a_kept_mapping_of_sales_is_offered_for_files_of_sales_only(
    browse: Browse, firm: Firm, alice: Membership, rossi: Client
) -> None:
    browser = browse(alice)

    def handed_in(address: str, text: str) -> str:
        return str(browser.post(page(alice, address), {"file": SimpleUploadedFile("v.csv", text.encode())})["Location"])

    said = {"column-0": "client", "column-1": "date", "column-2": "amount", "on_duplicate": "update"}
    kept = browser.post(f"{handed_in('sales/import/', FILE)}mapping/", {**said, "save_as": "Banca"})
    assert kept.status_code == 302
    with use_firm(firm):
        saved = SavedMapping.objects.get()
    assert browser.get(handed_in("sales/import/", FILE)).context["saved"] == saved
    clients = handed_in("clients/imports/new/", "Cognome;Data\nRossi;x\n")
    assert browser.get(clients).context["saved_mappings"] == []
    replaced = {"on_duplicate": "update", "column-0": "last_name", "save_as": "Banca"}
    assert browser.post(f"{clients}mapping/", replaced).status_code == 422, "it is not overwritten by another kind"
    with use_firm(firm):
        saved.refresh_from_db()
        assert saved.mapping["columns"]["Chi"] == "client"


def test_values_by_hand_have_a_note_and_go_back_to_automatic(
    browse: Browse, firm: Firm, alice: Membership, rossi: Client
) -> None:
    sell(firm, rossi, "100")
    browser, address = browse(alice), page(alice, f"clients/{rossi.pk}/measures/1/")
    form = {"recency": "", "frequency": "7", "monetary": "", "potentiality": "80.000", "note": "Detto da lui"}
    assert browser.post(f"{address}values/", {**form, "frequency": "-1"}).context["form"].errors["frequency"]
    assert browser.post(f"{address}values/", form).status_code == 302
    place = browser.get(address).context["place"]
    assert [(each.value, each.by_hand) for each in place.measures] == [
        (0, False), (7, True), (Decimal(100), False), (Decimal(80_000), True),
    ]  # fmt: skip
    assert "Detto da lui" in place.measures[1].words
    browser.post(f"{address}automatic/")
    place = browser.get(address).context["place"]
    assert [(each.value, each.by_hand) for each in place.measures][1] == (1, False)
    with use_firm(firm):
        assert ManualValue.objects.get().potentiality == Decimal(80_000), "nobody computes it: it stays"


def test_a_contact_of_a_business_partner_is_entered_from_his_sales_too(
    browse: Browse, firm: Firm, alice: Membership, rossi: Client
) -> None:
    """The same record as one from the contacts or from inside the company (STY-03, STY-04)."""
    with use_firm(firm):
        alfa = create_client({"kind": "company", "company_name": "Alfa", "advisor": alice}, by=alice, at=AT)
    browser = browse(alice)

    for address in (f"sales/?client={alfa.pk}", f"clients/{alfa.pk}/measures/"):
        shown = browser.get(page(alice, address)).content.decode()
        [door] = re.findall(rf'href="([^"]+/clients/new/\?company={alfa.pk}[^"]*)"', shown)
        back = page(alice, address)
        name = f"Da {address[:7]}"
        answer = browser.post(
            html.unescape(door), {"kind": "person", "last_name": name, "company": "Alfa", "advisor": alice.pk} | ROWS
        )
        assert answer.status_code == 302, answer.context["forms"].main.errors
        assert answer["Location"] == back, "one goes on with the sales"
        with use_firm(firm):
            assert Client.objects.get(last_name=name).profile.company_id == alfa.pk
    of_a_person = browser.get(page(alice, f"sales/?client={rossi.pk}")).content.decode()
    assert "/clients/new/?" not in of_a_person, "a person has no contacts"
    assert "/clients/new/?next=" in browser.get(page(alice, "sales/")).content.decode()
