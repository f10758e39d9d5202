"""The pages of the import wizard, without JavaScript."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from clients.models import Client, ImportJob, ManagementEvent, SavedMapping
from crm.celery import app
from tenants.binding import use_firm
from tenants.models import Membership
from tests.clients.builders import new_client
from tests.clients.imports.test_wizard import work

Browse = Callable[[Membership], Browser]
PAGES = "/f/aurora/clients/imports/"
TEXT = "Cognome;Nome;RFA;Mail\nRossi;Mario;10,50;m@x.it\nVerdi;Ugo;molto;u@x.it\n"
GIVEN = {"column-0": "last_name", "column-1": "first_name", "column-2": "aum", "column-3": "email"}
RULES = {"on_duplicate": "update", "match_on": ["email"], "date_order": "dmy", "decimal": ""}


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def upload(browser: Browser, text: str = TEXT, name: str = "clienti.csv") -> Any:
    return browser.post(f"{PAGES}new/", {"file": SimpleUploadedFile(name, text.encode())})


@pytest.fixture
def at_once(django_capture_on_commit_callbacks: Any) -> Any:
    """A worker that is never late."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def job_of(member: Membership) -> ImportJob:
    with use_firm(member.firm):
        return ImportJob.objects.latest("pk")


def test_from_the_file_to_the_clients_and_back(browse: Browse, ada: Membership, at_once: Any) -> None:
    browser = browse(ada)

    answer = upload(browser)
    job = job_of(ada)
    page = f"{PAGES}{job.pk}/"
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert b'value="last_name" selected' in browser.get(page).content

    with at_once():
        browser.post(f"{page}mapping/", GIVEN | RULES | {"save_as": "Promotori"})
    shown = browser.get(page).content.decode()
    assert 'value="molto"' in shown
    assert 'aria-invalid="true"' in shown
    assert browser.get(f"{page}?rows=errors").content.count(b'<tr id="line-') == 1

    browser.post(f"{page}cell/", {"line": 3, "column": 2, "value": "99"})
    with at_once():
        browser.post(f"{page}run/")
    with use_firm(ada.firm):
        assert [(c.name, str(c.aum)) for c in Client.objects.order_by("pk")] == [
            ("Rossi Mario", "10.50"),
            ("Verdi Ugo", "99.00"),
        ]
    with at_once():
        browser.post(f"{page}undo/")
    with use_firm(ada.firm):
        assert not Client.objects.exists()
        assert SavedMapping.objects.get().name == "Promotori"
    assert "2" in browser.get(page).content.decode()


def test_a_kept_mapping_is_offered_for_the_next_file(browse: Browse, ada: Membership, at_once: Any) -> None:
    browser = browse(ada)
    text = TEXT.replace("RFA", "Valore X")
    upload(browser, text)
    with at_once():
        browser.post(f"{PAGES}{job_of(ada).pk}/mapping/", GIVEN | RULES | {"save_as": "Promotori"})

    upload(browser, text)

    shown = browser.get(f"{PAGES}{job_of(ada).pk}/").content.decode()
    assert 'value="aum" selected' in shown


def test_two_columns_cannot_go_to_one_field(browse: Browse, ada: Membership) -> None:
    browser = browse(ada)
    upload(browser)

    answer = browser.post(f"{PAGES}{job_of(ada).pk}/mapping/", GIVEN | RULES | {"column-1": "last_name"})

    assert answer.status_code == 422
    assert job_of(ada).state == "draft"


def test_a_file_of_the_wrong_kind_is_refused_on_the_page(browse: Browse, ada: Membership) -> None:
    answer = upload(browse(ada), "%PDF-1.7 …", "clienti.pdf")

    assert answer.status_code == 422
    assert "PDF" in answer.content.decode()
    with use_firm(ada.firm):
        assert not ImportJob.objects.exists()


def test_the_file_can_be_read_differently(browse: Browse, ada: Membership) -> None:
    browser = browse(ada)
    upload(browser, "Cognome|Nome,x\nRossi|Mario,y\n")
    page = f"{PAGES}{job_of(ada).pk}/"

    browser.post(f"{page}layout/", {"delimiter": ",", "header_line": 1})

    assert job_of(ada).layout["header"] == ["Cognome|Nome", "x"]


def test_the_errors_are_a_file_that_runs_nothing(browse: Browse, ada: Membership, at_once: Any) -> None:
    browser = browse(ada)
    upload(browser, 'Cognome;RFA\nRossi;"=1+1"\n')
    page = f"{PAGES}{job_of(ada).pk}/"
    with at_once():
        browser.post(f"{page}mapping/", {"column-0": "last_name", "column-1": "aum"} | RULES)
    with at_once():
        browser.post(f"{page}run/")

    answer = browser.get(f"{page}errors/")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("""\"2";"RFA";"'=1+1";"invalid_amount";""")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_an_advisor_does_not_see_the_imports_of_others(browse: Browse, ada: Membership, alice: Membership) -> None:
    upload(browse(ada))

    assert browse(alice).get(f"{PAGES}{job_of(ada).pk}/").status_code == 404
    assert b"clienti.csv" not in browse(alice).get(PAGES).content


def test_the_file_of_errors_has_the_warnings_too(browse: Browse, ada: Membership, at_once: Any) -> None:
    browser = browse(ada)
    upload(browser, "Cognome;Comune;CAP;RFA\nRossi;Milano;10121;1\nVerdi;;;x\n")
    page = f"{PAGES}{job_of(ada).pk}/"
    columns = {"column-0": "last_name", "column-1": "city", "column-2": "postal_code", "column-3": "aum"}
    with at_once():
        browser.post(f"{page}mapping/", columns | RULES)
    with at_once():
        browser.post(f"{page}run/")

    report = browser.get(page).content.decode()
    lines = browser.get(f"{page}errors/").content.decode("utf-8-sig").splitlines()

    assert f"{page}errors/" in report
    assert [(line.split(";")[0], line.split(";")[3], line.split(";")[-1]) for line in lines[1:]] == [
        ('"3"', '"invalid_amount"', '"non importata"'),
        ('"2"', '"address"', '"importata, da controllare"'),
    ]


def test_the_rows_that_did_not_go_in_are_handed_in_again_as_they_are(
    browse: Browse, ada: Membership, at_once: Any
) -> None:
    browser = browse(ada)
    upload(browser, TEXT + "Neri;Ada;=1+1;a@x.it\nBlu;Eva;x;e@x.it\n")
    page = f"{PAGES}{job_of(ada).pk}/"
    with at_once():
        browser.post(f"{page}mapping/", GIVEN | RULES)
    browser.post(f"{page}row/", {"line": 5, "dropped": "1"})
    with at_once():
        browser.post(f"{page}run/")

    answer = browser.get(f"{page}refused-rows/")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    sheet = python_calamine.load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert [row[:5] for row in rows] == [
        ["Cognome", "Nome", "RFA", "Mail", "Riga"],
        ["Verdi", "Ugo", "molto", "u@x.it", 3],
        ["Neri", "Ada", "=1+1", "a@x.it", 4],
    ]
    assert rows[1][5].startswith("RFA: ")
    again = browser.post(f"{PAGES}new/", {"file": SimpleUploadedFile("righe.xlsx", answer.content)})
    assert again.status_code == 302
    assert job_of(ada).layout["header"][:4] == ["Cognome", "Nome", "RFA", "Mail"]


def test_a_file_of_events_is_taken_back_from_its_page(browse: Browse, ada: Membership, at_once: Any) -> None:
    with use_firm(ada.firm):
        new_client("Rossi", external_id="C1")
    browser = browse(ada)
    file = SimpleUploadedFile("eventi.csv", b"Cliente;Tipo;Data;Numero\nC1;Fattura;31/01/2026;1\n")
    report = browser.post("/f/aurora/clients/management-events/import/", {"file": file}, follow=True)

    undo = f"{PAGES}{report.context['job'].pk}/undo/"
    assert report.content.decode().count(undo) == 2  # on the page, and in the toast
    assert "eventi.csv" in browser.get(PAGES).content.decode()
    with at_once():
        browser.post(undo)
    with use_firm(ada.firm):
        assert not ManagementEvent.objects.exists()


def test_whoever_watches_a_check_is_shown_the_whole_preview(browse: Browse, ada: Membership) -> None:
    """The rows alone would leave him without the button that imports them."""
    browser = browse(ada)
    upload(browser)
    page = f"{PAGES}{job_of(ada).pk}/"
    browser.post(f"{page}mapping/", GIVEN | RULES)
    watching = f"{page}?watched=1"
    assert watching in browser.get(page).content.decode()
    assert browser.get(watching, headers={"HX-Request": "true"}).status_code == 200

    with use_firm(ada.firm):
        work(job_of(ada))
    answer = browser.get(watching, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == page
    assert f"{page}run/" in browser.get(page).content.decode()
