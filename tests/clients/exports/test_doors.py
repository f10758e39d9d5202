"""Exports by page and by REST."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from crm.celery import app
from tenants.binding import use_firm
from tenants.models import Membership
from tests.clients.builders import new_client
from tests.clients.imports.cast import import_text

Api = Callable[..., Any]
Browse = Callable[[Membership], Browser]
EXPORTS = "/api/v1/exports/"
PAGES = "/f/aurora/clients/exports/"


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def people(ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm):
        import_text("Cognome;RFA\nRossi;10\nVerdi;20\n", by=ada)
        new_client("Bianchi", advisor=alice)


def test_by_rest(api: Api, ada: Membership, people: None, django_capture_on_commit_callbacks: Any) -> None:
    caller = api(ada)
    body = {
        "format": "csv",
        "scope": "list",
        "columns": ["name", "aum"],
        "filter": {"field": "aum", "op": "gte", "value": "10"},
        "ordering": "-aum",
    }

    with django_capture_on_commit_callbacks(execute=True):
        asked = caller.post(EXPORTS, body)

    assert (asked.status_code, asked.json()["total"]) == (202, 2)
    told = caller.get(f"{EXPORTS}{asked.json()['id']}/").json()
    assert (told["state"], told["failure"]) == ("done", "")
    file = caller.get(f"{EXPORTS}{asked.json()['id']}/file/").content.decode("utf-8-sig")
    assert [line.split(";")[0] for line in file.splitlines()[1:]] == ['"Verdi"', '"Rossi"']
    assert [row["id"] for row in caller.get(EXPORTS).json()["results"]] == [asked.json()["id"]]


def test_an_export_is_its_members_own(
    api: Api, ada: Membership, alice: Membership, people: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        pk = api(ada).post(EXPORTS, {"format": "json"}).json()["id"]

    assert api(alice).get(f"{EXPORTS}{pk}/file/").status_code == 404
    assert api(alice).post(EXPORTS, {"format": "json"}).json()["total"] == 1


def test_who_may_not_export_cannot(api: Api, browse: Browse, bob: Membership, rita: Membership) -> None:
    assert [api(each).post(EXPORTS, {"format": "csv"}).status_code for each in (bob, rita)] == [403, 403]
    assert browse(rita).get(PAGES).status_code == 403


def test_by_page(browse: Browse, ada: Membership, people: None, django_capture_on_commit_callbacks: Any) -> None:
    browser = browse(ada)
    assert b"exports/?q=rossi" in browser.get("/f/aurora/clients/?q=rossi").content

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"{PAGES}new/?q=rossi", {"format": "csv", "scope": "list"})

    page = browser.get(PAGES).content.decode()
    [link] = [part.split('"')[0] for part in page.split('href="')[1:] if "/file/" in part.split('"')[0]]
    answer = browser.get(link)
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(";")[0]) == (2, '"Rossi"')
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
